"""What becomes of received messages, for everything that can happen to them."""

from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from shared.database import Transaction
from shared.messaging.delivery import ATTEMPTS, Batch, Outcome
from shared.messaging.errors import Refused, Unready
from shared.messaging.message import Incoming, Message, open_message
from shared.messaging.tests.desk import Desk, asked, desk_at
from shared.schemas.intake import HistoryAsked


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_at(tmp_path)


def subject_of(incoming: Incoming) -> object:
    event: HistoryAsked = open_message(incoming).event  # type: ignore[assignment]
    return event.referral_id


def changed(incoming: Incoming, **change: object) -> Incoming:
    body = orjson.dumps(orjson.loads(incoming.body) | change)
    return Incoming(None, incoming.routing_key, body, tag=incoming.tag)


def test_a_batch_has_each_effect_once(desk: Desk) -> None:
    batch = [asked(tag) for tag in range(5)]

    assert desk.delivery.deliver(batch) == [Outcome.DONE] * 5
    assert desk.delivery.deliver(batch) == [Outcome.DUPLICATE] * 5
    assert len(desk.effects()) == 5


def test_the_same_message_twice_in_one_batch_has_one_effect(desk: Desk) -> None:
    one = asked(1)
    twin = Incoming(one.id, one.routing_key, one.body, tag=2)

    assert desk.delivery.deliver([one, twin]) == [Outcome.DONE, Outcome.DUPLICATE]
    assert len(desk.effects()) == 1


def test_what_comes_a_thousand_times_has_one_effect(desk: Desk) -> None:
    message = asked(0)

    for _ in range(10):
        desk.delivery.deliver([replace(message, tag=tag) for tag in range(100)])

    assert len(desk.effects()) == 1
    assert desk.reasons() == []


def otherwise(first: Incoming, tag: int) -> Incoming:
    """Something else under the same id."""
    return replace(
        asked(tag), id=first.id, body=orjson.dumps(orjson.loads(asked(tag).body) | {"id": str(first.id)})
    )


def test_of_two_that_say_different_things_under_one_id_the_first_counts(desk: Desk) -> None:
    first = asked(0)
    second = otherwise(first, 1)

    desk.delivery.deliver([first])
    with capture_logs() as logs:
        assert desk.delivery.deliver([second, first]) == [Outcome.PARKED, Outcome.DUPLICATE]

    assert desk.effects() == [subject_of(first)]
    assert desk.reasons() == ["said_otherwise"]
    [line] = logs
    assert (line["log_level"], line["event"], line["reason"]) == ("error", "message.parked", "said_otherwise")


def test_of_two_in_one_batch_that_say_different_things_the_first_counts(desk: Desk) -> None:
    first, second = otherwise(asked(0), 1), asked(2)
    batch = [first, otherwise(first, 3), second, replace(first, tag=4)]

    assert desk.delivery.deliver(batch) == [Outcome.DONE, Outcome.PARKED, Outcome.DONE, Outcome.DUPLICATE]
    assert desk.effects() == [subject_of(first), subject_of(second)]


def test_the_same_in_another_order_of_its_keys_says_the_same(desk: Desk) -> None:
    first = asked(0)
    turned = dict(reversed(orjson.loads(first.body).items()))

    desk.delivery.deliver([first])

    assert desk.delivery.deliver([replace(first, body=orjson.dumps(turned))]) == [Outcome.DUPLICATE]


def test_of_what_an_older_version_heard_nobody_knows_what_it_said(desk: Desk) -> None:
    first = asked(0)
    desk.delivery.deliver([first])
    with desk.database.transaction() as tx:
        tx.execute(desk.delivery.inbox.update().values(contents=None))

    assert desk.delivery.deliver([otherwise(first, 1)]) == [Outcome.DUPLICATE]


def test_what_a_handler_leaves_out_does_not_touch_the_others(desk: Desk) -> None:
    """In one transaction: nothing is done again, and what was left out can be heard again."""
    good, refused, unready = asked(1), asked(2), asked(3)
    wrong = {subject_of(refused): Refused("wrong"), subject_of(unready): Unready("early")}
    begun, taken = 0, []

    def take(message: Message) -> None:
        if error := wrong.get(message.event.referral_id):  # type: ignore[attr-defined]
            raise error
        taken.append(message)

    def handle(_tx: Transaction, batch: Batch) -> None:
        nonlocal begun
        begun += 1
        batch.each((*batch.fresh, *batch.repeated), take)

    delivery = replace(desk.delivery, handler=handle)
    twin = Incoming(unready.id, unready.routing_key, unready.body, tag=4)

    outcomes = delivery.deliver([good, refused, unready, twin])

    assert outcomes == [Outcome.DONE, Outcome.PARKED, Outcome.RETRY, Outcome.RETRY]
    assert (begun, len(taken)) == (1, 1)
    wrong.clear()
    assert delivery.deliver([good, refused, unready]) == [Outcome.DUPLICATE, Outcome.DONE, Outcome.DONE]


def test_an_empty_batch_and_one_of_duplicates_only_are_no_trouble(desk: Desk) -> None:
    one = asked(1)
    desk.delivery.deliver([one])

    assert desk.delivery.deliver([]) == []
    assert desk.delivery.deliver([one]) == [Outcome.DUPLICATE]


