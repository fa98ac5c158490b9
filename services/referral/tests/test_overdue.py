"""What is late is flagged once, and climbs its ladder rung by rung while it stays so."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.referral.domain import STANDARDS, past_weekends
from services.referral.tests.hub import START, Hub, Said, delivered, made, sent
from shared.clock import new_id
from shared.schemas.codes import RUNGS
from shared.schemas.life import Move
from shared.schemas.referral import Overdue


@pytest.fixture
def late(hub: Hub) -> UUID:
    """An urgent referral: acknowledged within 8 hours, answered within 72, two hours on each rung."""
    referral = new_id()
    hub.hears(sent(referral, urgency="urgent"), delivered(referral))
    return referral


def climbed(hub: Hub, **time: float) -> list[tuple[str, str | None, str | None]]:
    """What is said to the receiver after so much time."""
    hub.pass_time(**time)
    return rungs(hub.looks_at_the_clock())


def rungs(said: list[Said]) -> list[tuple[str, str | None, str | None]]:
    found = [one.event for one in said if isinstance(one.event, Overdue) and one.to == "to.legal-aid"]
    return [(event.level, event.rung, event.next_rung) for event in found]


def test_the_ladder_is_climbed_to_its_end_and_no_further(hub: Hub, late: UUID) -> None:
    assert climbed(hub, hours=7.9) == []
    seen = [*climbed(hub, hours=0.1), *climbed(hub, minutes=119)]
    for _ in range(len(RUNGS) + 2):
        seen += climbed(hub, hours=2)

    following = [*RUNGS[1:], None]
    assert seen == [("acknowledgement", *pair) for pair in zip(RUNGS, following, strict=True)]


def test_all_whom_it_concerns_are_told_of_each_rung_and_of_the_next(hub: Hub, late: UUID) -> None:
    hub.pass_time(hours=8)
    said = [one for one in hub.looks_at_the_clock() if isinstance(one.event, Overdue)]

    assert [one.to for one in said] == ["to.harbour-house", "to.legal-aid", "notifications", "reporting"]
    assert {(one.event.next_rung, one.event.next_at) for one in said} == {
        ("intake", hub.at + timedelta(hours=2))
    }


def test_an_acknowledgement_ends_its_ladder_and_a_decision_its_own(hub: Hub, late: UUID) -> None:
    assert [rung for _, rung, _ in climbed(hub, hours=8)] == ["assignee"]
    hub.hears(made(late, Move.ACKNOWLEDGE))
    assert climbed(hub, hours=20) == []

    assert climbed(hub, hours=44) == [("reply", "assignee", "intake")]
    assert climbed(hub, hours=2) == [("reply", "intake", "sender")]
    hub.hears(made(late, Move.ACCEPT, based_on=3))
    assert climbed(hub, hours=2) == []


def test_the_ladder_of_a_decision_takes_the_other_s_place(hub: Hub, late: UUID) -> None:
    climbed(hub, hours=71)

    assert climbed(hub, hours=1) == [("reply", "assignee", "intake")]
    assert climbed(hub, hours=2) == [("reply", "intake", "sender")]


def test_after_the_hub_was_away_each_rung_still_has_its_time(hub: Hub, late: UUID) -> None:
    assert climbed(hub, days=30) == [
        ("acknowledgement", "assignee", "intake"),
        ("reply", "assignee", "intake"),
    ]
    assert climbed(hub, minutes=1) == []
    assert climbed(hub, hours=2) == [("reply", "intake", "sender")]


@pytest.mark.parametrize(("urgency", "hours"), [("emergency", 0.25), ("urgent", 2), ("normal", 24)])
def test_how_long_it_stays_on_a_rung_follows_the_urgency(urgency: str, hours: float) -> None:
    assert STANDARDS.rung_after("assignee", urgency, START) == ("intake", START + timedelta(hours=hours))
    assert STANDARDS.rung_after("coordinator", urgency, START) is None


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        (datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 4, 9, tzinfo=UTC)),
        (datetime(2026, 3, 6, 9, tzinfo=UTC), datetime(2026, 3, 10, 9, tzinfo=UTC)),
        (datetime(2026, 3, 7, 9, tzinfo=UTC), datetime(2026, 3, 11, 0, tzinfo=UTC)),
    ],
    ids=["monday", "friday", "saturday"],
)
def test_two_working_days_leave_weekends_out(begin: datetime, end: datetime) -> None:
    assert past_weekends(begin, timedelta(hours=48)) == end
    assert STANDARDS.deadlines("normal", begin)[0] == end
    assert STANDARDS.deadlines("urgent", begin)[0] == begin + timedelta(hours=8)
