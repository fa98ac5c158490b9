"""Carry it on that consent was withdrawn, down every forward, and carry back what each organisation says."""

from uuid import UUID

from services.referral import erasure_storage as rows
from services.referral import storage
from services.referral.book import Book
from services.referral.domain import Party, Referral, State
from shared.messaging.errors import Refused, Unready
from shared.messaging.message import Message
from shared.messaging.topology import to_node
from shared.schemas.erasure import is_final
from shared.schemas.intake import ErasureAsked, ErasureReceipted, ReferralSent
from shared.schemas.referral import ErasureAnswered, ErasurePassed
from shared.sealing import Letter


def may_go_on(book: Book, sender: str, event: ReferralSent) -> bool:
    """Whether consent for what a new referral forwards, if it forwards anything, was not withdrawn meanwhile.

    Raises Unready when that is not here, and Refused when it did not go to its sender.
    """
    if event.parent is None:
        return True
    parent = book.find(event.parent)
    if parent is None:
        raise Unready("referral_not_here")
    if parent.party(sender) is not Party.RECEIVER:
        raise Refused("not_the_receiver")
    return parent.state is not State.WITHDRAWN and not rows.is_asked(book.tx, parent.id)


def take_asking(book: Book, message: Message) -> None:
    """Tell everybody who holds something of the referral, until each has answered; raises Refused or Unready."""
    event: ErasureAsked = message.event  # type: ignore[assignment]
    referral, letter = _proven(book, message, Party.SENDER)
    book.save()
    holders = [referral, *rows.lock_descendants(book.tx, referral)]
    rows.add_asking(book.tx, referral.id, [one.id for one in holders], event.asked_at)
    answered = rows.revisions_of(book.tx, [one.id for one in holders])
    for holder in holders:
        if holder.id not in answered:
            _pass(book, holder, event, letter if holder is referral else None)
    _tell(book, referral.id)


def answer_asking(book: Book, message: Message) -> None:
    """Who asks again is told what was said so far; and who has more to say is asked for it."""
    event: ErasureAsked = message.event  # type: ignore[assignment]
    referral, letter = _proven(book, message, Party.SENDER)
    book.save()
    asked = rows.asked_of(book.tx, referral.id)
    said = rows.revisions_of(book.tx, asked)
    unfinished = [id_ for id_, (_, holdings) in said.items() if not is_final(holdings)]
    for holder in storage.lock_referrals(book.tx, unfinished).values() if unfinished else ():
        _pass(book, holder, event, letter if holder.id == referral.id else None)
    _tell(book, referral.id)


def take_receipt(book: Book, message: Message) -> None:
    """Keep what a receiving organisation has said, and tell all who asked; raises Refused or Unready."""
    event: ErasureReceipted = message.event  # type: ignore[assignment]
    referral, letter = _proven(book, message, Party.RECEIVER)
    book.save()
    book.tx.outbox.receipted(book.tx, [_awaited(referral.id)])
    known, _ = rows.revisions_of(book.tx, [referral.id]).get(referral.id, (0, []))
    if event.revision > known:
        rows.keep_receipt(book.tx, event, message.id, letter)
    for asked_id in rows.askings_about(book.tx, referral.id):
        _tell(book, asked_id)


def _proven(book: Book, message: Message, needed: Party) -> tuple[Referral, Letter]:
    event: ErasureAsked | ErasureReceipted = message.event  # type: ignore[assignment]
    referral = book.find(event.referral_id)
    if referral is None:
        raise Unready("referral_not_here")
    if referral.party(message.sender) is not needed:
        raise Refused("referral_of_another")
    if message.letter is None or len(message.letter.said.events) != 1:
        raise Refused("letter_missing")
    return referral, message.letter


def _awaited(referral_id: UUID) -> str:
    return f"erasure:{referral_id}"


def _pass(book: Book, holder: Referral, event: ErasureAsked, letter: Letter | None) -> None:
    """To whom it was not sent by the one who asks, it is the hub's word: neither learns of the other."""
    passed = ErasurePassed(
        referral_id=holder.id, asked_at=event.asked_at, letter=letter.hash if letter else None
    )
    book.tx.outbox.publish(
        book.tx,
        passed,
        to=to_node(holder.to_org),
        subject=holder.id,
        awaits=_awaited(holder.id),
        encloses=[letter] if letter else (),
    )


def _tell(book: Book, asked_id: UUID) -> None:
    """All that is known by now; whoever tells at the same moment waits, so that no answer is left out of both."""
    asked = storage.lock_referrals(book.tx, [asked_id])[asked_id]
    holders, letters = rows.holders_of(book.tx, asked_id)
    answered = ErasureAnswered(referral_id=asked_id, holders=holders)
    to = to_node(asked.from_org)
    book.tx.outbox.publish(book.tx, answered, to=to, subject=asked_id, encloses=letters)
