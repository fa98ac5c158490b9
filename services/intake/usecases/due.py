"""What is due today in the cases that somebody works on, and what should have been done before."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.intake.domain import Actor, Case, Need, Sheet
from services.intake.storage import cases as case_rows
from services.intake.storage import sheets as sheet_rows
from services.intake.storage.tables import cases
from shared.database import Database, Transaction

AT_ONCE = 200  #: of each kind


@dataclass(frozen=True)
class Due:
    """One thing to be done by a day: ``what`` is need or follow_up, ``code`` its service type or its own type."""

    on: date
    case: Case
    what: str
    code: str
    id: UUID


@dataclass(frozen=True)
class Today:
    """What somebody should look at first in their own cases: those at immediate risk, then what is overdue, then today.

    ``closures`` wait for a focal point's approval.
    """

    at_risk: tuple[Case, ...]
    overdue: tuple[Due, ...]
    due: tuple[Due, ...]
    closures: tuple[Case, ...]


def due_today(database: Database, by: Actor, today: date) -> Today:
    """The oldest first, and those of a case at immediate risk before others. ``today`` is where the organisation is.

    The caller keeps in the audit that it was shown.
    """
    with database.reading() as tx:
        at_risk = case_rows.open_cases(tx, cases.c.immediate_risk, seen_by=by, limit=AT_ONCE)
        found = [*_needs(tx, by, today), *_follow_ups(tx, by, today)]
        closures = _closures(tx, by) if by.sees_every_case else []
    found.sort(key=lambda one: (not one.case.immediate_risk, one.on, one.case.id))
    overdue = tuple(one for one in found if one.on < today)
    return Today(tuple(at_risk), overdue, tuple(one for one in found if one.on == today), tuple(closures))


def people_at_risk(database: Database, by: Actor) -> set[UUID]:
    """By id, those with an open case at immediate risk, of whom whoever asks may know."""
    with database.reading() as tx:
        found = case_rows.open_cases(tx, cases.c.immediate_risk, seen_by=by, limit=AT_ONCE)
    return {case.person_id for case in found}


def _needs(tx: Transaction, by: Actor, today: date) -> list[Due]:
    found = case_rows.planned_needs(tx, today, seen_by=by, limit=AT_ONCE)
    return [_of_need(need, case) for need, case in found]


def _of_need(need: Need, case: Case) -> Due:
    return Due(need.planned_on or date.max, case, "need", need.service_type, need.id)


def _follow_ups(tx: Transaction, by: Actor, today: date) -> list[Due]:
    sheets = sheet_rows.due_sheets(tx, today, seen_by=by, limit=AT_ONCE)
    known = _cases_of(tx, sheets, by)
    return [_of_sheet(sheet, known[sheet.case_id]) for sheet in sheets if sheet.case_id in known]


def _of_sheet(sheet: Sheet, case: Case) -> Due:
    return Due(sheet.due_on or date.max, case, "follow_up", sheet.content.get("type", "visit"), sheet.id)


def _cases_of(tx: Transaction, sheets: list[Sheet], by: Actor) -> dict[UUID | None, Case]:
    ids = {sheet.case_id for sheet in sheets if sheet.case_id}
    found = case_rows.open_cases(tx, cases.c.id.in_(sorted(ids)), seen_by=by, limit=AT_ONCE)
    return {case.id: case for case in found}


def _closures(tx: Transaction, by: Actor) -> list[Case]:
    waiting = sheet_rows.waiting_closures(tx, seen_by=by, limit=AT_ONCE)
    return list(_cases_of(tx, waiting, by).values())
