"""What the hub does with each event of a node: one table, one function an event."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.referral import erasure_storage, storage
from services.referral.book import Book, Step
from services.referral.domain import STANDARDS, NotAllowed, Party, Referral, Standards, State
from services.referral.usecases.directory import take_offer, take_statement
from services.referral.usecases.erasure import answer_asking, may_go_on, take_asking, take_receipt
from services.referral.usecases.witness import pass_word_on, take_checkpoint
from shared.database import Transaction
from shared.messaging.delivery import Batch
from shared.messaging.errors import Refused, Unready
from shared.messaging.letters import letters_of
from shared.messaging.message import HUB, Message
from shared.messaging.outbox import received
from shared.messaging.topology import to_node
from shared.schemas.hub import MessagesReceived
from shared.schemas.intake import (
    AuditCheckpointMade,
    AuditCheckpointWitnessed,
    ErasureAsked,
    ErasureReceipted,
    HistoryAsked,
    KeysChanged,
    MoveMade,
    ReferralDelivered,
    ReferralSent,
    ServicesOffered,
)
from shared.schemas.life import SINCE_LETTERS, Move, needs
from shared.schemas.referral import History, MoveRefused, Offered
from shared.sealing import Letter


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


@dataclass(frozen=True)
class Desk:
    """What is at hand while a batch is heard."""

    book: Book
    reachable: set[str]
    standards: Standards

    @property
    def tx(self) -> Transaction:
        """The batch's transaction."""
        return self.book.tx


def _reachable(tx: Transaction, batch: Batch) -> set[str]:
    wanted = {m.event.to_org for m in batch.fresh if isinstance(m.event, ReferralSent)}
    return storage.known_organisations(tx, wanted) if wanted else set()


def take_referral(desk: Desk, message: Message) -> None:
    """Number the referral's first move, offer it to the receiving node, and offer again until that has stored it."""
    event: ReferralSent = message.event  # type: ignore[assignment]
    known = desk.book.find(event.referral_id)
    if known is not None and known.from_org != message.sender:
        raise Refused("referral_of_another")
    if known is not None:
        return answer_again(desk, message)
    is_reachable = event.to_org in desk.reachable and event.to_org != message.sender
    if not (may_go_on(desk.book, message.sender, event) and is_reachable):
        return _refuse_referral(desk, message, event.referral_id)
    referral = _taken(desk, message.sender, event)
    desk.book.enter(referral, Step(message.id, Move.SEND, message.sender, event.sent_at, message.letter))
    _offer(desk, desk.book.find(referral.id) or referral, event, message.letter)
    return None


def _taken(desk: Desk, sender: str, event: ReferralSent) -> Referral:
    acknowledge_by, reply_by = desk.standards.deadlines(event.urgency, desk.tx.at)
    return Referral(
        id=event.referral_id,
        from_org=sender,
        to_org=event.to_org,
        service_type=event.service_type,
        urgency=event.urgency,
        state=State.SENT,
        number=1,
        sent_at=event.sent_at,
        taken_at=desk.tx.at,
        acknowledge_by=acknowledge_by,
        reply_by=reply_by,
        parent_id=event.parent,
    )


def _offer(desk: Desk, referral: Referral, event: ReferralSent, letter: Letter | None) -> None:
    offered = Offered(
        referral_id=referral.id,
        from_org=referral.from_org,
        service_type=referral.service_type,
        urgency=referral.urgency,
        sent_at=referral.sent_at,
        acknowledge_by=referral.acknowledge_by,
        reply_by=referral.reply_by,
        letter=letter.hash if letter else None,
        recorded_at=desk.tx.at,
        link=referral.link,
        sealed_person=None if letter else event.sealed_person,
        parent=referral.parent_id,
        purpose=event.purpose,
    )
    desk.tx.outbox.publish(
        desk.tx,
        offered,
        to=to_node(referral.to_org),
        subject=referral.id,
        awaits=f"offer:{referral.id}",
        encloses=[letter] if letter else (),
    )


def record_delivery(desk: Desk, message: Message) -> None:
    """The receiving node has stored it: stop offering, and say so to the sender."""
    event: ReferralDelivered = message.event  # type: ignore[assignment]
    referral = _theirs(desk, event.referral_id, message.sender)
    if referral.party(message.sender) is not Party.RECEIVER:
        raise Refused("not_the_receiver")
    desk.tx.outbox.receipted(desk.tx, [f"offer:{referral.id}"])
    if referral.state is State.SENT:
        moved = referral.moved(Move.DELIVER, Party.RECEIVING_NODE)
        step = Step(message.id, Move.DELIVER, message.sender, event.delivered_at, message.letter)
        desk.book.move(moved, step)


