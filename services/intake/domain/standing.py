"""How what the referral service says, in its own order, changes where a referral stands with us."""

from dataclasses import replace
from uuid import UUID

from services.intake.domain.referral import Direction
from shared.schemas.life import AWAITING_DECISION, Move, State
from shared.values import value

BY_MACHINE = frozenset({Move.SEND, Move.DELIVER})
AWAITING_ACKNOWLEDGEMENT = frozenset({State.SENT, State.DELIVERED})
NEED_AFTER = {
    State.COMPLETED: "met",
    State.PARTIALLY_COMPLETED: "not_met",
    State.FAILED: "not_met",
    State.REJECTED: "open",
    State.CANCELLED: "open",
    State.WITHDRAWN: "open",
    State.ENTERED_IN_ERROR: "open",
}  #: what becomes of the need once its referral ends so


@value(frozen=True)
class Pending:
    """A move of ours that waits for its number, the state it asks for, its place in the queue, its letter's hash."""

    move_id: UUID
    state: State
    position: int
    letter: str | None = None


@value(frozen=True)
class Standing:
    """What is confirmed of a referral, and what we have asked for on top of it, oldest first."""

    direction: Direction
    number: int
    state: State
    pending: tuple[Pending, ...] = ()
    overdue_acknowledgement: bool = False
    overdue_reply: bool = False
    refused: bool = False
    unseen: bool = False

    @property
    def shown_state(self) -> State:
        """The state with our own unconfirmed moves; what was sent to us is delivered, since it is here."""
        if self.pending:
            return self.pending[-1].state
        return State.DELIVERED if self._is_just_here else self.state

    @property
    def based_on(self) -> int:
        """The number of the last move that one more of ours follows; the delivery is the second."""
        return self.number + 1 if self._is_just_here else self.number

    @property
    def _is_just_here(self) -> bool:
        """Whether it was sent to us, and the hub has yet to say that it is delivered."""
        return self.direction is Direction.IN and self.state is State.SENT

    @property
    def may_move(self) -> bool:
        """Whether news of it can be expected: even of what is over it can be said that it was entered in error."""
        return self.state is not State.ENTERED_IN_ERROR and not self.refused

    @property
    def expects_news(self) -> bool:
        """Whether the next word is a machine's: a move of ours waits for its number, or the delivery does."""
        return bool(self.pending) or (self.state is State.SENT and not self.refused)

    @property
    def next_position(self) -> int:
        """The place of one more move of ours."""
        return max(self.number, self.pending[-1].position if self.pending else 0) + 1

    @property
    def last_pending(self) -> UUID | None:
        """The move that one more move of ours comes after."""
        return self.pending[-1].move_id if self.pending else None

    def asked(self, move_id: UUID, state: State) -> "Standing":
        """After one more move of ours, which waits for its number."""
        return replace(self, pending=(*self.pending, Pending(move_id, state, self.next_position)))

    def moved(self, number: int, move_id: UUID, move: Move, state: State, *, theirs: bool) -> "Standing":
        """After a numbered move: it stands, a deadline that it meets no longer counts, an answer is news."""
        answered = theirs and self.direction is Direction.OUT and move not in BY_MACHINE
        return replace(
            self,
            pending=self._others(move_id),
            number=number,
            state=state,
            overdue_acknowledgement=self.overdue_acknowledgement and state in AWAITING_ACKNOWLEDGEMENT,
            overdue_reply=self.overdue_reply and state in AWAITING_DECISION,
            unseen=self.unseen or answered,
        )

    def without(self, move_id: UUID) -> "Standing":
        """The move waits no longer: it was numbered or refused."""
        return replace(self, pending=self._others(move_id))

    def _others(self, move_id: UUID) -> tuple[Pending, ...]:
        return tuple(move for move in self.pending if move.move_id != move_id)

    def overdue(self, level: str) -> "Standing":
        """After the flag of a passed deadline; one that came too late to be true changes nothing."""
        if level == "acknowledgement":
            return replace(self, overdue_acknowledgement=self.state in AWAITING_ACKNOWLEDGEMENT)
        return replace(self, overdue_reply=self.state in AWAITING_DECISION)
