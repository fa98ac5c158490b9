"""Queries of counting: facts without names, and only to be counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select

from services.intake.domain import Consent
from services.intake.storage import cells, counted_cells
from services.intake.storage.rows import consent_of, part
from services.intake.storage.tables import cases, consents, needs, people
from shared.database import Transaction
from shared.schemas.workbook import ACTIVE, UNKNOWN

FACTS = (
    people.c.id,
    people.c.counted,
    cases.c.conclusion,
    cases.c.exploitation,
    cases.c.id,
    cases.c.status,
    cases.c.closure_reason,
    cases.c.counted,
)
_FIRST = (
    select(cases.c.person_id, func.min(cases.c.opened_at).label("at")).group_by(cases.c.person_id).subquery()
)
_NEWEST = (
    select(consents.c.person_id, func.max(consents.c.version).label("version"))
    .group_by(consents.c.person_id)
    .subquery()
)


@dataclass(frozen=True)
class Counted:
    """What is counted of a person: facts, those of the first case, and the consent that counts."""

    gender: str | None
    age_band: str | None
    citizenship: str | None
    conclusion: str | None
    exploitation: tuple[str, ...]
    case_state: str
    consent: Consent
    means: tuple[str, ...] = ()
    sector: tuple[str, ...] = ()
    recruiter: str | None = None


def people_of_period(tx: Transaction, start: datetime, end: datetime) -> dict[UUID, Counted]:
    """By id, everybody whose first case was opened then."""
    query = (
        select(*FACTS, *consents.c)
        .select_from(people)
        .join(_FIRST, _FIRST.c.person_id == people.c.id)
        .join(cases, and_(cases.c.person_id == people.c.id, cases.c.opened_at == _FIRST.c.at))
        .join(_NEWEST, _NEWEST.c.person_id == people.c.id)
        .join(consents, and_(consents.c.person_id == people.c.id, consents.c.version == _NEWEST.c.version))
        .where(_FIRST.c.at >= start, _FIRST.c.at < end)
    )
    return {row[people.c.id]: _counted(tx, row) for row in tx.execute(query).mappings()}


def _counted(tx: Transaction, row: Any) -> Counted:
    codes = cells.counted_in(tx.at_rest, row[people.c.id], row[people.c.counted])
    of_case = counted_cells.case_counted_in(tx.at_rest, row[cases.c.id], row[cases.c.counted])
    is_active = row[cases.c.status] == "open"
    return Counted(
        gender=codes.get("gender"),
        age_band=codes.get("age_band"),
        citizenship=codes.get("citizenship"),
        conclusion=row[cases.c.conclusion],
        exploitation=tuple(row[cases.c.exploitation]),
        case_state=ACTIVE if is_active else row[cases.c.closure_reason] or UNKNOWN,
        consent=consent_of(part(row, consents)),
        means=tuple(of_case.get("means", ())),
        sector=tuple(of_case.get("sector", ())),
        recruiter=of_case.get("recruiter"),
    )


def needs_of_period(tx: Transaction, start: datetime, end: datetime) -> Sequence[Any]:
    """Whose need, of what type, in what state, of the people whose first case was opened then; oldest first."""
    query = (
        select(cases.c.person_id, needs.c.service_type, needs.c.state)
        .join(cases, cases.c.id == needs.c.case_id)
        .join(_FIRST, _FIRST.c.person_id == cases.c.person_id)
        .where(_FIRST.c.at >= start, _FIRST.c.at < end)
        .order_by(needs.c.id)
    )
    return tx.execute(query).all()


def span_of_cases(tx: Transaction) -> tuple[datetime, datetime] | None:
    """When the first and the last case were opened."""
    first, last = tx.execute(select(func.min(cases.c.opened_at), func.max(cases.c.opened_at))).one()
    return (first, last) if first else None
