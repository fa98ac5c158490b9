"""The book of one batch: the referrals it concerns, locked and loaded once, and what is to be written of them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.referral import erasure_storage, storage
from services.referral.domain import Referral
from shared.database import Transaction
from shared.messaging.letters import Proof, add_letters
from shared.messaging.topology import TO_NOTIFICATIONS, TO_REPORTING, Address, to_node
from shared.schemas.life import Move
from shared.schemas.referral import ChildMoved, Moved
from shared.sealing import Letter
from shared.sealing.chain import link_after
from shared.values import value


@value(frozen=True)
class Step:
    """A move that is to be numbered, as its maker said it."""

    move_id: UUID
    move: Move
    by_org: str
    made_at: datetime
    letter: Letter | None
    reason: str | None = None
    sealed_note: str | None = None

    @property
    def proof(self) -> Letter | None:
        """What is kept of the letter. Who the person is goes with the offer, and is not kept once that is stored."""
        return self.letter.without_private() if self.letter and self.move is Move.SEND else self.letter


class Book:
    """Reads each referral of a batch once and writes all changes in a few statements, whatever the batch's size."""

    def __init__(self, tx: Transaction, referral_ids: Iterable[UUID]) -> None:
        self.tx = tx
        self._referrals = storage.lock_referrals(tx, set(referral_ids))
        self._new: dict[UUID, Referral] = {}
        self._changed: dict[UUID, Referral] = {}
        self._moves: list[dict[str, Any]] = []
        self._letters: list[Proof] = []
        self._standing: set[UUID] = set()
        self._refused: dict[UUID, UUID] = {}

    def find(self, referral_id: UUID) -> Referral | None:
        """The referral as it stands at this point of the batch."""
        return (
            self._new.get(referral_id) or self._changed.get(referral_id) or self._referrals.get(referral_id)
        )

    def stands(self, move_id: UUID) -> bool:
        """Whether the move was numbered, in this batch or before."""
        return move_id in self._standing or storage.stands(self.tx, move_id)

    def is_settled(self, move_id: UUID) -> bool:
        """Whether the move was numbered or refused: nothing that was made after it need wait for it."""
        return move_id in self._refused or self.stands(move_id) or storage.was_refused(self.tx, move_id)

    def refuse(self, referral: Referral, move_id: UUID) -> None:
        """The move does not stand."""
        self._refused[move_id] = referral.id

    def enter(self, referral: Referral, step: Step) -> None:
        """A new referral, with its first move."""
        self._new[referral.id] = self._linked(referral, step)
        self._number(self._new[referral.id], step)

    def move(self, referral: Referral, step: Step) -> None:
        """The referral has moved: write it and tell both organisations and the hub."""
        place = self._new if referral.id in self._new else self._changed
        place[referral.id] = self._linked(referral, step)
        self._number(place[referral.id], step)

    def _linked(self, referral: Referral, step: Step) -> Referral:
        """With the chain's next link; a referral that began without a chain never has one."""
        if step.letter is None or (referral.link is None and referral.number > 1):
            return replace(referral, link=None)
        link = link_after(
            referral.link,
            number=referral.number,
            letter=step.letter.hash,
            state=referral.state,
            recorded_at=self.tx.at,
        )
        return replace(referral, link=link)

    def _number(self, referral: Referral, step: Step) -> None:
        facts = _facts(referral, step) | {"recorded_at": self.tx.at}
        self._moves.append({"referral_id": referral.id, **facts})
        if step.proof is not None:
            self._letters.append((referral.id, step.move_id, step.proof))
        self._standing.add(step.move_id)
        self._tell(referral, step, _moved(referral, facts))

    def _tell(self, referral: Referral, step: Step, moved: Moved) -> None:
        """The one who did not make it gets its maker's letter."""
        to = _concerned(referral, step)
        other = to_node(referral.from_org if step.by_org == referral.to_org else referral.to_org)
        enclosed = {other: step.letter} if step.letter else {}
        self.tx.outbox.publish_to_all(self.tx, moved, to=to, subject=referral.id, encloses=enclosed)
        if referral.parent_id is not None:
            self.tell_of_child(referral, referral.parent_id)

    def tell_of_child(self, child: Referral, parent_id: UUID) -> None:
        """The sender of the referral that this one forwards follows its state, and nothing else of it."""
        parent = self.find(parent_id)
        sender = parent.from_org if parent else erasure_storage.sender_of(self.tx, parent_id)
        moved = ChildMoved(
            referral_id=parent_id,
            child_id=child.id,
            to_org=child.to_org,
            number=child.number,
            state=child.state,
            recorded_at=self.tx.at,
        )
        self.tx.outbox.publish(self.tx, moved, to=to_node(sender), subject=parent_id)

    def save(self) -> None:
        """Write everything that is not yet written, in a few statements."""
        storage.add_referrals(self.tx, list(self._new.values()))
        storage.update_states(self.tx, list(self._changed.values()))
        storage.add_moves(self.tx, self._moves)
        add_letters(self.tx, storage.letters, self._letters)
        storage.add_refused(self.tx, self._refused)
        self._referrals |= self._new | self._changed
        self._new, self._changed, self._moves, self._letters, self._refused = {}, {}, [], [], {}


def _concerned(referral: Referral, step: Step) -> list[Address]:
    """Both organisations and the hub; that it was sent, the receiver is told by the offer itself."""
    receiver = [] if step.move is Move.SEND else [to_node(referral.to_org)]
    return [to_node(referral.from_org), *receiver, TO_NOTIFICATIONS, TO_REPORTING]


def _facts(referral: Referral, step: Step) -> dict[str, Any]:
    return {
        "number": referral.number,
        "state": referral.state,
        "move_id": step.move_id,
        "move": step.move,
        "by_org": step.by_org,
        "made_at": step.made_at,
        "reason": step.reason,
        "letter": step.letter.hash if step.letter else None,
        "link": referral.link,
        "sealed_note": step.sealed_note,
    }


def _moved(referral: Referral, facts: dict[str, Any]) -> Moved:
    """The event that tells of a numbered move."""
    return Moved(
        referral_id=referral.id,
        from_org=referral.from_org,
        to_org=referral.to_org,
        service_type=referral.service_type,
        urgency=referral.urgency,
        acknowledge_by=referral.acknowledge_by,
        reply_by=referral.reply_by,
        **facts,
    )
