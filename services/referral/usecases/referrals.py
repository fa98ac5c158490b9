"""What the hub does with what nodes say of a referral: number it, offer it, move it, or refuse and say why."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.referral import erasure_storage, storage
from services.referral.book import Book, Step
from services.referral.domain import NotAllowed, Party, Referral, Standards, State
from services.referral.usecases.erasure import may_go_on
from shared.database import Transaction
from shared.messaging.errors import Refused, Unready
from shared.messaging.letters import letters_of
from shared.messaging.message import Message
from shared.messaging.topology import to_node
from shared.schemas.intake import (
    HistoryAsked,
    MoveMade,
    ReferralDelivered,
    ReferralSent,
)
from shared.schemas.life import SINCE_LETTERS, Move, needs
from shared.schemas.referral import History, MoveRefused, Offered
from shared.sealing import Letter


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
    party = referral.party(message.sender)
    if not _is_its_turn(desk, referral, event, party):
        raise Unready("earlier_move_not_here")
    if "reason" in needs(event.move) and event.reason is None:
        raise Refused("reason_missing")
    if event.move in SINCE_LETTERS and not storage.signs(desk.tx, _other(referral, message.sender)):
        return _refuse_move(desk, message.sender, referral, (event.move_id, event.move))
    try:
        moved = referral.moved(event.move, party)  # type: ignore[arg-type]
    except NotAllowed:
        return _refuse_move(desk, message.sender, referral, (event.move_id, event.move))
    said = (event.move_id, event.move, message.sender, event.made_at)
    desk.book.move(moved, Step(*said, message.letter, event.reason, event.sealed_note))
    return None


def _is_its_turn(desk: Desk, referral: Referral, event: MoveMade, party: Party | None) -> bool:
    """Nothing is answered before it was delivered, and what was made after another move comes after it.

    Not where something was numbered that its maker did not know: it is judged as it stands.
    """
    if referral.state is State.SENT and party is Party.RECEIVER:
        return False
    if event.after is None or event.based_on < referral.number:
        return True
    return desk.book.is_settled(event.after)


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
    proofs = [kept[move.move_id] for move in history.moves if move.move_id in kept]
    own = {kept[move.move_id].hash for move in history.moves if move.move_id in kept and move.by_org == org}
    encloses = [one.without_private() if one.hash in own else one for one in proofs]
    desk.tx.outbox.publish(desk.tx, history, to=to_node(org), subject=referral.id, encloses=encloses)
