"""For a few minutes an answer, or a referral, waits at its own node, where its maker can still undo it.

Nothing needs to be called back from anybody: what has not left, nobody has read. It lies in the outbox like all that
leaves, and leaves by itself. An emergency never waits, nor does what would come late by waiting.
"""

from datetime import datetime, timedelta
from uuid import UUID

from services.intake.domain import About, Action, Actor, Direction, Referral, Standing
from services.intake.storage import referrals as rows
from services.intake.usecases import audit
from services.intake.usecases.refusals import Conflict, NotFound
from shared.database import Database, Transaction
from shared.schemas.life import Move, State

AT_ONCE = timedelta()  #: nothing waits
QUIET = timedelta(minutes=1)
EMERGENCY = "emergency"
HELD = frozenset(
    {
        Move.ACCEPT,
        Move.REJECT,
        Move.WAITLIST,
        Move.ASK_FOR_INFORMATION,
        Move.COMPLETE,
        Move.COMPLETE_IN_PART,
        Move.FAIL,
    }
)  #: what a receiver answers; to stop something never waits
TAKING_BACK = frozenset({Move.CANCEL, Move.ENTERED_IN_ERROR, Move.WITHDRAW_CONSENT})


def sending_waits_until(urgency: str, at: datetime, undo: timedelta) -> datetime | None:
    """Until when a new referral waits; None: it does not."""
    return at + undo if undo and urgency != EMERGENCY else None


def move_waits_until(referral: Referral, move: Move, at: datetime, undo: timedelta) -> datetime | None:
    """The same of a move: not after another one that is under way, and not past a deadline that it meets."""
    if (
        not undo
        or move not in HELD
        or referral.urgency == EMERGENCY
        or referral.unconfirmed
        or referral.overdue
    ):
        return None
    until = at + undo
    is_unread = referral.state in (State.SENT, State.DELIVERED)
    met = [referral.reply_by, referral.acknowledge_by if is_unread else None]
    return None if any(by is not None and at <= by <= until for by in met) else until


def let_go(tx: Transaction, referral: Referral, standing: Standing) -> None:
    """What waits goes now: another move comes after it."""
    if not referral.is_held(tx.at):
        return
    for awaited in (f"sent:{referral.id}", *(f"move:{pending.move_id}" for pending in standing.pending)):
        tx.outbox.let_go(tx, awaited)


def take_back(tx: Transaction, referral: Referral, by: Actor) -> bool:
    """Take a referral back that has not left; says whether that was in time."""
    if not referral.is_held(tx.at) or not tx.outbox.take_back(tx, f"sent:{referral.id}"):
        return False
    rows.set_taken_back(tx, referral)
    audit.did(tx, by, Action.REFERRAL_TAKEN_BACK, _about(referral))
    return True


def undo(database: Database, referral_id: UUID, by: Actor) -> None:
    """Undo one's own last word while it waits here: an answer, or the sending of a referral.

    Raises NotFound, or Conflict with ``left_already``, also for what a colleague said.
    """
    with database.transaction() as tx:
        referral, line = _held(tx, referral_id, by)
        move_id, made_by = line
        if made_by != by.username:
            raise Conflict("left_already")
        if referral.direction is Direction.OUT and referral.number == 0:
            if not take_back(tx, referral, by):
                raise Conflict("left_already")
            return
        if not tx.outbox.take_back(tx, f"move:{move_id}"):
            raise Conflict("left_already")
        rows.forget_line(tx, referral_id, move_id)
        waiting = rows.pending_of(tx, [referral_id]).get(referral_id, ())
        standing = Standing(referral.direction, referral.number, referral.state, waiting)
        rows.set_shown(tx, referral_id, standing, quiet_until=tx.at + QUIET)
        audit.did(tx, by, Action.MOVE_UNDONE, _about(referral))


def send_now(database: Database, referral_id: UUID, by: Actor) -> None:
    """Wait no longer; raises NotFound, or Conflict with ``left_already``."""
    with database.transaction() as tx:
        referral, (move_id, _) = _held(tx, referral_id, by)
        is_sending = referral.direction is Direction.OUT and referral.number == 0
        if not tx.outbox.let_go(tx, f"sent:{referral_id}" if is_sending else f"move:{move_id}"):
            raise Conflict("left_already")
        rows.set_held_until(tx, referral_id, None)


def _held(tx: Transaction, referral_id: UUID, by: Actor) -> tuple[Referral, tuple[UUID, str | None]]:
    found = rows.lock_referral(tx, referral_id, seen_by=by)
    if found is None:
        raise NotFound("referral_not_found")
    line = rows.last_line(tx, referral_id)
    if line is None or not found[0].is_held(tx.at):
        raise Conflict("left_already")
    return found[0], line


def _about(referral: Referral) -> About:
    return About(referral.person_id, referral.case_id, referral.id)
