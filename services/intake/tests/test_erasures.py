"""Consent for a referral to us was withdrawn: what goes, what stays and why, and what is said of it."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.intake.domain import Action
from services.intake.storage.erasure_tables import withdrawals
from services.intake.storage.tables import referrals
from services.intake.tests.letters import letter_of, offer, sent_to_us
from services.intake.tests.node import (
    COLLEAGUE,
    FOCAL_POINT,
    HERE,
    START,
    THERE,
    WORKER,
    Node,
    moved_on,
)
from services.intake.tests.test_audit import kept
from services.intake.usecases.erasures import decide_own_records, erase_what_is_freed
from services.intake.usecases.holds import ask_for_hold, ask_to_lift, confirm_hold, confirm_lift
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.referrals import referral_page
from services.intake.usecases.refusals import Conflict, Invalid, NotFound
from shared.clock import new_id
from shared.messaging.errors import Refused, Unready
from shared.messaging.message import HUB
from shared.schemas.erasure import REASONS_OF_PEOPLE
from shared.schemas.intake import ErasureAsked, ErasureReceipted
from shared.schemas.life import Move
from shared.schemas.referral import ErasurePassed
from shared.sealing import Letter


def passed(referral_id: UUID, *, by: str = THERE, about: UUID | None = None) -> tuple[ErasurePassed, Letter]:
    """The hub passes on what the sender asks."""
    letter = letter_of(ErasureAsked(referral_id=about or referral_id, asked_at=START), sender=by)
    return ErasurePassed(referral_id=referral_id, asked_at=START, letter=letter.hash), letter


def holdings(node: Node) -> list[list[tuple[str, str, str | None]]]:
    """What was said, each time."""
    said = [said.event for said in node.said(ErasureReceipted)]
    return [[(h.part, h.outcome, h.reason) for h in event.holdings] for event in said]


def sealed(node: Node, referral_id: UUID) -> tuple[object, object]:
    row = node.row(referral_id)
    return row["data_key"], row["sealed"]


@pytest.fixture
def rejected(node: Node) -> UUID:
    """A referral to us that is over, which a worker has seen."""
    referral_id = node.received(given_name="Tamarisk")
    make_move(node.database, referral_id, MoveOrder(Move.REJECT, reason="no_capacity"), WORKER)
    [own] = [line["move_id"] for line in node.table_of_moves(referral_id) if line["move"] == Move.REJECT]
    node.hears(*moved_on(referral_id, THERE, HERE, Move.DELIVER, Move.REJECT, move_ids={Move.REJECT: own}))
    return referral_id


def test_what_came_goes_at_once_although_the_referral_is_over(node: Node, rejected: UUID) -> None:
    node.hears_letters(passed(rejected))

    assert sealed(node, rejected) == (None, None)
    page = referral_page(node.database, rejected, FOCAL_POINT)
    assert (page.content, page.referral.state) == (None, "rejected")
    assert Action.CONTENT_ERASED in [entry.action for entry in kept(node)]


def test_a_person_who_has_seen_it_is_to_say_what_became_of_own_records(node: Node, rejected: UUID) -> None:
    node.hears_letters(passed(rejected))

    assert holdings(node) == [
        [("received_content", "erased", None), ("own_records", "undecided", None)],
    ]
    [said] = node.said(ErasureReceipted)
    assert said.letter.said.readers == (HUB, THERE)


def test_of_what_nobody_has_seen_there_is_nothing_else(node: Node) -> None:
    node.hears_letters(passed(node.received()))

    assert holdings(node) == [[("received_content", "erased", None), ("own_records", "nothing", None)]]


def test_asked_twice_it_says_the_same_again_and_does_nothing_else(node: Node, rejected: UUID) -> None:
    for _ in range(2):
        node.hears_letters(passed(rejected))

    first, second = holdings(node)
    assert first == second
    assert [said.event.revision for said in node.said(ErasureReceipted)] == [1, 1]
    assert [entry.action for entry in kept(node)].count(Action.CONTENT_ERASED) == 1


@pytest.mark.parametrize("reason", REASONS_OF_PEOPLE)
def test_what_is_kept_is_kept_for_a_reason_of_the_list(node: Node, rejected: UUID, reason: str) -> None:
    node.hears_letters(passed(rejected))

    decide_own_records(node.database, rejected, "kept", reason, WORKER)

    assert holdings(node)[-1] == [("received_content", "erased", None), ("own_records", "kept", reason)]
    assert kept(node)[-1].action is Action.RECORDS_DECIDED
    [row] = node.rows(withdrawals)
    assert (row["revision"], row["decided_by"]) == (2, WORKER.username)


@pytest.mark.parametrize(
    ("outcome", "reason", "wrong"),
    [
        ("kept", None, {"reason": "needed"}),
        ("kept", "legal_hold", {"reason": "unknown_code"}),
        ("erased", "vital_interests", {"reason": "unknown_code"}),
        ("undecided", None, {"outcome": "unknown_code"}),
        ("", None, {"outcome": "needed"}),
    ],
)
def test_what_makes_no_sense_is_not_taken(
    node: Node, rejected: UUID, outcome: str, reason: str | None, wrong: dict[str, str]
) -> None:
    node.hears_letters(passed(rejected))

    with pytest.raises(Invalid) as refused:
        decide_own_records(node.database, rejected, outcome, reason, WORKER)
    assert refused.value.errors == wrong


def test_it_is_said_once_by_who_may_see_it_and_only_after_a_withdrawal(node: Node, rejected: UUID) -> None:
    with pytest.raises(NotFound, match="referral_not_found"):
        decide_own_records(node.database, rejected, "erased", None, WORKER)
    node.hears_letters(passed(rejected))
    with pytest.raises(NotFound, match="referral_not_found"):
        decide_own_records(node.database, rejected, "erased", None, COLLEAGUE)

    decide_own_records(node.database, rejected, "erased", None, WORKER)

    with pytest.raises(Conflict, match="decided"):
        decide_own_records(node.database, rejected, "kept", "vital_interests", WORKER)


@pytest.fixture
def held(node: Node, rejected: UUID) -> UUID:
    """One that a legal hold is on."""
    ask_for_hold(node.database, rejected, "A court has asked.", WORKER)
    confirm_hold(node.database, rejected, FOCAL_POINT)
    return rejected


def test_what_a_legal_hold_is_on_stays_and_that_is_said(node: Node, held: UUID) -> None:
    node.hears_letters(passed(held))

    assert None not in sealed(node, held)
    assert holdings(node)[-1][0] == ("received_content", "kept", "legal_hold")
    assert erase_what_is_freed(node.database, HERE) == 0


def test_it_goes_once_the_hold_is_lifted_and_that_is_said_too(node: Node, held: UUID) -> None:
    node.hears_letters(passed(held))
    ask_to_lift(node.database, held, "The court has closed it.", WORKER)
    confirm_lift(node.database, held, FOCAL_POINT)

    assert erase_what_is_freed(node.database, HERE) == 1

    assert sealed(node, held) == (None, None)
    assert holdings(node)[-1][0] == ("received_content", "erased", None)
    assert erase_what_is_freed(node.database, HERE) == 0


def test_a_hold_that_only_one_person_asked_for_keeps_it_for_a_week(node: Node, rejected: UUID) -> None:
    ask_for_hold(node.database, rejected, "A court has asked.", WORKER)
    node.hears_letters(passed(rejected))
    assert None not in sealed(node, rejected)

    node.pass_time(days=7)

    assert erase_what_is_freed(node.database, HERE) == 1


def test_a_withdrawal_by_a_move_is_answered_too_and_spares_what_is_held(node: Node) -> None:
    came, other = node.received(), node.received()
    ask_for_hold(node.database, came, "A court has asked.", FOCAL_POINT)

    for referral_id in (came, other):
        node.hears(*moved_on(referral_id, THERE, HERE, Move.DELIVER, Move.WITHDRAW_CONSENT))

    assert None not in sealed(node, came)
    assert sealed(node, other) == (None, None)
    assert [said[0][1] for said in holdings(node)] == ["kept", "erased"]


def test_what_is_not_here_yet_is_waited_for(node: Node) -> None:
    with pytest.raises(Unready):
        node.hears_letters(passed(new_id()))


def test_only_its_sender_can_ask_for_it(node: Node, rejected: UUID) -> None:
    for event, letter in (passed(rejected, by="clinic"), passed(rejected, about=new_id())):
        with pytest.raises(Refused, match="letter_differs"):
            node.hears_letters((event, letter))
    with pytest.raises(Refused, match="letter_missing"):
        node.hears(ErasurePassed(referral_id=rejected, asked_at=START))
    with pytest.raises(Refused, match="not_the_receiver"):
        node.hears_letters(passed(node.sends().id))
    assert None not in sealed(node, rejected)


def test_of_what_was_forwarded_to_us_the_hub_s_word_is_enough(node: Node) -> None:
    referral_id, parent = new_id(), new_id()
    letter = sent_to_us(referral_id, parent=parent)
    node.hears_letters((offer(referral_id, letter, parent=parent), letter))

    node.hears(ErasurePassed(referral_id=referral_id, asked_at=START))

    assert sealed(node, referral_id) == (None, None)


def test_the_hub_cannot_make_a_forward_of_what_is_none(node: Node) -> None:
    referral_id = new_id()
    letter = sent_to_us(referral_id)

    with pytest.raises(Refused, match="letter_differs"):
        node.hears_letters((offer(referral_id, letter, parent=new_id()), letter))
    assert node.rows(referrals) == []


def test_nothing_written_freely_leaves_with_a_receipt(node: Node, held: UUID) -> None:
    node.hears_letters(passed(held))

    for said in node.said(ErasureReceipted):
        assert "court" not in str(said.event.dump())
        assert said.letter.private == b""
    assert timedelta(0) == node.at - START
