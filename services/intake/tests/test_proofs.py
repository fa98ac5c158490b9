"""What the hub says of others is believed when their own letters say it, and when the chain goes on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.intake import storage
from services.intake.storage.tables import letters, moves
from services.intake.tests.letters import DEADLINES, LATER, MOVE_FACTS, letter_of, moved, offer, sent_to_us
from services.intake.tests.node import (
    HERE,
    START,
    THERE,
    WORKER,
    Node,
    moved_on,
    offered,
)
from services.intake.usecases.moves import MoveOrder, make_move
from shared.clock import new_id
from shared.messaging.errors import Refused, Unready
from shared.messaging.keybook import signing_keys
from shared.messaging.letters import recorded_moves
from shared.messaging.message import HUB
from shared.schemas.intake import MoveMade, ReferralDelivered, ReferralSent
from shared.schemas.life import Move, State
from shared.schemas.referral import History, Moved, NumberedMove
from shared.sealing import Letter
from shared.sealing.chain import breaks


@pytest.fixture(autouse=True)
def others_sign(node: Node) -> None:
    node.hears_of_signing(START)


@pytest.fixture
def received(node: Node) -> UUID:
    """A referral that was offered with its letter, and whose delivery was numbered."""
    referral_id = new_id()
    letter = sent_to_us(referral_id)
    node.hears_letters((offer(referral_id, letter), letter))
    [said] = node.said(ReferralDelivered)
    delivered = moved(
        node, referral_id, said.letter.hash, 2, Move.DELIVER, State.DELIVERED, HERE, move_id=said.id
    )
    node.hears(delivered)
    return referral_id


def refusal(hears: Callable[[], None]) -> str:
    with pytest.raises(Refused) as refused:
        hears()
    return refused.value.code


def proven(node: Node, referral_id: UUID) -> list[tuple[int, str]]:
    with node.database.reading() as tx:
        return list(breaks(recorded_moves(tx, moves, letters, referral_id), signing_keys(tx, storage.keys)))


def test_an_offer_is_opened_from_its_senders_letter_and_receipted_by_its_hash(node: Node) -> None:
    referral_id = new_id()
    letter = sent_to_us(referral_id)

    node.hears_letters((offer(referral_id, letter), letter))

    assert (node.page(referral_id).content or {})["given_name"] == "Sample"
    [said] = node.said(ReferralDelivered)
    assert said.event.letter == letter.hash
    assert said.letter.said.readers == (HUB, THERE)
    assert proven(node, referral_id) == []


def test_every_move_is_proven_at_the_end(node: Node, received: UUID) -> None:
    cancelled = MoveMade(
        referral_id=received, move_id=new_id(), move=Move.CANCEL, based_on=2, made_at=START, reason="other"
    )
    letter = letter_of(cancelled)
    event = moved(
        node,
        received,
        letter.hash,
        3,
        Move.CANCEL,
        State.CANCELLED,
        THERE,
        move_id=cancelled.move_id,
        reason="other",
    )

    node.hears_letters((event, letter))

    assert node.row(received)["state"] == State.CANCELLED
    assert [move.number for move in _recorded(node, received)] == [1, 2, 3]
    assert proven(node, received) == []


def _recorded(node: Node, referral_id: UUID) -> list[Any]:
    with node.database.reading() as tx:
        return sorted(recorded_moves(tx, moves, letters, referral_id), key=lambda move: move.number)


def test_an_offer_without_its_letter_is_refused(node: Node) -> None:
    referral_id = new_id()

    assert refusal(lambda: node.hears(offer(referral_id, sent_to_us(referral_id)))) == "letter_missing"


@pytest.mark.parametrize(
    "changed",
    [
        {"service_type": "food"},
        {"urgency": "normal"},
        {"sent_at": LATER},
        {"to_org": "clinic"},
        {"referral_id": UUID(int=1)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_an_offer_that_its_letter_does_not_say_is_refused(node: Node, changed: dict[str, Any]) -> None:
    referral_id = new_id()
    letter = sent_to_us(referral_id, **changed)

    assert refusal(lambda: node.hears_letters((offer(referral_id, letter), letter))) == "letter_differs"


def test_the_letter_of_another_organisation_is_refused(node: Node) -> None:
    referral_id = new_id()
    letter = sent_to_us(referral_id)

    said = offer(referral_id, letter, from_org="clinic")
    assert refusal(lambda: node.hears_letters((said, letter))) == "letter_differs"


@pytest.mark.parametrize("changed", [{"link": "0" * 64}, {"link": None}, {"recorded_at": LATER}])
def test_an_offer_that_begins_another_chain_is_refused(node: Node, changed: dict[str, Any]) -> None:
    referral_id = new_id()
    letter = sent_to_us(referral_id)

    said = offer(referral_id, letter, **changed)
    assert refusal(lambda: node.hears_letters((said, letter))) == "chain_differs"


def a_move(node: Node, referral_id: UUID, **changed: Any) -> tuple[Moved, Letter]:
    """The sender cancels; what the hub says of it may be changed."""
    made = MoveMade(
        referral_id=referral_id, move_id=new_id(), move=Move.CANCEL, based_on=2, made_at=START, reason="other"
    )
    letter = letter_of(made)
    facts = {"move_id": made.move_id, "reason": "other"}
    event = moved(node, referral_id, letter.hash, 3, Move.CANCEL, State.CANCELLED, THERE, **facts)
    return replace(event, **changed), letter


@pytest.mark.parametrize(
    "changed",
    [{"move": Move.WITHDRAW_CONSENT}, {"reason": "duplicate"}, {"move_id": UUID(int=1)}],
    ids=lambda changed: next(iter(changed)),
)
def test_a_move_that_its_letter_does_not_say_is_refused(
    node: Node, received: UUID, changed: dict[str, Any]
) -> None:
    assert refusal(lambda: node.hears_letters(a_move(node, received, **changed))) == "letter_differs"


def test_a_move_without_its_letter_is_refused(node: Node, received: UUID) -> None:
    event, _ = a_move(node, received)

    assert refusal(lambda: node.hears(event)) == "letter_missing"
    assert refusal(lambda: node.hears(replace(event, letter=None, link=None))) == "letter_missing"


@pytest.mark.parametrize("changed", [{"link": "0" * 64}, {"recorded_at": START}, {"state": State.WITHDRAWN}])
def test_a_move_that_does_not_continue_the_chain_is_refused(
    node: Node, received: UUID, changed: dict[str, Any]
) -> None:
    event, letter = a_move(node, received)

    assert refusal(lambda: node.hears_letters((replace(event, **changed), letter))) == "chain_differs"


def test_a_move_that_we_never_made_is_refused(node: Node, received: UUID) -> None:
    accepted = moved(node, received, "0" * 64, 3, Move.ACCEPT, State.ACCEPTED, HERE)

    with pytest.raises(Unready, match="own_letter_not_here"):
        node.hears(accepted)


def test_our_own_move_comes_back_by_the_letter_that_made_it(node: Node, received: UUID) -> None:
    make_move(node.database, received, MoveOrder(Move.ACCEPT), WORKER)
    made = node.said(MoveMade)[-1]
    assert made.event.previous == node.row(received)["link"]

    event = moved(
        node, received, made.letter.hash, 3, Move.ACCEPT, State.ACCEPTED, HERE, move_id=made.event.move_id
    )
    node.hears(event)

    assert proven(node, received) == []


def test_a_history_is_proven_like_its_moves(node: Node, received: UUID) -> None:
    event, letter = a_move(node, received)
    told = NumberedMove(**{name: getattr(event, name) for name in MOVE_FACTS})

    history = History(referral_id=received, moves=[told], **DEADLINES)
    assert refusal(lambda: node.hears(history)) == "letter_missing"
    node.hears_letters((history, letter))

    assert proven(node, received) == []


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("state", "accepted", "link"),
        ("letter", "0" * 64, "letter"),
        ("by_org", "clinic", "signer"),
        ("move", "reject", "move"),
    ],
)
def test_what_is_changed_in_the_database_afterwards_is_found(
    node: Node, received: UUID, column: str, value: str, reason: str
) -> None:
    with node.database.transaction() as tx:
        tx.execute(
            moves.update().where(moves.c.referral_id == received, moves.c.number == 2).values({column: value})
        )

    assert reason in {found for _, found in proven(node, received)}


def unsigned(referral_id: UUID) -> list[Moved]:
    return moved_on(referral_id, THERE, HERE, Move.DELIVER, Move.ACKNOWLEDGE)


def test_what_began_before_anybody_signed_goes_on_without_a_chain(node: Node) -> None:
    node.hears_of_signing(LATER)
    referral_id = new_id()
    node.hears(offered(referral_id))
    node.hears(*unsigned(referral_id))

    assert node.row(referral_id)["state"] == State.ACKNOWLEDGED
    assert {reason for _, reason in proven(node, referral_id)} == {"not_signed"}


def test_what_begins_afterwards_must_be_signed(node: Node) -> None:
    assert refusal(lambda: node.hears(offered(new_id()))) == "letter_missing"


def test_the_chain_of_a_referral_cannot_be_left_out_later(node: Node, received: UUID) -> None:
    node.hears_of_signing(START + timedelta(days=1))

    assert refusal(lambda: node.hears(*unsigned(received)[:3])) == "letter_missing"


@pytest.mark.parametrize("changed", [{"link": None}, {"link": "0" * 64}, {"letter": "0" * 64}])
def test_our_own_referral_comes_back_by_its_letter_and_begins_the_chain(
    node: Node, changed: dict[str, Any]
) -> None:
    referral = node.sends()
    [said] = node.said(ReferralSent)
    event = moved(node, referral.id, said.letter.hash, 1, Move.SEND, State.SENT, HERE)

    assert refusal(lambda: node.hears(replace(event, **changed))) in {"chain_differs", "letter_differs"}
    node.hears(event)

    assert node.row(referral.id)["link"] == event.link
    assert proven(node, referral.id) == []


def test_nobody_unknown_is_believed_unsigned(node: Node) -> None:
    with node.database.transaction() as tx:
        tx.execute(storage.keys.delete().where(storage.keys.c.party == THERE))

    assert refusal(lambda: node.hears(offered(new_id()))) == "letter_missing"
