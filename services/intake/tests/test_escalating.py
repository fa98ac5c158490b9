"""The ladder at a node: whom of us it calls, what is shown of it, and who else could help in an emergency."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.intake.domain import Direction
from services.intake.tests.node import (
    CHEAP,
    COLLEAGUE,
    FOCAL_POINT,
    HERE,
    START,
    THERE,
    WORKER,
    Node,
    moved_on,
)
from services.intake.tests.test_forwarding import order
from services.intake.usecases.forwarding import forward_referral
from services.intake.usecases.need_to_know import set_referral_team
from services.intake.usecases.staff import NewStaff, add_staff
from shared.schemas.intake import PeopleCalled
from shared.schemas.life import Move
from shared.schemas.referral import Overdue


def overdue(referral_id: UUID, rung: str, *, ours: bool = False, minutes: int = 0, **more: Any) -> Overdue:
    at = START + timedelta(hours=1, minutes=minutes)
    parties: dict[str, Any] = {"from_org": HERE if ours else THERE, "to_org": THERE if ours else HERE}
    facts: dict[str, Any] = {
        "service_type": "shelter",
        "urgency": "urgent",
        "level": "acknowledgement",
        "due_at": at,
    }
    return Overdue(referral_id=referral_id, **parties, **facts | more, flagged_at=at, rung=rung)


@pytest.fixture
def people(node: Node) -> dict[UUID, str]:
    """Everybody has an address; by the ids that the hub knows them by."""
    found = {}
    for actor in (WORKER, COLLEAGUE, FOCAL_POINT):
        new = NewStaff(actor.username, "seven quiet lanterns", actor.role, "X", f"{actor.username}@x.example")
        found[add_staff(node.database, new, org=HERE, hasher=CHEAP).id] = actor.username
    return found


def called(node: Node, people: dict[UUID, str]) -> list[list[str]]:
    return [sorted(people[id_] for id_ in said.event.contact_ids) for said in node.said(PeopleCalled)]


def test_the_receiver_s_assignee_is_called_and_nobody_else(node: Node, people: dict[UUID, str]) -> None:
    came = node.received()
    set_referral_team(node.database, came, [COLLEAGUE.username], FOCAL_POINT)

    for number, rung in enumerate(("assignee", "intake", "sender", "supervisor", "coordinator")):
        node.hears(overdue(came, rung, minutes=number))

    assert called(node, people) == [["daria"]]


def test_with_no_assignee_everybody_is_called(node: Node, people: dict[UUID, str]) -> None:
    node.hears(overdue(node.received(), "assignee"))

    assert called(node, people) == [[]]


def test_the_sender_is_called_on_their_rung(node: Node, people: dict[UUID, str]) -> None:
    sent = node.sends()
    node.hears(*moved_on(sent.id, HERE, THERE, Move.DELIVER))

    node.hears(overdue(sent.id, "assignee", ours=True), overdue(sent.id, "sender", ours=True, minutes=30))

    assert called(node, people) == [["olena"]]


def test_of_what_was_sent_on_those_are_called_who_work_on_what_came(
    node: Node, people: dict[UUID, str]
) -> None:
    came = node.received()
    set_referral_team(node.database, came, [WORKER.username, COLLEAGUE.username], FOCAL_POINT)
    child = forward_referral(node.database, came, order(), WORKER)
    node.hears(*moved_on(child.id, HERE, THERE, Move.DELIVER))

    node.hears(overdue(child.id, "sender", ours=True, minutes=30))

    assert called(node, people) == [["daria", "olena"]]


def test_a_rung_that_comes_again_or_too_late_calls_nobody(node: Node, people: dict[UUID, str]) -> None:
    came = node.received()
    for _ in range(2):
        node.hears(overdue(came, "assignee", minutes=5))
    node.hears(overdue(came, "assignee"))
    assert len(called(node, people)) == 1

    node.hears(*moved_on(came, THERE, HERE, Move.DELIVER, Move.ACCEPT))
    node.hears(overdue(came, "assignee", minutes=30))
    assert len(called(node, people)) == 1


def test_the_page_says_where_the_ladder_stands_whatever_order_it_is_told_in(node: Node) -> None:
    came = node.received()
    at = START + timedelta(hours=2)
    node.hears(overdue(came, "intake", minutes=15, next_rung="sender", next_at=at), overdue(came, "assignee"))
    node.hears(overdue(came, "assignee"))

    shown = node.page(came).referral
    assert shown.direction is Direction.IN
    assert (shown.rung, shown.next_rung, shown.next_rung_at) == ("intake", "sender", at)
