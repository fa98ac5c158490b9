"""The book of one batch: the referrals it concerns, locked and loaded once, and what is to be written of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.referral import storage
from services.referral.domain import Referral
from shared.database import Transaction
from shared.messaging.topology import TO_NOTIFICATIONS, TO_REPORTING, Address, to_node
from shared.schemas.life import Move
from shared.schemas.referral import Moved, NumberedMove


@dataclass(frozen=True)
class Step:
    """A move that is to be numbered, as its maker said it."""

    move_id: UUID
    move: Move
    by_org: str
    made_at: datetime
    reason: str | None = None
    sealed_note: str | None = None


class Book:
    """Reads each referral of a batch once and writes all changes in a few statements, whatever the batch's size."""

    def __init__(self, tx: Transaction, referral_ids: Iterable[UUID]) -> None:
        self.tx = tx
        self._referrals = storage.lock_referrals(tx, set(referral_ids))
        self._new: dict[UUID, Referral] = {}
        self._changed: dict[UUID, Referral] = {}
        self._moves: list[tuple[UUID, NumberedMove]] = []
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
        self._new[referral.id] = referral
        self._number(referral, step)

    def move(self, referral: Referral, step: Step) -> None:
        """The referral has moved: write it and tell both organisations and the hub."""
        place = self._new if referral.id in self._new else self._changed
        place[referral.id] = referral
        self._number(referral, step)

    def _number(self, referral: Referral, step: Step) -> None:
        facts = {"number": referral.number, "state": referral.state, "recorded_at": self.tx.at, **vars(step)}
        self._moves.append((referral.id, NumberedMove(**facts)))
        self._standing.add(step.move_id)
        moved = _moved(referral, facts)
        self.tx.outbox.publish_to_all(self.tx, moved, to=_concerned(referral, step), subject=referral.id)

    def save(self) -> None:
        """Write everything that is not yet written, in a few statements."""
        storage.add_referrals(self.tx, list(self._new.values()))
        storage.update_states(self.tx, list(self._changed.values()))
        storage.add_moves(self.tx, self._moves)
        storage.add_refused(self.tx, self._refused)
        self._referrals |= self._new | self._changed
        self._new, self._changed, self._moves, self._refused = {}, {}, [], {}


def _concerned(referral: Referral, step: Step) -> list[Address]:
    """Both organisations and the hub; that it was sent, the receiver is told by the offer itself."""
    receiver = [] if step.move is Move.SEND else [to_node(referral.to_org)]
    return [to_node(referral.from_org), *receiver, TO_NOTIFICATIONS, TO_REPORTING]


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
