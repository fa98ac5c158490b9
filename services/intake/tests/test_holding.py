"""Undo: what waits here has not left, leaves by itself, and an emergency never waits."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.intake.domain import Case
from services.intake.storage.tables import letters, moves, needs, referrals
from services.intake.tests.node import (
    COLLEAGUE,
    FOCAL_POINT,
    HERE,
    THERE,
    WORKER,
    Node,
    moved_on,
    offered,
    order,
)
from services.intake.usecases.cases import add_need
from services.intake.usecases.consent import withdraw_consent
from services.intake.usecases.holding import send_now, undo
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.referrals import inbox
from services.intake.usecases.refusals import Conflict
from services.intake.usecases.sending import send_referral
from services.intake.usecases.silence import ask_after_silence
from shared.clock import new_id
from shared.schemas.intake import HistoryAsked, MoveMade, ReferralSent
from shared.schemas.life import Move, State

TEN_MINUTES = timedelta(minutes=10)


def sends(node: Node, urgency: str = "normal") -> tuple[UUID, Case]:
    _, case = node.has_case()
    need = add_need(node.database, case.id, "legal_assistance", "high", WORKER)
    wanted = order(case, need_id=need.id, urgency=urgency)
    return send_referral(node.database, wanted, WORKER, TEN_MINUTES).id, case


def arrives(node: Node) -> UUID:
    """A referral to us that is no emergency: acknowledged within 8 hours, answered within 72."""
    about = node.received()
    with node.database.transaction() as tx:
        tx.execute(referrals.update().where(referrals.c.id == about).values(urgency="urgent"))
    return about


def answers(node: Node, about: UUID, move: Move = Move.ACCEPT, **said: Any) -> None:
    make_move(node.database, about, MoveOrder(move, **said), WORKER, TEN_MINUTES)


def leaving(node: Node) -> list[Any]:
    """What the relay would send now."""
    with node.database.transaction() as tx:
        claimed = tx.outbox.claim_due(tx, 100)
    ids = {one.id for one in claimed}
    return [
        said.event
        for said in node.said()
        if said.id in ids and isinstance(said.event, MoveMade | ReferralSent)
    ]


def test_an_answer_waits_and_leaves_by_itself(node: Node) -> None:
    about = arrives(node)
    answers(node, about)
    assert node.page(about).referral.shown_state is State.ACCEPTED
    assert leaving(node) == []

    node.pass_time(minutes=9, seconds=59)
    assert leaving(node) == []
    assert node.page(about).referral.is_held(node.at)
    node.pass_time(seconds=1)
    assert [event.move for event in leaving(node)] == [Move.ACCEPT]
    assert not node.page(about).referral.is_held(node.at)


def test_an_answer_is_undone_and_nothing_of_it_is_left(node: Node) -> None:
    about = arrives(node)
    before = len(node.rows(letters))
    answers(node, about, Move.REJECT, reason="no_capacity", note="Sorry.")

    undo(node.database, about, WORKER)

    shown = node.page(about)
    assert (shown.referral.shown_state, shown.referral.unconfirmed) == (State.DELIVERED, False)
    assert (len(node.table_of_moves(about)), len(node.rows(letters))) == (2, before)
    assert node.said(MoveMade) == []
    answers(node, about)
    node.pass_time(minutes=10)
    assert [event.move for event in leaving(node)] == [Move.ACCEPT]


def test_a_word_taken_back_was_not_said(node: Node) -> None:
    about = arrives(node)
    node.hears(*moved_on(about, THERE, HERE, Move.DELIVER, Move.ACCEPT))
    node.pass_time(days=14)
    silent_since = node.page(about).silent_since(node.at)
    answers(node, about, Move.COMPLETE)
    assert inbox(node.database, WORKER).how_did_it_go == ()

    undo(node.database, about, WORKER)

    assert [referral.id for referral in inbox(node.database, WORKER).how_did_it_go] == [about]
    assert node.page(about).silent_since(node.at) == silent_since


def test_what_has_left_cannot_be_undone(node: Node) -> None:
    about = arrives(node)
    answers(node, about)
    node.pass_time(minutes=10)

    with pytest.raises(Conflict, match="left_already"):
        undo(node.database, about, WORKER)
    assert [event.move for event in leaving(node)] == [Move.ACCEPT]


def test_what_the_relay_has_taken_cannot_be_undone_even_before_its_time(node: Node) -> None:
    """As when its clock is ahead of ours."""
    about = arrives(node)
    answers(node, about)
    at = node.at
    node.pass_time(minutes=10)
    assert len(leaving(node)) == 1
    node.at = at

    with pytest.raises(Conflict, match="left_already"):
        undo(node.database, about, WORKER)


def test_only_whoever_said_it_undoes_it(node: Node) -> None:
    about = arrives(node)
    make_move(node.database, about, MoveOrder(Move.ACCEPT), COLLEAGUE, TEN_MINUTES)

    with pytest.raises(Conflict, match="left_already"):
        undo(node.database, about, FOCAL_POINT)


def test_it_can_be_sent_at_once(node: Node) -> None:
    about = arrives(node)
    answers(node, about)

    send_now(node.database, about, WORKER)

    assert [event.move for event in leaving(node)] == [Move.ACCEPT]
    with pytest.raises(Conflict):
        undo(node.database, about, WORKER)


def test_another_move_lets_the_one_before_go_and_waits_for_nothing(node: Node) -> None:
    about = arrives(node)
    answers(node, about)

    answers(node, about, Move.START)

    assert [event.move for event in leaving(node)] == [Move.ACCEPT, Move.START]


@pytest.mark.parametrize("move", [Move.ACKNOWLEDGE, Move.ACCEPT])
def test_an_emergency_and_a_word_that_decides_nothing_do_not_wait(node: Node, move: Move) -> None:
    about = node.received() if move is Move.ACCEPT else arrives(node)
    answers(node, about, move)

    assert [event.move for event in leaving(node)] == [move]


@pytest.mark.parametrize(("hours", "waits"), [(7.5, True), (7.9, False), (8.1, True)])
def test_no_deadline_is_missed_by_waiting(node: Node, hours: float, waits: bool) -> None:  # noqa: FBT001 - a parameter
    about = arrives(node)
    node.hears(*moved_on(about, THERE, HERE, Move.DELIVER))
    with node.database.transaction() as tx:
        eight = node.at + timedelta(hours=8)
        tx.execute(referrals.update().where(referrals.c.id == about).values(acknowledge_by=eight))
    node.pass_time(hours=hours)

    answers(node, about)

    assert (leaving(node) == []) is waits


def test_nor_before_the_hub_has_numbered_the_delivery(node: Node) -> None:
    node.hears(offered(about := new_id()))
    soon = {"urgency": "urgent", "acknowledge_by": node.at + timedelta(minutes=5)}
    with node.database.transaction() as tx:
        tx.execute(referrals.update().where(referrals.c.id == about).values(**soon))

    answers(node, about)

    assert [event.move for event in leaving(node)] == [Move.ACCEPT]


def test_nobody_asks_after_what_waits_here(node: Node) -> None:
    about = arrives(node)
    answers(node, about)
    node.pass_time(minutes=9)

    ask_after_silence(node.database)

    assert node.said(HistoryAsked) == []


def test_a_referral_waits_and_is_taken_back_with_nothing_left_behind(node: Node) -> None:
    sent, _ = sends(node)
    assert leaving(node) == []

    undo(node.database, sent, WORKER)

    node.pass_time(minutes=10)
    assert leaving(node) == []
    shown = node.page(sent)
    assert (shown.referral.taken_back, shown.content, shown.allowed) == (True, None, ())
    assert [row["state"] for row in node.rows(needs)] == ["open"]
    assert [row["refused_after"] for row in node.rows(moves)] == [0]


def test_a_referral_that_was_not_taken_back_leaves_by_itself(node: Node) -> None:
    sent, _ = sends(node)
    node.pass_time(minutes=10)

    assert [event.referral_id for event in leaving(node)] == [sent]
    with pytest.raises(Conflict):
        undo(node.database, sent, WORKER)


def test_an_emergency_is_sent_at_once(node: Node) -> None:
    sent, _ = sends(node, "emergency")

    assert [event.referral_id for event in leaving(node)] == [sent]


def test_to_cancel_what_has_not_left_is_to_take_it_back(node: Node) -> None:
    sent, _ = sends(node)

    make_move(node.database, sent, MoveOrder(Move.CANCEL, reason="duplicate"), WORKER, TEN_MINUTES)

    assert node.page(sent).referral.taken_back
    node.pass_time(minutes=10)
    assert leaving(node) == []


def test_consent_that_is_withdrawn_in_time_lets_nothing_leave(node: Node) -> None:
    sent, case = sends(node)

    withdraw_consent(node.database, case.person_id, WORKER)

    assert node.page(sent).referral.taken_back
    assert node.said(ReferralSent) == node.said(MoveMade) == []


def test_consent_that_is_withdrawn_later_goes_after_it(node: Node) -> None:
    sent, case = sends(node)
    node.pass_time(minutes=10)

    withdraw_consent(node.database, case.person_id, WORKER)

    assert [type(event) for event in leaving(node)] == [ReferralSent, MoveMade]
    assert not node.page(sent).referral.taken_back


def test_a_process_that_sends_by_itself_holds_it_back_too(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[Any] = []
    monkeypatch.setattr(node.database.outbox, "hand_over", handed.extend)
    about = arrives(node)
    handed.clear()

    answers(node, about)
    assert handed == []

    node.pass_time(minutes=10)
    assert [event.move for event in leaving(node)] == [Move.ACCEPT]
