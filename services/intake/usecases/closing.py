"""End the work on a case, with a focal point's approval where the node wants it, and begin it again."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from services.intake.domain import CLOSURE_REASONS, Action, Actor, Case, Kind, Sheet
from services.intake.storage import cases as case_rows
from services.intake.storage import people as people_rows
from services.intake.storage import referrals as referral_rows
from services.intake.storage import sheets as sheet_rows
from services.intake.usecases import audit
from services.intake.usecases.cases import about, find_case, hold_open
from services.intake.usecases.checks import checked, code, text
from services.intake.usecases.refusals import Conflict, NotFound, NotPermitted
from services.intake.usecases.sheets import new_sheet
from shared.database import Database, Transaction

WHY = {"why": text()}
TRANSFERRED = "transferred"  #: the reason of a case that another organisation has taken over


def close_case(
    database: Database, case_id: UUID, reason: str, by: Actor, *, needs_approval: bool = False
) -> Case:
    """End the work; ``reason`` is one of ``domain.CLOSURE_REASONS``.

    Where approval is needed, a focal point's own closing has it; anybody else's waits for it, and the case stays open.
    Raises NotFound, Invalid, or Conflict when it is closed already, a closure waits for approval already
    (``closure_asked``), or a referral is still open (``referrals_open``): what others work on comes first.
    """
    checked({"reason": reason}, {"reason": code(CLOSURE_REASONS)}, needed=("reason",))
    with database.transaction() as tx:
        case = hold_open(tx, case_id, by)
        _require_others_done(tx, case, reason, by)
        if _asked(tx, case, by):
            raise Conflict("closure_asked")
        waits = needs_approval and not by.sees_every_case
        sheet = new_sheet(tx, by, Kind.CLOSURE, case, {"reason": reason})
        today = tx.at.date()
        sheet_rows.add_sheet(tx, replace(sheet, due_on=today, done_on=None if waits else today))
        if not waits:
            return _close(tx, case, reason, by)
        audit.did(tx, by, Action.CLOSURE_ASKED, about(case))
        return case


def _require_others_done(tx: Transaction, case: Case, reason: str, by: Actor) -> None:
    """A referral with which the case was handed over goes on when it is closed as ``transferred``."""
    sent = {r.id for r in referral_rows.referrals_of_cases(tx, [case.id], seen_by=by) if r.is_open}
    over = referral_rows.handed_over(tx, sent) if reason == TRANSFERRED else set()
    if sent - over:
        raise Conflict("referrals_open")


def _close(tx: Transaction, case: Case, reason: str, by: Actor) -> Case:
    case_rows.set_closed(tx, case.id, reason=reason, at=tx.at)
    audit.did(tx, by, Action.CASE_CLOSED, about(case))
    return replace(case, status="closed", closure_reason=reason, closed_at=tx.at)


def _asked(tx: Transaction, case: Case, by: Actor) -> Sheet | None:
    of_person = sheet_rows.sheets_of(tx, case.person_id, seen_by=by)
    waiting = (s for s in of_person if s.case_id == case.id and s.kind is Kind.CLOSURE and s.done_on is None)
    return next(waiting, None)


def decide_closure(database: Database, case_id: UUID, given: Mapping[str, Any], by: Actor) -> Case:
    """A focal point approves a closure that waits (``decision`` approve), or sends it back (send_back), saying ``why``.

    Raises NotFound, NotPermitted, Invalid, or Conflict: ``no_closure_asked``, or what ``close_case`` says.
    """
    rules = {"decision": code(("approve", "send_back")), **WHY}
    with database.transaction() as tx:
        case = find_case(tx, case_id, by)
        if not by.sees_every_case:
            raise NotPermitted
        needed = ("decision", "why") if given.get("decision") == "send_back" else ("decision",)
        values = checked(given, rules, needed=needed)
        case = hold_open(tx, case_id, by)
        sheet = _asked(tx, case, by)
        if sheet is None:
            raise Conflict("no_closure_asked")
        reason = sheet.content.get("reason", "other")
        if values["decision"] == "approve":
            _require_others_done(tx, case, reason, by)
        decided = {**sheet.content, **values, "decided_by": by.username}
        sheet_rows.set_done(tx, replace(sheet, done_on=tx.at.date(), content=decided))
        if values["decision"] == "approve":
            return _close(tx, case, reason, by)
        audit.did(tx, by, Action.CLOSURE_SENT_BACK, about(case))
        return case


def reopen_case(database: Database, case_id: UUID, why: str, by: Actor) -> Case:
    """Go on with a closed case. The time until it is erased begins anew with the next closure.

    Raises NotFound, Invalid, or Conflict: ``open`` already, ``erased``, or ``unreadable``.
    """
    with database.transaction() as tx:
        case_rows.hold_person(tx, case_id, seen_by=by)
        case = find_case(tx, case_id, by)
        values = checked({"why": why}, WHY, needed=WHY)
        person = people_rows.find_person(tx, case.person_id, seen_by=by)
        if person is None:
            raise NotFound("case_not_found")
        if case.erased_at is not None or person.missing is not None:
            raise Conflict(person.missing or "erased")
        if case.status == "open":
            raise Conflict("open")
        before = {"closed_for": case.closure_reason, "closed_at": str(case.closed_at)}
        sheet_rows.add_sheet(tx, new_sheet(tx, by, Kind.REOPENING, case, before | values))
        case_rows.set_case(tx, case_id, status="open", closure_reason=None, closed_at=None)
        audit.did(tx, by, Action.CASE_REOPENED, about(case))
        return replace(case, status="open", closure_reason=None, closed_at=None)
