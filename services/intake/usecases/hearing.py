"""Hear what the network says, a batch at a time."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from services.intake.usecases.arrivals import FIRST, take_in
from services.intake.usecases.directory import keep_directory
from services.intake.usecases.ledger import Ledger
from shared.database import Transaction
from shared.messaging.delivery import Batch
from shared.messaging.errors import Refused
from shared.messaging.message import HUB, Message
from shared.schemas import Event
from shared.schemas.referral import (
    DirectoryPublished,
    History,
    Moved,
    MoveRefused,
    NumberedMove,
    Offered,
    Overdue,
)
from shared.sealing import KeyRing

E = TypeVar("E", bound=Event)


def hear(tx: Transaction, batch: Batch, ring: KeyRing, org: str) -> None:
    """Take in what the hub says; a repeated offer is answered again, other repeats have had their effect.

    Raises Refused or Unready for the batch when one message cannot be taken in: it is to be taken out.
    """
    for message in (*batch.fresh, *batch.repeated):
        if message.sender != HUB:
            raise Refused("not_from_hub")
    offers = [*_only(Offered, batch.fresh), *_only(Offered, batch.repeated)]
    if offers:
        take_in(tx, offers, ring, org)
    _enter(tx, batch.fresh, ring, org)
    for published in sorted(
        _only(DirectoryPublished, batch.fresh), key=lambda event: event.directory_version
    ):
        keep_directory(tx, published)


def _only(kind: type[E], messages: Sequence[Message]) -> list[E]:
    return [message.event for message in messages if isinstance(message.event, kind)]


def _enter(tx: Transaction, messages: Sequence[Message], ring: KeyRing, org: str) -> None:
    """Moves first and by their numbers, whatever order they came in; then what is said of them."""
    moved, histories = _only(Moved, messages), _only(History, messages)
    refused, overdue = _only(MoveRefused, messages), _only(Overdue, messages)
    ledger = Ledger.open(tx, _ids(moved, histories, refused, overdue), ring, org)
    for event, move in sorted(_numbered(moved, histories), key=lambda pair: pair[1].number):
        _apply(ledger, event, move)
    for refusal in refused:
        ledger.refuse(refusal)
    for flag in overdue:
        entry = ledger.find(flag.referral_id)
        entry.stands(entry.standing.overdue(flag.level))
    ledger.save()


def _ids(*events: Sequence[Moved | History | MoveRefused | Overdue]) -> set[UUID]:
    return {event.referral_id for kind in events for event in kind}


def _numbered(
    moved: Sequence[Moved], histories: Sequence[History]
) -> list[tuple[Moved | History, NumberedMove]]:
    told = [(history, move) for history in histories for move in history.moves]
    return [*((event, event) for event in moved), *told]


def _apply(ledger: Ledger, event: Moved | History, move: NumberedMove) -> None:
    if move.number == FIRST and event.referral_id not in ledger.entries:
        return  # said before the referral is offered to us, and told again by the offer itself
    deadlines = {"acknowledge_by": event.acknowledge_by, "reply_by": event.reply_by}
    ledger.apply(ledger.find(event.referral_id), move, **deadlines)