def record_move(desk: Desk, message: Message) -> None:
    """Number the move if it is allowed from where the referral stands; otherwise say what is."""
    event: MoveMade = message.event  # type: ignore[assignment]
    referral = _theirs(desk, event.referral_id, message.sender)
    if event.based_on >= referral.number and event.after and not desk.book.is_settled(event.after):
        raise Unready("earlier_move_not_here")
    if "reason" in needs(event.move) and event.reason is None:
        raise Refused("reason_missing")
    party = referral.party(message.sender)
    if event.move in SINCE_LETTERS and not storage.signs(desk.tx, _other(referral, message.sender)):
        return _refuse_move(desk, message.sender, referral, (event.move_id, event.move))
    try:
        moved = referral.moved(event.move, party)  # type: ignore[arg-type]
    except NotAllowed:
        return _refuse_move(desk, message.sender, referral, (event.move_id, event.move))
    said = (event.move_id, event.move, message.sender, event.made_at)
    desk.book.move(moved, Step(*said, message.letter, event.reason, event.sealed_note))
    return None


def _other(referral: Referral, org: str) -> str:
    return referral.from_org if org == referral.to_org else referral.to_org


def _theirs(desk: Desk, referral_id: UUID, org: str) -> Referral:
    """Another's referral does not exist for you; one that is not here yet may still come."""
    referral = desk.book.find(referral_id)
    if referral is None:
        raise Unready("referral_not_here")
    if referral.party(org) is None:
        raise Refused("referral_of_another")
    return referral


def _refuse_move(desk: Desk, org: str, referral: Referral, move: tuple[UUID, Move]) -> None:
    """Tell the one who moved where the referral really stands and what may be done from there."""
    desk.book.refuse(referral, move[0])
    _say_refused(
        desk,
        org,
        referral.id,
        move,
        number=referral.number,
        state=referral.state,
        allowed=referral.allowed(org),
    )


def _refuse_referral(desk: Desk, message: Message, referral_id: UUID) -> None:
    """Tell the sender that the referral cannot be taken at all."""
    _say_refused(desk, message.sender, referral_id, (message.id, Move.SEND), number=0, state=None, allowed=())


def _say_refused(desk: Desk, org: str, referral_id: UUID, move: tuple[UUID, Move], **stand: Any) -> None:
    refused = MoveRefused(
        referral_id=referral_id,
        move_id=move[0],
        move=move[1],
        number=stand["number"],
        state=stand["state"],
        allowed=list(stand["allowed"]),
    )
    desk.tx.outbox.publish(desk.tx, refused, to=to_node(org), subject=referral_id)


def tell_history(desk: Desk, message: Message) -> None:
    """Answer a node that misses moves."""
    event: HistoryAsked = message.event  # type: ignore[assignment]
    referral = _theirs(desk, event.referral_id, message.sender)
    _tell(desk, referral, message.sender, event.after)
    if referral.state is State.FORWARDED and message.sender == referral.from_org:
        for child in erasure_storage.children_of(desk.tx, referral.id):
            desk.book.tell_of_child(child, referral.id)


def answer_again(desk: Desk, message: Message) -> None:
    """A repeat gets the same answer and has no new effect."""
    event: Any = message.event
    referral = desk.book.find(event.referral_id)
    if referral is None:
        return _refuse_referral(desk, message, event.referral_id)
    if isinstance(event, MoveMade) and not desk.book.stands(event.move_id):
        return _refuse_move(desk, message.sender, referral, (event.move_id, event.move))
    return _tell(desk, referral, message.sender, 0)


def _tell(desk: Desk, referral: Referral, org: str, after: int) -> None:
    desk.book.save()
    history = History(
        referral_id=referral.id,
        acknowledge_by=referral.acknowledge_by,
        reply_by=referral.reply_by,
        moves=storage.moves_after(desk.tx, referral.id, after),
    )
    kept = letters_of(desk.tx, storage.letters, [referral.id])
    theirs = [kept[move.move_id] for move in history.moves if move.move_id in kept and move.by_org != org]
    desk.tx.outbox.publish(desk.tx, history, to=to_node(org), subject=referral.id, encloses=theirs)


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


def _say_nothing(_desk: Desk, _message: Message) -> None:
    """A repeat of what is not awaited."""


def _note_receipt(desk: Desk, message: Message) -> None:
    """Notifications or reporting has stored what was said to it."""
    event: MessagesReceived = message.event  # type: ignore[assignment]
    if message.sender != HUB:
        raise Refused("not_from_hub")
    desk.tx.outbox.receipted(desk.tx, [received(id_) for id_ in event.message_ids])


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
    ErasureAsked: lambda desk, message: take_asking(desk.book, message),
    ErasureReceipted: lambda desk, message: take_receipt(desk.book, message),
}
REPEATED: dict[type, Callable[[Desk, Message], None]] = {
    ReferralSent: answer_again,
    MoveMade: answer_again,
    ErasureAsked: lambda desk, message: answer_asking(desk.book, message),
}
