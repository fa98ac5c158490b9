"""Round trips at a node: its own go and come back, those of others are answered, and nothing else happens."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from services.intake import storage
from services.intake.tests.node import HERE, START, THEIR_KEYS, THERE, Node
from services.intake.usecases.round_trips import Underway, give_up, look_at_trip, start_trip
from shared.clock import new_id
from shared.messaging.brake import AT_MOST
from shared.messaging.errors import Refused
from shared.messaging.message import HUB, encode
from shared.schemas import Event
from shared.schemas.intake import RoundTripAnswered, RoundTripAsked
from shared.schemas.questions import (
    ECHOED,
    PASSED_ON,
    RoundTripBack,
    RoundTripPassed,
    RoundTripSeen,
)
from shared.sealing import Letter, write_letter

TRIP = UUID(int=7)
QUIET = ("referrals", "moves", "audit_entries", "revisions")  #: what must stay as it is


def letter(event: Event, *, by: str = THERE) -> Letter:
    said = encode(event, id=new_id(), sender=by, subject="", at=START)
    return write_letter([said], sender=by, readers=(HUB, HERE), signing=THEIR_KEYS.signing[0])


def passed(to: str = HERE, *, by: str = THERE, org: str = THERE) -> tuple[Event, Letter]:
    asked = letter(RoundTripAsked(trip_id=TRIP, to=to), by=by)
    return RoundTripPassed(org=org, letter=asked.hash), asked


def back(trip: Underway, *, by: str = THERE, **said: Any) -> tuple[Event, Letter]:
    answer = RoundTripAnswered(org=HERE, trip_id=trip.trip_id, seen_at=START)
    proof = letter(replace(answer, **said), by=by)
    return RoundTripBack(trip_id=trip.trip_id, answered_at=START, letter=proof.hash), proof


def test_ours_leaves_as_everything_does_and_says_nothing_else(node: Node) -> None:
    trip = start_trip(node.database, THERE)

    [said] = node.said()
    assert (said.to, said.event) == (
        f"from.{HERE}.intake.round_trip_asked",
        RoundTripAsked(trip_id=trip.trip_id, to=THERE),
    )
    signed = said.letter
    assert (signed.said.readers, signed.private) == ((HUB, THERE), b"")


def test_it_is_confirmed_when_it_has_left_the_outbox(node: Node) -> None:
    trip = start_trip(node.database, THERE)
    assert look_at_trip(node.database, trip)[1] is False

    with node.database.transaction() as tx:
        tx.outbox.confirmed(tx, [trip.message_id])

    assert look_at_trip(node.database, trip)[1] is True


def test_what_is_given_up_does_not_leave_later(node: Node) -> None:
    give_up(node.database, start_trip(node.database, THERE))

    assert node.said() == []


def test_the_hubs_echo_is_the_whole_trip_to_the_hub(node: Node) -> None:
    trip = start_trip(node.database, HUB)
    node.pass_time(seconds=3)
    node.hears(RoundTripSeen(trip_id=trip.trip_id, outcome=ECHOED, seen_at=START))

    found, is_confirmed = look_at_trip(node.database, trip)
    assert (found.seen_by_hub_at, found.heard_of_hub_at, found.read_at) == (START, node.at, node.at)
    assert is_confirmed


def test_an_echo_is_no_answer_of_a_peer(node: Node) -> None:
    trip = start_trip(node.database, THERE)
    node.hears(RoundTripSeen(trip_id=trip.trip_id, outcome=ECHOED, seen_at=START))

    assert look_at_trip(node.database, trip)[0].read_at is None


def test_a_peers_answer_comes_back_in_its_own_letter(node: Node) -> None:
    trip = start_trip(node.database, THERE)
    node.hears(RoundTripSeen(trip_id=trip.trip_id, outcome=PASSED_ON, seen_at=START))
    assert look_at_trip(node.database, trip)[0].read_at is None

    node.pass_time(seconds=5)
    node.hears_letters(back(trip))
    first = look_at_trip(node.database, trip)[0]
    node.pass_time(seconds=5)
    node.hears_letters(back(trip))

    assert (first.seen_by_peer_at, first.answered_at) == (START, START)
    assert look_at_trip(node.database, trip)[0] == first


WRONG: dict[str, dict[str, Any]] = {
    "of another trip": {"trip_id": UUID(int=9)},
    "for another": {"org": "clinic"},
    "by another": {"by": "clinic"},
}


@pytest.mark.parametrize("what", WRONG)
def test_an_answer_that_is_not_the_peers_is_refused(node: Node, what: str) -> None:
    trip = start_trip(node.database, THERE)

    with pytest.raises(Refused, match="letter_differs"):
        node.hears_letters(back(trip, **WRONG[what]))

    assert look_at_trip(node.database, trip)[0].read_at is None


def test_the_hub_cannot_answer_for_a_peer(node: Node) -> None:
    trip = start_trip(node.database, THERE)

    with pytest.raises(Refused, match="letter_missing"):
        node.hears(RoundTripBack(trip_id=trip.trip_id, answered_at=START, letter="0" * 64))


def test_an_answer_to_what_is_long_forgotten_changes_nothing(node: Node) -> None:
    old = start_trip(node.database, THERE)
    node.pass_time(days=31)
    start_trip(node.database, THERE)

    node.hears_letters(back(old))

    assert len(node.rows(storage.network_tables.round_trips)) == 1


def test_anothers_is_answered_by_machine_in_a_letter_and_has_no_other_effect(node: Node) -> None:
    tables = storage.metadata.tables
    before = {name: node.rows(tables[name]) for name in QUIET}

    node.hears_letters(passed())

    [said] = node.said()
    assert said.event == RoundTripAnswered(org=THERE, trip_id=TRIP, seen_at=node.at)
    signed = said.letter
    assert signed.said.readers == (HUB, THERE)
    assert {name: node.rows(tables[name]) for name in QUIET} == before


def test_a_repeat_is_answered_once(node: Node) -> None:
    node.hears(repeated=(passed()[0],))

    assert node.said() == []


@pytest.mark.parametrize(
    "wrong", [{"to": "clinic"}, {"by": "clinic"}], ids=["that is for another", "of another"]
)
def test_one_that_is_not_what_the_hub_says_is_refused(node: Node, wrong: dict[str, str]) -> None:
    with pytest.raises(Refused, match="letter_differs"):
        node.hears_letters(passed(**wrong))

    assert node.said() == []


def test_of_many_only_so_many_a_minute_are_answered(node: Node, logs: list[Any]) -> None:
    for _ in range(AT_MOST + 5):
        node.hears_letters(passed())
    assert len(node.said()) == AT_MOST
    assert [(said["event"], said["org"]) for said in logs] == [("round_trip.too_often", THERE)]

    node.hears_letters(passed(by="clinic", org="clinic"))
    assert len(node.said()) == AT_MOST + 1

    node.pass_time(minutes=1)
    node.hears_letters(passed())
    assert len(node.said()) == AT_MOST + 2
