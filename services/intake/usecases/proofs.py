"""What others' letters must prove before the node believes what the hub says of them."""

from datetime import datetime
from typing import Any

from marshmallow import ValidationError

from shared.messaging.errors import Refused
from shared.messaging.message import Message
from shared.schemas.intake import MoveMade, ReferralDelivered, ReferralSent
from shared.schemas.life import Move, State
from shared.schemas.referral import NumberedMove, Offered
from shared.schemas.registry import Event
from shared.sealing import CannotOpen, Letter
from shared.sealing.chain import link_after

SAYS: dict[Move, type[Event]] = {Move.SEND: ReferralSent, Move.DELIVER: ReferralDelivered}
OFFERED = (
    "referral_id",
    "service_type",
    "urgency",
    "sent_at",
    "parent",
    "purpose",
)  #: what offer and letter say alike


def enclosed(message: Message, hash_: str | None) -> Letter:
    """The letter that a message names; raises Refused when it does not enclose it, or cannot prove it."""
    try:
        return message.beside[hash_ or ""]
    except KeyError:
        raise Refused("letter_missing") from None


def prove_offer(message: Message, offered: Offered, org: str) -> Letter:
    """The sender's letter, which says what the offer says; raises Refused."""
    letter = enclosed(message, offered.letter)
    sent = event_in(letter, ReferralSent)
    same = all(getattr(sent, name) == getattr(offered, name) for name in OFFERED)
    if not same or sent.to_org != org or letter.said.sender != offered.from_org:
        raise Refused("letter_differs")
    return letter


def prove_move(message: Message, referral_id: Any, move: NumberedMove) -> Letter:
    """The maker's letter, which says what the hub says of the move; raises Refused."""
    letter = enclosed(message, move.letter)
    event: Any = event_in(letter, SAYS.get(move.move, MoveMade))
    named = event.move if isinstance(event, MoveMade) else move.move
    known = event.move_id if isinstance(event, MoveMade) else move.move_id
    said = (event.referral_id, letter.said.sender, named, known, getattr(event, "reason", None))
    if said != (referral_id, move.by_org, move.move, move.move_id, move.reason):
        raise Refused("letter_differs")
    return letter


def prove_link(  # noqa: PLR0913 - a link has that many parts
    link: str | None, previous: str | None, *, number: int, letter: str, state: State, at: datetime
) -> None:
    """The chain goes on as the hub says; raises Refused with ``chain_differs``, which is an alarm."""
    if link != link_after(previous, number=number, letter=letter, state=state, recorded_at=at):
        raise Refused("chain_differs")


def event_in(letter: Letter, kind: type[Event]) -> Any:
    """What a letter says, which is one event of that kind; raises Refused."""
    try:
        [wire] = letter.said.events
        if wire.get("type") != kind.type:
            raise Refused("letter_differs")
        return kind.load(wire["data"])
    except (CannotOpen, ValidationError, ValueError, KeyError):
        raise Refused("letter_differs") from None  # the cause may quote the contents
