"""What the post does with what is said, and what it takes from whom."""

from dataclasses import replace
from uuid import UUID

import orjson
import pytest

from shared.database import Database
from shared.messaging import scribe as scribe_room
from shared.messaging.drafts import draft, joined, split
from shared.messaging.errors import Refused, Unready
from shared.messaging.message import HUB, LARGEST, Incoming, Outgoing
from shared.messaging.scribe import Scribe, reopened
from shared.messaging.tests.office import (
    KEY,
    KEYS,
    NODE,
    OTHER,
    believed,
    carried,
    post,
    question,
    questions,
    scribe,
    written,
)
from shared.messaging.topology import HUB_EVENTS, NETWORK_OUT
from shared.sealing import OwnKeys, Unsigned, enclose, framed, is_envelope, letters_in, write_letter


def refusal(database: Database, incoming: Incoming, name: str = HUB) -> str:
    with pytest.raises((Refused, Unready)) as refused:
        believed(database, incoming, name)
    return refused.value.code


def test_many_events_travel_in_one_sealed_message_and_come_out_in_their_order(database: Database) -> None:
    said = questions(5)
    there, wire = post(database, NODE)
    there.publish(said)

    [message] = wire.published
    assert is_envelope(message.body)
    assert b"history_asked" not in message.body
    taken = carried(database, said)
    assert [believed(database, one).id for one in taken] == [one.id for one in said]
    assert [one.ends_pack for one in taken] == [False] * 4 + [True]


def test_each_row_that_is_receipted_by_its_last_event_ends_a_pack(database: Database) -> None:
    said = [
        replace(m, exchange=HUB_EVENTS, routing_key="hub.messages_received")
        for m in questions(3, "received:x")
    ]

    assert [one.ends_pack for one in carried(database, said, sender=HUB)] == [True] * 3


def test_a_brokers_answer_counts_for_every_event_of_a_message(database: Database) -> None:
    said = questions(3)
    there, wire = post(database, NODE)
    there.publish(said)
    assert there.open_publishes == 3

    wire.answers.confirmed.add(wire.published[0].id)

    assert there.settled().confirmed == {one.id for one in said}
    assert there.open_publishes == 0


def test_only_who_can_take_none_waits_for_news_though_some_are_there(database: Database) -> None:
    there, sent = post(database, NODE)
    there.publish(questions(2))
    here, wire = post(database, HUB)
    wire.arriving = [Incoming(m.id, m.routing_key, m.body) for m in sent.published]
    assert len(here.take(1, 5)) == 1

    assert here.take(0, 5) == []
    assert len(here.take(1, 5)) == 1

    assert wire.waited == [5, 5, 0]


def test_for_a_reader_without_a_key_it_waits(database: Database) -> None:
    [said] = questions(1)
    there, wire = post(database, HUB)
    there.publish([replace(said, exchange=NETWORK_OUT, routing_key="to.nobody.referral.history")])

    assert wire.published == []
    assert there.settled().refused == {said.id}


def test_what_is_for_everybody_is_signed_and_open(database: Database) -> None:
    id_, body = question(HUB)
    said = Outgoing(id_, NETWORK_OUT, "to.all.referral.directory_published", body)

    [taken] = carried(database, [said], to=OTHER, sender=HUB)

    assert believed(database, taken, OTHER).sender == HUB


def test_a_letter_is_passed_on_as_it_was_written(database: Database) -> None:
    _, body = question(OTHER)
    [theirs] = scribe(database, OTHER).write([Unsigned([body], (HUB, NODE), b"sealed")])
    id_, said = question(HUB)
    offered = Outgoing(id_, NETWORK_OUT, f"to.{NODE}.referral.offered", draft(said, [theirs]))

    [taken] = carried(database, [offered], to=NODE, sender=HUB)

    assert believed(database, taken, NODE).beside == {theirs.hash: theirs}


def test_a_letter_that_is_not_by_whom_it_says_is_not_passed_for_one(database: Database) -> None:
    _, body = question(OTHER)
    [theirs] = scribe(database, OTHER).write([Unsigned([body], (HUB, NODE))])
    forged = replace(theirs, signature=bytes(64))
    id_, said = question(HUB)
    offered = Outgoing(id_, NETWORK_OUT, f"to.{NODE}.referral.offered", draft(said, [forged]))

    [taken] = carried(database, [offered], to=NODE, sender=HUB)

    assert believed(database, taken, NODE).beside == {}


def test_what_cannot_be_opened_is_kept_whole_with_the_reason(database: Database) -> None:
    here, wire = post(database, HUB)
    sealed = enclose(framed([written()]), reader=HUB, key=KEYS[OTHER].public.sealing)
    wire.arriving = [Incoming(None, KEY, sealed)]

    [taken] = here.take(1, 0)

    assert refusal(database, taken) == "not_for_us"
    assert taken.body == sealed


def test_what_is_sealed_to_a_key_that_is_not_here_yet_is_opened_whole_when_it_is(database: Database) -> None:
    new = OwnKeys.generate()
    body = [body for _, body in (question() for _ in range(3))]
    letter = write_letter(body, sender=NODE, readers=(HUB,), signing=KEYS[NODE].signing[0])
    sealed = enclose(framed([letter]), reader=HUB, key=new.public.sealing)
    here, wire = post(database, HUB)
    first = letter.said.events[0]["id"]
    wire.arriving = [Incoming(UUID(str(first)), KEY, sealed)]

    [taken] = here.take(1, 0)
    with pytest.raises(Unready, match="not_for_us"):
        believed(database, taken)
    assert (taken.id, taken.body) == (None, sealed)

    renewed = OwnKeys((*new.sealing, *KEYS[HUB].sealing), KEYS[HUB].signing)
    started = Scribe(HUB, renewed, scribe(database, HUB).book)
    assert len(reopened(started, Incoming(taken.id, taken.routing_key, taken.body))) == len(body)


def test_what_is_too_large_is_not_looked_into(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    here, wire = post(database, HUB)
    monkeypatch.setattr(scribe_room, "disclose", None)  # it would be seen
    wire.arriving = [Incoming(None, KEY, b"TL2S" + bytes(LARGEST))]

    [taken] = here.take(1, 0)

    assert refusal(database, taken) == "too_large"


def test_a_message_is_acknowledged_when_its_last_event_is(database: Database) -> None:
    there, sent = post(database, NODE)
    there.publish(questions(3))
    here, wire = post(database, HUB)
    wire.arriving = [Incoming(m.id, m.routing_key, m.body) for m in sent.published]

    first = here.take(2, 0)
    here.acknowledge(first)
    assert wire.acknowledged == []
    here.acknowledge(here.take(2, 0))

    assert len(wire.acknowledged) == 1


def test_of_what_is_kept_whole_only_that_event_is_tried_again(database: Database) -> None:
    said = questions(3)
    _, failed, _ = carried(database, said)
    kept = Incoming(failed.id, failed.routing_key, failed.body, attempt=1)

    [again] = reopened(scribe(database, HUB), kept)

    assert (again.id, again.attempt) == (said[1].id, 1)
    assert believed(database, again).sender == NODE


def test_drafts_are_joined_and_split() -> None:
    one, two = written(), written()
    whole = joined([draft(b'{"a":1}', [one]), b'[{"b":2},{"c":3}]', framed([two])])

    events, letters = split(whole)
    assert orjson.loads(events) == [{"a": 1}, {"b": 2}, {"c": 3}]
    assert letters_in(letters) == [one, two]
    assert split(joined([framed([one]), framed([two])])) == (b"", framed([one, two]))
