"""Ask everybody who holds something of a referral of ours to erase it, and keep what each answers."""

from collections.abc import Sequence
from dataclasses import replace

from services.intake.domain import Copy, Direction, Held, Referral
from services.intake.storage import erasures as rows
from services.intake.storage.hearing import known_referrals
from services.intake.usecases.proofs import enclosed, event_in
from shared.database import Transaction
from shared.messaging.errors import Refused, Unready
from shared.messaging.message import HUB, Message
from shared.messaging.topology import from_node
from shared.schemas.erasure import is_final
from shared.schemas.intake import ErasureAsked, ErasureReceipted
from shared.schemas.life import State
from shared.schemas.referral import ChildMoved, ErasureAnswered, Holder

BY_MACHINE = (State.SENT, State.DELIVERED)  #: of one that was forwarded: no news for people


def ask_to_erase(tx: Transaction, referral: Referral, org: str) -> None:
    """Once for each referral of ours, whether it is open or over: what went with it is still there."""
    if not rows.add_copy(tx, referral):
        return
    tx.outbox.publish_letter(
        tx,
        ErasureAsked(referral_id=referral.id, asked_at=tx.at),
        to=from_node(org),
        subject=referral.id,
        readers=(HUB, referral.other_org),
        awaits=awaited(referral.id),
    )


def awaited(referral_id: object) -> str:
    """The receipt until which it is asked again."""
    return f"erase:{referral_id}"


def hear_answers(tx: Transaction, answers: Sequence[tuple[Message, ErasureAnswered]]) -> None:
    """Keep who holds something and what each has said. What went by others is the hub's word.

    Raises Unready for a referral that is not here, and Refused for a receipt that is not proven.
    """
    for message, answered in answers:
        receiver = _ours(tx, answered.referral_id)
        for holder in answered.holders:
            if holder.referral_id == answered.referral_id and holder.revision is not None:
                _require_proof(message, holder, receiver)
        _keep(tx, answered)


def _ours(tx: Transaction, referral_id: object) -> str:
    """To whom it went."""
    direction, other_org = known_referrals(tx, [referral_id]).get(referral_id, (None, ""))  # type: ignore[list-item, call-overload]
    if direction is None:
        raise Unready("referral_not_here")
    if direction != Direction.OUT:
        raise Refused("not_the_sender")
    return str(other_org)


def _require_proof(message: Message, holder: Holder, receiver: str) -> None:
    letter = enclosed(message, holder.letter)
    said: ErasureReceipted = event_in(letter, ErasureReceipted)
    claimed = (receiver, holder.referral_id, holder.revision, holder.receipted_at, holder.holdings)
    if (
        letter.said.sender,
        said.referral_id,
        said.revision,
        said.receipted_at,
        said.holdings,
    ) != claimed or holder.org != receiver:
        raise Refused("letter_differs")


def _keep(tx: Transaction, answered: ErasureAnswered) -> None:
    """What is known of a holder is only ever replaced by what was said later."""
    known = {one.referral_id: one for one in rows.copies_of(tx, answered.referral_id)}
    asked_at = min((one.asked_at for one in known.values()), default=tx.at)
    said = {one.referral_id: _copy(answered, one, asked_at) for one in answered.holders}
    news = {id_: one for id_, one in said.items() if id_ not in known or one.revision > known[id_].revision}
    rows.put_copies(tx, [news[id_] for id_ in sorted(news)])
    if any(one.revision for one in news.values()):
        rows.set_unseen(tx, [answered.referral_id])
    if all(one.finished for one in (known | news).values()):
        tx.outbox.receipted(tx, [awaited(answered.referral_id)])


def _copy(answered: ErasureAnswered, holder: Holder, asked_at: object) -> Copy:
    empty = Copy(answered.referral_id, holder.referral_id, holder.org, asked_at)  # type: ignore[arg-type]
    if holder.revision is None or holder.holdings is None:
        return empty
    said = tuple(Held(one.part, one.outcome, one.reason) for one in holder.holdings)
    return replace(
        empty,
        revision=holder.revision,
        receipted_at=holder.receipted_at,
        holdings=said,
        finished=is_final(said),
    )


def hear_of_children(tx: Transaction, moved: Sequence[ChildMoved]) -> None:
    """Follow the state of what was forwarded; raises Unready for a referral that is not here."""
    for event in moved:
        _ours(tx, event.referral_id)
        if rows.put_child(tx, event) and event.state not in BY_MACHINE:
            rows.set_unseen(tx, [event.referral_id])
