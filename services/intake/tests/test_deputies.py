"""Who stands in while somebody is away: what they see, how long, and that they are called in the other's place."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.intake.domain import Action, Deputy
from services.intake.storage.audit import Wanted, find_entries
from services.intake.tests.node import (
    ADMIN,
    COLLEAGUE,
    FOCAL_POINT,
    HERE,
    THERE,
    WORKER,
    Node,
    moved_on,
    order,
)
from services.intake.tests.test_escalating import called, overdue, people
from services.intake.usecases.deputies import deputies, end_deputy, name_deputy
from services.intake.usecases.need_to_know import set_referral_team
from services.intake.usecases.people import person_page
from services.intake.usecases.referrals import referral_page
from services.intake.usecases.refusals import Invalid, NotFound, NotPermitted
from services.intake.usecases.sending import send_referral
from shared.schemas.life import Move

__all__ = ["people"]
TODAY = date(2026, 3, 2)


def named(node: Node, days: int = 5, **changes: Any) -> Deputy:
    """The worker is away, and the colleague stands in, from today for so many days."""
    given: dict[str, Any] = {
        "username": WORKER.username,
        "deputy": COLLEAGUE.username,
        "first": TODAY,
        "by": WORKER,
    }
    given |= {"last": TODAY + timedelta(days=days - 1)} | changes
    return name_deputy(node.database, **given)


def sees(node: Node, person_id: Any) -> bool:
    try:
        person_page(node.database, person_id, COLLEAGUE)
    except NotFound:
        return False
    return True


def test_a_deputy_sees_what_the_other_works_on_as_long_as_they_are_away(staffed: Node) -> None:
    person, _ = staffed.has_case()
    came = staffed.received()
    set_referral_team(staffed.database, came, [WORKER.username], FOCAL_POINT)
    assert not sees(staffed, person.id)

    named(staffed)
    assert sees(staffed, person.id)
    assert referral_page(staffed.database, came, COLLEAGUE).referral.id == came
    staffed.pass_time(days=4, hours=14, minutes=59)
    assert sees(staffed, person.id)
    staffed.pass_time(minutes=1)
    assert not sees(staffed, person.id)
    with pytest.raises(NotFound):
        referral_page(staffed.database, came, COLLEAGUE)


def test_a_deputy_sees_nothing_before_the_first_day_nor_after_it_was_ended(staffed: Node) -> None:
    person, _ = staffed.has_case()
    named(staffed, first=TODAY + timedelta(days=1))
    assert not sees(staffed, person.id)
    staffed.pass_time(days=1)
    assert sees(staffed, person.id)

    end_deputy(staffed.database, WORKER.username, WORKER)
    assert not sees(staffed, person.id)


def test_a_deputy_can_send_and_the_other_way_round_nothing_opens(staffed: Node) -> None:
    _, case = staffed.has_case()
    with pytest.raises(NotFound):
        send_referral(staffed.database, order(case), COLLEAGUE)
    named(staffed)
    assert send_referral(staffed.database, order(case), COLLEAGUE).case_id == case.id

    named(staffed, username=COLLEAGUE.username, deputy=WORKER.username, by=FOCAL_POINT)
    end_deputy(staffed.database, WORKER.username, FOCAL_POINT)
    with pytest.raises(NotFound):
        send_referral(staffed.database, order(case), COLLEAGUE)


def test_a_deputy_is_called_in_the_other_s_place(node: Node, people: Any) -> None:
    came, sent = node.received(), node.sends()
    node.hears(*moved_on(sent.id, HERE, THERE, Move.DELIVER))
    set_referral_team(node.database, came, [WORKER.username], FOCAL_POINT)
    named(node)

    node.hears(overdue(came, "assignee"), overdue(sent.id, "sender", ours=True))

    assert [sorted(names) for names in called(node, people)] == [["daria", "olena"]] * 2


def test_a_worker_names_their_own_and_a_focal_point_anybody_s(staffed: Node) -> None:
    for by in (COLLEAGUE, ADMIN):
        with pytest.raises(NotPermitted):
            named(staffed, by=by)
        with pytest.raises(NotPermitted):
            end_deputy(staffed.database, WORKER.username, by)

    assert named(staffed, by=FOCAL_POINT).named_by == FOCAL_POINT.username
    assert [one.deputy for one in deputies(staffed.database, COLLEAGUE)] == [COLLEAGUE.username]
    with staffed.database.reading() as tx:
        [entry] = find_entries(tx, Wanted(actions=[Action.DEPUTY_NAMED]), limit=9)
    assert (entry.username, entry.member) == (FOCAL_POINT.username, WORKER.username)


def test_a_worker_sees_only_what_concerns_them(staffed: Node) -> None:
    named(staffed, username=FOCAL_POINT.username, by=FOCAL_POINT)

    assert deputies(staffed.database, WORKER) == []
    assert len(deputies(staffed.database, FOCAL_POINT)) == 1


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"deputy": "nobody"}, {"deputy": "unknown_code"}),
        ({"deputy": ADMIN.username}, {"deputy": "unknown_code"}),
        ({"deputy": WORKER.username}, {"deputy": "own_deputy"}),
        ({"days": 0}, {"last": "in_the_past"}),
        ({"days": 2, "first": TODAY + timedelta(days=3)}, {"last": "ends_before_it_begins"}),
        ({"days": 61}, {"last": "absent_too_long"}),
    ],
)
def test_what_cannot_be_is_refused(staffed: Node, changes: dict[str, Any], errors: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        named(staffed, **changes)
    assert refused.value.errors == errors
    assert deputies(staffed.database, FOCAL_POINT) == []