@pytest.mark.parametrize("bad", range(7))
def test_one_that_fails_does_not_take_the_others_with_it(desk: Desk, bad: int) -> None:
    batch = [asked(tag) for tag in range(7)]
    culprit = subject_of(batch[bad])

    def refuse_one(event: HistoryAsked) -> None:
        if event.referral_id == culprit:
            raise Refused("no")

    desk.also = refuse_one
    outcomes = desk.delivery.deliver(batch)

    assert outcomes == [Outcome.PARKED if tag == bad else Outcome.DONE for tag in range(7)]
    assert desk.effects() == [subject_of(one) for one in batch if subject_of(one) != culprit]
    assert desk.reasons() == ["no"]


def test_what_is_not_ready_is_tried_again_and_then_has_its_effect(desk: Desk) -> None:
    one = asked(1)

    def not_yet(_: HistoryAsked) -> None:
        raise Unready("not_yet")

    desk.also = not_yet
    assert desk.delivery.deliver([one]) == [Outcome.RETRY]
    desk.also = lambda _: None
    assert desk.delivery.deliver([one]) == [Outcome.DONE]


def test_the_last_attempt_is_parked_with_its_reason(desk: Desk) -> None:
    def bug(_: HistoryAsked) -> None:
        raise KeyError("given_name of somebody")

    desk.also = bug
    assert desk.delivery.deliver([asked(1, attempt=ATTEMPTS - 2)]) == [Outcome.RETRY]
    assert desk.delivery.deliver([asked(1, attempt=ATTEMPTS - 1)]) == [Outcome.PARKED]
    assert set(desk.reasons()) == {"KeyError"}


def test_a_database_that_is_away_charges_nothing(desk: Desk) -> None:
    def away(_: HistoryAsked) -> None:
        raise OperationalError("select", {}, Exception())

    desk.also = away
    with pytest.raises(OperationalError):
        desk.delivery.deliver([asked(1), asked(2)])
    assert (desk.effects(), desk.reasons()) == ([], [])


BAD = {
    "not_json": b"{",
    "not_a_cloud_event": b"[]",
    "too_large": b" " * 1_048_577,
}


@pytest.mark.parametrize("reason", BAD)
def test_what_is_no_message_is_parked(desk: Desk, reason: str) -> None:
    assert desk.delivery.deliver([Incoming(None, "from.a-b.x", BAD[reason], tag=1)]) == [Outcome.PARKED]
    assert desk.reasons() == [reason]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"specversion": "0.3"}, "not_a_cloud_event"),
        ({"id": 7}, "not_a_cloud_event"),
        ({"id": "seven"}, "message_id"),
        ({"data": []}, "not_a_cloud_event"),
        ({"source": "/legal-aid"}, "sender_forged"),
        ({"source": "/legal-aid", "type": "intake.unheard_of"}, "sender_forged"),
        ({"type": "intake.unheard_of"}, "schema_name"),
        ({"dataschema": "urn:throughline:schema:intake.history_asked:1"}, "schema_name"),
        ({"dataschema": "urn:throughline:schema:intake.history_asked:1.x"}, "schema_name"),
        ({"dataschema": "urn:throughline:schema:intake.history_asked:2.0"}, "newer_version"),
        ({"data": {"referral_id": "x", "after": 0}}, "invalid_data"),
        ({"data": {"referral_id": "01932f7e-6c00-7000-8000-000000000001", "after": -1}}, "invalid_data"),
        ({"data": {"referral_id": "01932f7e-6c00-7000-8000-000000000001", "after": True}}, "invalid_data"),
        ({"data": {"referral_id": "01932f7e-6c00-7000-8000-000000000001", "after": 1.5}}, "invalid_data"),
    ],
)
def test_what_is_not_right_is_parked_with_its_reason(
    desk: Desk, change: dict[str, object], reason: str
) -> None:
    assert desk.delivery.deliver([changed(asked(1), **change)]) == [Outcome.PARKED]
    assert desk.reasons() == [reason]
    assert desk.effects() == []


def test_an_event_of_an_unknown_name_is_parked(desk: Desk) -> None:
    unheard = changed(
        asked(1), type="intake.unheard_of", dataschema="urn:throughline:schema:intake.unheard_of:1.0"
    )

    assert desk.delivery.deliver([unheard]) == [Outcome.PARKED]
    assert desk.reasons() == ["unknown_event"]


def test_a_newer_minor_version_is_heard(desk: Desk) -> None:
    newer = changed(asked(1), dataschema="urn:throughline:schema:intake.history_asked:1.7")

    assert desk.delivery.deliver([newer]) == [Outcome.DONE]


def test_the_id_at_the_broker_must_be_the_id_in_the_envelope(desk: Desk) -> None:
    one, other = asked(1), asked(2)

    assert desk.delivery.deliver([Incoming(other.id, one.routing_key, one.body, tag=1)]) == [Outcome.PARKED]
    assert desk.reasons() == ["message_id"]


def test_only_the_hub_may_speak_on_the_way_to_nodes(desk: Desk) -> None:
    one = asked(1)

    assert desk.delivery.deliver([Incoming(one.id, "to.legal-aid.x", one.body, tag=1)]) == [Outcome.PARKED]
    assert desk.reasons() == ["sender_forged"]


def test_what_was_handed_over_too_often_is_kept_unopened(desk: Desk) -> None:
    one = asked(1)

    given_up = Incoming(one.id, one.routing_key, one.body, given_up=True, tag=1)
    assert desk.delivery.deliver([given_up]) == [Outcome.RETRY]
    assert desk.reasons() == ["delivery_limit"]
    assert desk.effects() == []
