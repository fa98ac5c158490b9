"""Round trips at the hub: seen, passed on as they are, and nothing more."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from services.referral import storage
from services.referral.tests.hub import START, Hub, in_letter
from shared.clock import new_id
from shared.messaging.brake import AT_MOST
from shared.messaging.errors import Refused
from shared.messaging.message import HUB, Message
from shared.schemas.intake import RoundTripAnswered, RoundTripAsked
from shared.schemas.questions import (
    RoundTripBack,
    RoundTripPassed,
    RoundTripSeen,
)

OURS, THEIRS = "harbour-house", "legal-aid"
TRIP = UUID(int=7)


def asked(to: str, by: str = OURS) -> Message:
    return in_letter(Message(new_id(), by, RoundTripAsked(trip_id=TRIP, to=to)))


def answered(org: str = OURS) -> Message:
    event = RoundTripAnswered(org=org, trip_id=TRIP, seen_at=START)
    return in_letter(Message(new_id(), THEIRS, event))


def seen(outcome: str) -> RoundTripSeen:
    return RoundTripSeen(trip_id=TRIP, outcome=outcome, seen_at=START)


def test_one_to_the_hub_is_echoed(hub: Hub) -> None:
    [echo] = hub.hears(asked(HUB))

    assert (echo.to, echo.event) == (f"to.{OURS}", seen("echoed"))


def test_one_to_a_peer_is_passed_on_in_its_own_letter(hub: Hub) -> None:
    message = asked(THEIRS)

    said = {one.to: one for one in hub.hears(message)}

    assert message.letter
    assert said[f"to.{OURS}"].event == seen("passed_on")
    assert said[f"to.{THEIRS}"].event == RoundTripPassed(org=OURS, letter=message.letter.hash)
    assert said[f"to.{THEIRS}"].beside == {message.letter.hash: message.letter}


@pytest.mark.parametrize("to", ["nobody", OURS])
def test_one_to_nobody_or_oneself_goes_nowhere(hub: Hub, to: str) -> None:
    [said] = hub.hears(asked(to))

    assert (said.to, said.event) == (f"to.{OURS}", seen("organisation_unknown"))


def test_an_answer_goes_to_whoever_asked_in_its_own_letter(hub: Hub) -> None:
    message = answered()

    [said] = hub.hears(message)

    assert message.letter
    assert (said.to, said.beside) == (f"to.{OURS}", {message.letter.hash: message.letter})
    assert said.event == RoundTripBack(trip_id=TRIP, answered_at=START, letter=message.letter.hash)


def test_an_answer_to_nobody_is_refused(hub: Hub) -> None:
    with pytest.raises(Refused, match="organisation_unknown"):
        hub.hears(answered("nobody"))


@pytest.mark.parametrize("message", [asked(THEIRS), answered()], ids=["asked", "answered"])
def test_what_no_letter_proves_is_not_passed_on(hub: Hub, message: Message) -> None:
    with pytest.raises(Refused, match="letter_missing"):
        hub.hears(replace(message, letter=None))

    assert hub.said() == []


def test_a_repeat_has_no_second_effect(hub: Hub) -> None:
    assert hub.hears(repeated=[asked(THEIRS), answered()]) == []


@pytest.mark.parametrize(("made", "each"), [(asked, 2), (answered, 1)], ids=["asked", "answered"])
def test_of_many_only_so_many_a_minute_are_passed_on(hub: Hub, made: Any, each: int) -> None:
    to = {asked: THEIRS, answered: OURS}[made]

    said = hub.hears(*[made(to) for _ in range(AT_MOST + 5)])

    assert len(said) == AT_MOST * each
    assert hub.hears(asked(HUB, by="clinic"))
    hub.pass_time(minutes=1)
    assert len(hub.hears(made(to))) == each


def test_no_referral_comes_of_it(hub: Hub) -> None:
    hub.hears(asked(THEIRS), answered())

    with hub.database.reading() as tx:
        assert tx.execute(storage.referrals.select()).all() == []
