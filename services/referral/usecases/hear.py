"""What the hub does with each event of a node: one table, one function an event."""

from collections.abc import Callable

from services.referral import storage
from services.referral.book import Book
from services.referral.domain import STANDARDS, Standards
from services.referral.usecases import capacity
from services.referral.usecases.conferences import pass_act_on
from services.referral.usecases.dating import tell_directory
from services.referral.usecases.directory import take_offer, take_statement
from services.referral.usecases.erasure import answer_asking, take_asking, take_receipt
from services.referral.usecases.referrals import (
    Desk,
    answer_again,
    record_delivery,
    record_move,
    take_referral,
    tell_history,
)
from services.referral.usecases.round_trips import pass_answer_on, take_round_trip
from services.referral.usecases.witness import pass_word_on, take_checkpoint
from shared.database import Transaction
from shared.messaging.delivery import Batch
from shared.messaging.errors import Refused
from shared.messaging.message import HUB, Message
from shared.messaging.outbox import received
from shared.messaging.receipts import confirm_receipt
from shared.schemas.conferences import (
    ConferenceClosed,
    ConferenceConfirmed,
    ConferenceDeparted,
    ConferenceEnded,
    ConferenceInvited,
    ConferenceMessageSent,
    ConferenceOpened,
    ConferenceReceipted,
)
from shared.schemas.hub import MessagesReceived
from shared.schemas.intake import (
    AuditCheckpointMade,
    AuditCheckpointWitnessed,
    CapacityAnswered,
    CapacityAsked,
    DirectoryAsked,
    ErasureAsked,
    ErasureReceipted,
    HistoryAsked,
    KeysChanged,
    MoveMade,
    ReferralDelivered,
    ReferralSent,
    RoundTripAnswered,
    RoundTripAsked,
    ServicesOffered,
)


def hear(tx: Transaction, batch: Batch, *, standards: Standards = STANDARDS) -> None:
    """Apply a batch in the order of its arrival; that order decides between moves that cross.

    Whatever cannot be taken is found out before anything is done for it, and left out.
    """
    messages = [*batch.fresh, *batch.repeated]
    about = [m.event.referral_id for m in messages if hasattr(m.event, "referral_id")]
    about += [m.event.parent for m in batch.fresh if isinstance(m.event, ReferralSent) and m.event.parent]
    desk = Desk(Book(tx, about), _reachable(tx, batch), standards)
    batch.each(batch.fresh, lambda message: FRESH[type(message.event)](desk, message))
    batch.each(batch.repeated, lambda m: REPEATED.get(type(m.event), _say_nothing)(desk, m))
    desk.book.save()
    confirm_receipt(tx, batch, by="referral")


def _reachable(tx: Transaction, batch: Batch) -> set[str]:
    wanted = {m.event.to_org for m in batch.fresh if isinstance(m.event, ReferralSent)}
    return storage.known_organisations(tx, wanted) if wanted else set()


def _take_offer(desk: Desk, message: Message) -> None:
    event: ServicesOffered = message.event  # type: ignore[assignment]
    take_offer(desk.tx, message.sender, event)


def _take_statement(desk: Desk, message: Message) -> None:
    event: KeysChanged = message.event  # type: ignore[assignment]
    take_statement(desk.tx, message.sender, event)


def _witness(desk: Desk, message: Message) -> None:
    event: AuditCheckpointMade = message.event  # type: ignore[assignment]
    take_checkpoint(desk.tx, message, event)


def _pass_word_on(desk: Desk, message: Message) -> None:
    event: AuditCheckpointWitnessed = message.event  # type: ignore[assignment]
    pass_word_on(desk.tx, message, event)


def _tell_directory(desk: Desk, message: Message) -> None:
    event: DirectoryAsked = message.event  # type: ignore[assignment]
    tell_directory(desk.tx, message.sender, event.held)


def _take_question(desk: Desk, message: Message) -> None:
    event: CapacityAsked = message.event  # type: ignore[assignment]
    capacity.take_question(desk.tx, message, event, desk.standards)


def _question_again(desk: Desk, message: Message) -> None:
    event: CapacityAsked = message.event  # type: ignore[assignment]
    capacity.answer_again(desk.tx, message, event)


def _pass_answer_on(desk: Desk, message: Message) -> None:
    event: CapacityAnswered = message.event  # type: ignore[assignment]
    capacity.pass_answer_on(desk.tx, message, event)


def _say_nothing(_desk: Desk, _message: Message) -> None:
    """A repeat of what is not awaited."""


def _note_receipt(desk: Desk, message: Message) -> None:
    """Notifications or reporting has stored what was said to it."""
    event: MessagesReceived = message.event  # type: ignore[assignment]
    if message.sender != HUB:
        raise Refused("not_from_hub")
    desk.tx.outbox.receipted(desk.tx, [received(id_) for id_ in event.message_ids])


def _pass_act_on(desk: Desk, message: Message) -> None:
    pass_act_on(desk.tx, message)


OF_CONFERENCES: dict[type, Callable[[Desk, Message], None]] = dict.fromkeys(
    (
        ConferenceOpened,
        ConferenceInvited,
        ConferenceConfirmed,
        ConferenceMessageSent,
        ConferenceDeparted,
        ConferenceClosed,
        ConferenceEnded,
        ConferenceReceipted,
    ),
    _pass_act_on,
)
FRESH: dict[type, Callable[[Desk, Message], None]] = {
    ReferralSent: take_referral,
    ReferralDelivered: record_delivery,
    MoveMade: record_move,
    HistoryAsked: tell_history,
    ServicesOffered: _take_offer,
    KeysChanged: _take_statement,
    MessagesReceived: _note_receipt,
    AuditCheckpointMade: _witness,
    AuditCheckpointWitnessed: _pass_word_on,
    DirectoryAsked: _tell_directory,
    RoundTripAsked: lambda desk, message: take_round_trip(desk.tx, message),
    RoundTripAnswered: lambda desk, message: pass_answer_on(desk.tx, message),
    CapacityAsked: _take_question,
    CapacityAnswered: _pass_answer_on,
    ErasureAsked: lambda desk, message: take_asking(desk.book, message),
    ErasureReceipted: lambda desk, message: take_receipt(desk.book, message),
    **OF_CONFERENCES,
}
REPEATED: dict[type, Callable[[Desk, Message], None]] = {
    ReferralSent: answer_again,
    MoveMade: answer_again,
    CapacityAsked: _question_again,
    ErasureAsked: lambda desk, message: answer_asking(desk.book, message),
    **OF_CONFERENCES,
}
