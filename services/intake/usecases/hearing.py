"""Hear what the network says, a batch at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from services.intake.usecases import notices, webhooks
from services.intake.usecases.arrivals import FIRST, take_in
from services.intake.usecases.capacity import hear_of_capacity
from services.intake.usecases.conference_hearing import hear_of_conferences
from services.intake.usecases.counting import hear_answers_to_counts
from services.intake.usecases.directory import keep_directory
from services.intake.usecases.erasures import take_passed
from services.intake.usecases.escalating import climb
from services.intake.usecases.freshness import hear_word
from services.intake.usecases.ledger import Ledger, own_id
from services.intake.usecases.masking import hear_completed, hear_decisions, hear_rosters
from services.intake.usecases.round_trips import hear_of_round_trips
from services.intake.usecases.withdrawing import hear_answers, hear_of_children
from services.intake.usecases.witnessing import hear_of_audits
from shared.database import Transaction
from shared.messaging.delivery import Batch
from shared.messaging.errors import Refused
from shared.messaging.message import HUB, Message
from shared.messaging.outbox import received
from shared.schemas import Event
from shared.schemas.hub import MessagesReceived
from shared.schemas.masking import MaskingDecided, RosterCompleted, RosterSigned
from shared.schemas.referral import (
    ChildMoved,
    DirectoryDated,
    DirectoryPublished,
    ErasureAnswered,
    ErasurePassed,
    History,
    Moved,
    MoveRefused,
    NumberedMove,
    Offered,
    Overdue,
)
from shared.schemas.reporting import CountsAnswered
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
    take_passed(tx, [*_only(ErasurePassed, batch.fresh), *_only(ErasurePassed, batch.repeated)], org)
    hear_answers(tx, _only(ErasureAnswered, batch.fresh))
    hear_of_children(tx, [event for _, event in _only(ChildMoved, batch.fresh)])
    hear_of_audits(tx, batch.fresh)
    hear_of_capacity(tx, batch.fresh)
    hear_of_conferences(tx, batch.fresh, ring)
    webhooks.tell_of(tx, batch.fresh)
    published = [event for _, event in _only(DirectoryPublished, batch.fresh)]
    for directory in sorted(published, key=lambda event: event.directory_version):
        keep_directory(tx, directory)
    for _, word in _only(DirectoryDated, batch.fresh):
        hear_word(tx, word)
    hear_of_round_trips(tx, batch.fresh)
    hear_answers_to_counts(tx, [event for _, event in _only(CountsAnswered, batch.fresh)])
    hear_decisions(tx, [event for _, event in _only(MaskingDecided, batch.fresh)])
    hear_rosters(tx, [event for _, event in _only(RosterSigned, batch.fresh)], ring)
    hear_completed(tx, [event for _, event in _only(RosterCompleted, (*batch.fresh, *batch.repeated))])
    for _, receipt in _only(MessagesReceived, batch.fresh):
        tx.outbox.receipted(tx, [received(id_) for id_ in receipt.message_ids])


def _only(kind: type[E], messages: Sequence[Message]) -> list[tuple[Message, E]]:
    return [(message, message.event) for message in messages if isinstance(message.event, kind)]


def _enter(tx: Transaction, messages: Sequence[Message], ring: KeyRing, org: str) -> None:
    """Moves first and by their numbers, whatever order they came in; then what is said of them."""
    moved, histories = _only(Moved, messages), _only(History, messages)
    refused, overdue = _only(MoveRefused, messages), _only(Overdue, messages)
    numbered = sorted(_numbered(moved, histories), key=lambda told: told.move.number)
    own = {(told.id, own_id(told.id, told.move)) for told in numbered if told.move.by_org == org}
    ledger = Ledger.open(tx, _ids(moved, histories, refused, overdue), own, ring, org)
    for told in numbered:
        _apply(ledger, told)
    for _, refusal in refused:
        ledger.refuse(refusal)
    for _, flag in sorted(overdue, key=lambda told: told[1].flagged_at):
        climb(tx, ledger.find(flag.referral_id), flag)
    ledger.save()
    notices.hear(tx, ledger.applied, [flag for _, flag in overdue], org)


def _ids(*said: Sequence[tuple[Message, Any]]) -> set[UUID]:
    return {event.referral_id for kind in said for _, event in kind}


@dataclass(frozen=True)
class _Told:
    """A numbered move, the event that tells of it, and the message that brought it."""

    message: Message
    event: Moved | History
    move: NumberedMove

    @property
    def id(self) -> UUID:
        """The referral's."""
        return self.event.referral_id


def _numbered(
    moved: Sequence[tuple[Message, Moved]], histories: Sequence[tuple[Message, History]]
) -> list[_Told]:
    told = [_Told(message, history, move) for message, history in histories for move in history.moves]
    return [*(_Told(message, event, event) for message, event in moved), *told]


def _apply(ledger: Ledger, told: _Told) -> None:
    if told.move.number == FIRST and told.id not in ledger.entries:
        return  # said before the referral is offered to us, and told again by the offer itself
    deadlines = {"acknowledge_by": told.event.acknowledge_by, "reply_by": told.event.reply_by}
    ledger.apply(ledger.find(told.id), told.message, told.move, **deadlines)
