"""Ask and be answered while nothing changes: to cancel, and for the whole case."""

from uuid import UUID

import pytest

from services.intake.domain import makes_sense, open_request
from services.intake.tests.letters import offer, sent_to_us
from services.intake.tests.node import HERE, THERE, WORKER, Node, moved_on
from services.intake.usecases.closing import close_case
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.refusals import Conflict, Invalid
from shared.clock import new_id
from shared.messaging.errors import Refused
from shared.schemas.intake import MoveMade, ReferralSent
from shared.schemas.life import Move, State

ACTIVE = (Move.DELIVER, Move.ACCEPT, Move.START)


def asks(node: Node, *steps: Move) -> UUID:
    """A referral of ours whose receiver has asked for something."""
    sent = node.sends()
    node.hears(*moved_on(sent.id, HERE, THERE, *ACTIVE, *steps))
    return sent.id


def test_the_receiver_asks_to_cancel_and_the_state_stays(node: Node) -> None:
    came = node.received()
    make_move(node.database, came, MoveOrder(Move.ACCEPT), WORKER)

    make_move(node.database, came, MoveOrder(Move.ASK_TO_CANCEL, reason="no_capacity"), WORKER)

    page = node.page(came)
    assert page.referral.shown_state is State.ACCEPTED
    assert [said.event.move for said in node.said(MoveMade)] == [Move.ACCEPT, Move.ASK_TO_CANCEL]
    assert open_request(page.history) is Move.ASK_TO_CANCEL


def test_one_thing_is_asked_at_a_time(node: Node) -> None:
    came = node.received()
    make_move(node.database, came, MoveOrder(Move.ACCEPT), WORKER)
    assert {Move.ASK_TO_CANCEL, Move.ASK_FOR_TRANSFER} <= set(node.page(came).allowed)

    make_move(node.database, came, MoveOrder(Move.ASK_TO_CANCEL, reason="no_capacity"), WORKER)

    assert not {Move.ASK_TO_CANCEL, Move.ASK_FOR_TRANSFER} & set(node.page(came).allowed)
    with pytest.raises(Conflict):
        make_move(node.database, came, MoveOrder(Move.ASK_FOR_TRANSFER, note="The whole case?"), WORKER)


def test_the_sender_grants_it_or_says_no(node: Node) -> None:
    first, second = asks(node, Move.ASK_TO_CANCEL), asks(node, Move.ASK_TO_CANCEL)
    assert Move.DECLINE in node.page(first).allowed
    assert Move.TRANSFER not in node.page(first).allowed

    make_move(node.database, first, MoveOrder(Move.CANCEL, reason="other"), WORKER)
    make_move(node.database, second, MoveOrder(Move.DECLINE, note="Please go on."), WORKER)

    assert node.page(first).referral.shown_state is State.CANCELLED
    assert node.page(second).referral.shown_state is State.IN_PROGRESS
    assert open_request(node.page(second).history) is None


@pytest.mark.parametrize("move", [Move.DECLINE, Move.TRANSFER])
def test_what_was_not_asked_is_not_answered(node: Node, move: Move) -> None:
    sent = asks(node)
    assert move not in node.page(sent).allowed

    with pytest.raises(Conflict) as refused:
        make_move(node.database, sent, MoveOrder(move, note="No."), WORKER)

    assert move not in refused.value.allowed


def test_whose_case_is_handed_over_may_be_closed_although_the_work_goes_on(node: Node) -> None:
    referral_id = asks(node, Move.ASK_FOR_TRANSFER)
    case_id = node.page(referral_id).referral.case_id
    assert case_id is not None
    with pytest.raises(Conflict, match="referrals_open"):
        close_case(node.database, case_id, "transferred", WORKER)

    make_move(node.database, referral_id, MoveOrder(Move.TRANSFER), WORKER)

    with pytest.raises(Conflict, match="referrals_open"):
        close_case(node.database, case_id, "returned", WORKER)
    assert close_case(node.database, case_id, "transferred", WORKER).closure_reason == "transferred"
    assert node.page(referral_id).referral.is_open


def test_what_was_sent_as_a_transfer_is_handed_over_once_it_is_accepted(node: Node) -> None:
    sent = node.sends(purpose="transfer")
    [said] = node.said(ReferralSent)
    assert said.event.purpose == "transfer"
    assert not node.page(sent.id).handed_over

    node.hears(*moved_on(sent.id, HERE, THERE, Move.DELIVER, Move.ACCEPT))

    assert node.page(sent.id).handed_over
    assert sent.case_id is not None
    assert close_case(node.database, sent.case_id, "transferred", WORKER).status == "closed"


def test_what_is_no_purpose_is_refused(node: Node) -> None:
    with pytest.raises(Invalid) as refused:
        node.sends(purpose="everything")
    assert refused.value.errors == {"purpose": "unknown_code"}


def test_the_receiver_sees_what_it_is_for(node: Node) -> None:
    referral_id = new_id()
    letter = sent_to_us(referral_id, purpose="transfer")
    node.hears_letters((offer(referral_id, letter, purpose="transfer"), letter))

    assert node.page(referral_id).referral.purpose == "transfer"


def test_the_hub_cannot_say_that_it_is_for_more(node: Node) -> None:
    referral_id = new_id()
    letter = sent_to_us(referral_id)

    with pytest.raises(Refused, match="letter_differs"):
        node.hears_letters((offer(referral_id, letter, purpose="transfer"), letter))


def test_each_answer_answers_what_it_can() -> None:
    assert makes_sense(Move.TRANSFER, Move.ASK_FOR_TRANSFER)
    assert not makes_sense(Move.TRANSFER, Move.ASK_TO_CANCEL)
    assert makes_sense(Move.DECLINE, Move.ASK_TO_CANCEL)
    assert not makes_sense(Move.DECLINE, None)
