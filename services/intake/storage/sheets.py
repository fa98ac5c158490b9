"""Queries on the sheets of people's files. What they say is sealed with the person's data key."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, insert, or_, select, update

from services.intake.domain import Actor, Kind, Sheet
from services.intake.storage import cells
from services.intake.storage.need_to_know import visible
from services.intake.storage.sheet_tables import sheets
from services.intake.storage.tables import cases, people
from shared.database import Transaction
from shared.rows import among

KNOWN = tuple(name for name in Sheet.__dataclass_fields__ if name not in ("content", "missing"))


def add_sheet(tx: Transaction, sheet: Sheet) -> None:
    """Keep a new sheet; of somebody whose data key is gone nothing is written."""
    data_key = tx.execute(select(people.c.data_key).where(people.c.id == sheet.person_id)).scalar()
    sealed = cells.of_sheet(tx.at_rest, data_key, sheet.person_id, sheet.id, sheet.content)
    tx.execute(insert(sheets), {name: getattr(sheet, name) for name in KNOWN} | {"sealed": sealed})


def set_done(tx: Transaction, sheet: Sheet) -> None:
    """A follow-up was done: on what day, and what was found."""
    data_key = tx.execute(select(people.c.data_key).where(people.c.id == sheet.person_id)).scalar()
    sealed = cells.of_sheet(tx.at_rest, data_key, sheet.person_id, sheet.id, sheet.content)
    values = {"done_on": sheet.done_on, "sealed": sealed}
    tx.execute(update(sheets).where(sheets.c.id == sheet.id).values(**values))


def sheets_of(tx: Transaction, person_id: UUID, *, seen_by: Actor) -> list[Sheet]:
    """The person's sheets and those of their cases, oldest first."""
    return _read(tx, _query(tx, seen_by).where(sheets.c.person_id == person_id))


def find_sheet(tx: Transaction, sheet_id: UUID, *, seen_by: Actor) -> Sheet | None:
    """The sheet; whoever changes it holds its person."""
    found = _read(tx, _query(tx, seen_by).where(sheets.c.id == sheet_id))
    return found[0] if found else None


def due_sheets(tx: Transaction, until: date, *, seen_by: Actor, limit: int) -> list[Sheet]:
    """Follow-ups of open cases that are not done and due until then, the oldest first."""
    c = sheets.c
    query = _waiting(tx, Kind.FOLLOW_UP, seen_by).where(c.due_on <= until)
    return _read(tx, query.order_by(None).order_by(c.due_on, c.id).limit(limit))


def waiting_closures(tx: Transaction, *, seen_by: Actor, limit: int) -> list[Sheet]:
    """Closures that nobody has decided on."""
    return _read(tx, _waiting(tx, Kind.CLOSURE, seen_by).limit(limit))


def _waiting(tx: Transaction, kind: Kind, seen_by: Actor) -> Select[Any]:
    """Those of that kind in open cases that have a day and are not done."""
    c = sheets.c
    query = _query(tx, seen_by).join(cases, cases.c.id == c.case_id).where(cases.c.status == "open")
    return query.where(c.kind == kind, c.due_on.is_not(None), c.done_on.is_(None))


def _query(tx: Transaction, seen_by: Actor) -> Select[Any]:
    query = select(sheets, people.c.data_key).select_from(sheets).join(people)
    return query.where(visible(people, seen_by, tx.at)).order_by(sheets.c.id)


def _read(tx: Transaction, query: Select[Any]) -> list[Sheet]:
    return [_sheet(tx, row) for row in tx.execute(query).mappings()]


def _sheet(tx: Transaction, row: Any) -> Sheet:
    content, missing = cells.sheet_in(tx.at_rest, row)
    known = {name: row[name] for name in KNOWN} | {"kind": Kind(row["kind"])}
    return Sheet(**known, content=content, missing=missing)


def forget_sheets(tx: Transaction, case_ids: Collection[UUID], person_ids: Collection[UUID]) -> None:
    """What is written in these cases, and of these people, is gone; that it was, and when, stays."""
    of_case = among(sheets.c.case_id, "case_ids", sqlite=tx.is_sqlite)
    of_person = among(sheets.c.person_id, "person_ids", sqlite=tx.is_sqlite)
    these = update(sheets).where(and_(sheets.c.sealed.is_not(None), or_(of_case, of_person)))
    tx.execute(these.values(sealed=None), {"case_ids": list(case_ids), "person_ids": list(person_ids)})
