"""The book of one batch: the referrals it concerns, locked and loaded once, and what is to be written of them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from services.referral import storage
from services.referral.domain import Referral
from shared.database import Transaction
from shared.messaging.topology import TO_HUB, to_node
from shared.schemas.life import Move, State
from shared.schemas.referral import Moved, NumberedMove


class Book:
    """Reads each referral of a batch once and writes all changes in a few statements, whatever the batch's size."""

    def __init__(self, tx: Transaction, referral_ids: Iterable[UUID]) -> None:
        self.tx = tx
        self._referrals = storage.lock_referrals(tx, set(referral_ids))
        self._new: dict[UUID, Referral] = {}
        self._changed: dict[UUID, Referral] = {}
        self._moves: list[tuple[UUID, NumberedMove]] = []
        self._standing: set[UUID] = set()

    def find(self, referral_id: UUID) -> Referral | None:
        """The referral as it stands at this point of the batch."""
        return self._new.get(referral_id) or self._changed.get(referral_id) or self._referrals.get(referral_id)

    def stands(self, move_id: UUID) -> bool:
        """Whether the move was numbered, in this batch or before."""
        return move_id in self._standing or move_id in storage.standing(self.tx, [move_id])

    def enter(self, referral: Referral, move_id: UUID) -> None:
        """A new referral, with its first move."""
        self._new[referral.id] = referral
        self._number(referral, _first(referral, move_id))

    def move(self, referral: Referral, move: NumberedMove) -> None:
        """The referral has moved: write it and tell both organisations and the hub."""
        place = self._new if referral.id in self._new else self._changed
        place[referral.id] = referral
        self._number(referral, move)

    def _number(self, referral: Referral, move: NumberedMove) -> None:
        self._moves.append((referral.id, move))
        self._standing.add(move.move_id)
        concerned = (to_node(referral.from_org), to_node(referral.to_org), TO_HUB)
        self.tx.outbox.publish_to_all(self.tx, said(referral, move), to=concerned, subject=referral.id)

    def save(self) -> None:
        """Write everything that is not yet written, in three statements."""
        storage.add_referrals(self.tx, list(self._new.values()))
        storage.update_states(self.tx, list(self._changed.values()))
        storage.add_moves(self.tx, self._moves)
        self._referrals |= self._new | self._changed
        self._new, self._changed, self._moves = {}, {}, []


def _first(referral: Referral, move_id: UUID) -> NumberedMove:
    return numbered(
        referral, move_id, Move.SEND, by_org=referral.from_org, made_at=referral.sent_at, recorded_at=referral.taken_at
    )


def numbered(  # noqa: PLR0913 - a move has that many facts
    referral: Referral,
    move_id: UUID,
    move: Move,
    *,
    by_org: str,
    made_at: datetime,
    recorded_at: datetime,
    reason: str | None = None,
    sealed_note: str | None = None,
) -> NumberedMove:
    """The move that brought the referral to where it now stands."""
    return NumberedMove(
        number=referral.number,
        move_id=move_id,
        move=move,
        state=State(referral.state),
        by_org=by_org,
        made_at=made_at,
        recorded_at=recorded_at,
        reason=reason,
        sealed_note=sealed_note,
    )


def said(referral: Referral, move: NumberedMove) -> Moved:
    """The event that tells of a numbered move."""
    return Moved(
        referral_id=referral.id,
        from_org=referral.from_org,
        to_org=referral.to_org,
        service_type=referral.service_type,
        urgency=referral.urgency,
        acknowledge_by=referral.acknowledge_by,
        reply_by=referral.reply_by,
        number=move.number,
        move_id=move.move_id,
        move=move.move,
        state=move.state,
        by_org=move.by_org,
        made_at=move.made_at,
        recorded_at=move.recorded_at,
        reason=move.reason,
        sealed_note=move.sealed_note,
    )
