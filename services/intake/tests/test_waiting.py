"""What waits for our answer comes by its deadline, whoever's reply is due first before all others."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from services.intake.storage.tables import referrals
from services.intake.tests.node import START, STRANGER, WORKER, Node
from services.intake.usecases import referrals as use
from services.intake.usecases.refusals import Invalid
from shared.clock import new_id

DUE = (72, 1, 24, 24, 300)  #: hours, in the order in which they came
BY_DEADLINE = (1, 2, 3, 0, 4)


@pytest.fixture
def came(node: Node) -> list[UUID]:
    ids = [node.received() for _ in DUE]
    for id_, hours in zip(ids, DUE, strict=True):
        due_in(node, id_, hours)
    return ids


def due_in(node: Node, id_: UUID, hours: float) -> None:
    with node.database.transaction() as tx:
        due = {"reply_by": START + timedelta(hours=hours)}
        tx.execute(update(referrals).where(referrals.c.id == id_).values(**due))


def waiting(node: Node) -> list[UUID]:
    return [referral.id for referral in use.inbox(node.database, WORKER).waiting_for_my_answer]


def test_the_reply_that_is_due_soonest_is_first(node: Node, came: list[UUID]) -> None:
    assert waiting(node) == [came[number] for number in BY_DEADLINE]


def test_what_we_are_asked_stands_among_them_by_its_deadline(node: Node, came: list[UUID]) -> None:
    sent = node.sends().id
    with node.database.transaction() as tx:
        asked = update(referrals).where(referrals.c.id == sent)
        tx.execute(asked.values(shown_state="information_requested"))
    due_in(node, sent, 2)

    assert waiting(node) == [came[1], sent, *(came[number] for number in BY_DEADLINE[1:])]


def test_of_many_the_soonest_are_shown_whenever_they_came(
    node: Node, came: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(use, "IN_A_SECTION", 2)

    assert waiting(node) == [came[1], came[2]]


def pages(node: Node) -> Iterator[list[UUID]]:
    following: UUID | None = None
    while True:
        found, following = use.what_waits(node.database, WORKER, str(following) if following else None)
        yield [referral.id for referral in found]
        if following is None:
            return


def test_all_can_be_walked_through_page_by_page_each_once(
    node: Node, came: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(use, "IN_A_SECTION", 2)

    assert list(pages(node)) == [[came[1], came[2]], [came[3], came[0]], [came[4]]]


def test_nobody_else_sees_them_and_a_cursor_of_nothing_leads_to_nothing(node: Node, came: list[UUID]) -> None:
    assert use.what_waits(node.database, STRANGER) == ([], None)
    assert use.what_waits(node.database, WORKER, str(new_id())) == ([], None)
    with pytest.raises(Invalid):
        use.what_waits(node.database, WORKER, "x")
