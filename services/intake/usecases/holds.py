"""Put a legal hold on a case or on a referral that came to us, and lift it: each takes two people."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from services.intake.domain import About, Action, Actor, HoldStep, LegalHold
from services.intake.storage import holds as rows
from services.intake.usecases import audit
from services.intake.usecases.checks import checked, text
from services.intake.usecases.refusals import Conflict, NotFound
from shared.clock import new_id
from shared.database import Database, Transaction

Change = Callable[[Transaction, LegalHold], LegalHold]

REASON = {"reason": text()}
DONE_FROM = {
    HoldStep.ASKED: Action.HOLD_CONFIRMED,
    HoldStep.HELD: Action.LIFT_ASKED,
    HoldStep.LIFT_ASKED: Action.LIFT_CONFIRMED,
}  #: what is done to a hold that stands there


def legal_hold(database: Database, record_id: UUID, by: Actor) -> tuple[LegalHold | None, HoldStep | None]:
    """The hold that is on the record or was last, and where it stands; raises NotFound."""
    with database.reading() as tx:
        _, hold = _find(tx, record_id, by, lock=False)
        return hold, hold.step(tx.at) if hold else None


def ask_for_hold(database: Database, record_id: UUID, reason: str, by: Actor) -> LegalHold:
    """The first of two: nothing of the record is erased for a week.

    Raises NotFound, Invalid, or Conflict with where the present hold stands.
    """
    checked({"reason": reason}, REASON, needed=REASON)
    with database.transaction() as tx:
        about, present = _find(tx, record_id, by)
        if present and present.holds(tx.at):
            raise Conflict(f"hold_{present.step(tx.at)}")
        hold = LegalHold(new_id(), record_id, by.username, tx.at, reason=reason.strip())
        rows.add_hold(tx, hold)
        audit.did(tx, by, Action.HOLD_ASKED, about)
        return hold


def confirm_hold(database: Database, record_id: UUID, by: Actor) -> LegalHold:
    """The second of two: it holds until it is lifted. Raises NotFound, or Conflict, also for the first of the two."""

    def confirm(tx: Transaction, hold: LegalHold) -> LegalHold:
        return replace(hold, confirmed_by=_another(by, hold.asked_by), confirmed_at=tx.at)

    return _change(database, record_id, by, HoldStep.ASKED, confirm)


def ask_to_lift(database: Database, record_id: UUID, reason: str, by: Actor) -> LegalHold:
    """The first of two: it goes on holding. Raises NotFound, Invalid, or Conflict."""
    checked({"reason": reason}, REASON, needed=REASON)

    def ask(tx: Transaction, hold: LegalHold) -> LegalHold:
        return replace(hold, lift_asked_by=by.username, lift_asked_at=tx.at, lift_reason=reason.strip())

    return _change(database, record_id, by, HoldStep.HELD, ask)


def confirm_lift(database: Database, record_id: UUID, by: Actor) -> LegalHold:
    """The second of two: it holds no more. Raises NotFound, or Conflict, also for the first of the two."""

    def lift(tx: Transaction, hold: LegalHold) -> LegalHold:
        return replace(hold, lifted_by=_another(by, hold.lift_asked_by), lifted_at=tx.at)

    return _change(database, record_id, by, HoldStep.LIFT_ASKED, lift)


def _change(database: Database, record_id: UUID, by: Actor, needed: HoldStep, change: Change) -> LegalHold:
    with database.transaction() as tx:
        about, hold = _find(tx, record_id, by)
        step = hold.step(tx.at) if hold else None
        if hold is None or step is not needed:
            raise Conflict(f"hold_{step}" if step else "no_hold")
        changed = change(tx, hold)
        rows.set_hold(tx, changed)
        audit.did(tx, by, DONE_FROM[needed], about)
        return changed


def _another(by: Actor, first: str | None) -> str:
    if by.username == first:
        raise Conflict("another_person_needed")
    return by.username


def _find(
    tx: Transaction, record_id: UUID, by: Actor, *, lock: bool = True
) -> tuple[About, LegalHold | None]:
    about = rows.find_record(tx, record_id, seen_by=by, lock=lock)
    if about is None:
        raise NotFound("record_not_found")
    return about, rows.newest_hold(tx, record_id)
