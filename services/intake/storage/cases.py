"""Queries on cases and needs."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, insert, select, update

from services.intake.domain import Actor, Case, Need
from services.intake.storage.need_to_know import visible
from services.intake.storage.rows import case_of, need_of, part
from services.intake.storage.tables import IS_UNMET, cases, needs, people
from shared.database import Transaction
from shared.rows import among


def add_case(tx: Transaction, case: Case, *, by: Actor) -> None:
    """Keep a new case."""
    tx.execute(insert(cases), vars(case) | {"org": by.org, "opened_by": by.username})


def find_case(tx: Transaction, case_id: UUID, *, seen_by: Actor) -> Case | None:
    """The case."""
    query = select(cases).where(cases.c.id == case_id, visible(cases, seen_by, tx.at))
    row = tx.execute(query).mappings().one_or_none()
    return case_of(row) if row else None


def hold_person(tx: Transaction, case_id: UUID, *, seen_by: Actor) -> None:
    """Let nobody send a referral of the person or change another case of theirs meanwhile."""
    query = select(people.c.id).join(cases).where(cases.c.id == case_id, visible(cases, seen_by, tx.at))
    tx.execute(query.with_for_update(of=people))


def cases_of(tx: Transaction, person_id: UUID, *, seen_by: Actor) -> list[Case]:
    """The person's cases, newest first."""
    query = select(cases).where(cases.c.person_id == person_id, visible(cases, seen_by, tx.at))
    return [case_of(row) for row in tx.execute(query.order_by(cases.c.id.desc())).mappings()]


def set_closed(tx: Transaction, case_id: UUID, *, reason: str, at: datetime) -> None:
    """The case is closed."""
    set_case(tx, case_id, status="closed", closure_reason=reason, closed_at=at)


def set_case(tx: Transaction, case_id: UUID, **facts: Any) -> None:
    """Change what the case's own row says."""
    tx.execute(update(cases).where(cases.c.id == case_id).values(**facts))


def open_cases(tx: Transaction, *conditions: ColumnElement[bool], seen_by: Actor, limit: int) -> list[Case]:
    """Open cases of which the conditions are true, oldest first."""
    query = select(cases).where(cases.c.status == "open", visible(cases, seen_by, tx.at), *conditions)
    return [case_of(row) for row in tx.execute(query.order_by(cases.c.id).limit(limit)).mappings()]


def planned_needs(tx: Transaction, until: date, *, seen_by: Actor, limit: int) -> list[tuple[Need, Case]]:
    """Needs of open cases that are to be met until then and are not, with their cases; the oldest day first."""
    query = select(needs, cases).join(cases).where(cases.c.status == "open", needs.c.planned_on <= until)
    ours = (
        query.where(IS_UNMET, visible(cases, seen_by, tx.at))
        .order_by(needs.c.planned_on, needs.c.id)
        .limit(limit)
    )
    rows = tx.execute(ours).mappings()
    return [(need_of(part(row, needs)), case_of(part(row, cases))) for row in rows]


def add_need(tx: Transaction, need: Need) -> None:
    """Keep a new need."""
    tx.execute(insert(needs), vars(need))


def find_need(tx: Transaction, need_id: UUID, *, seen_by: Actor) -> Need | None:
    """The need, locked."""
    query = select(needs).join(cases).where(needs.c.id == need_id, visible(cases, seen_by, tx.at))
    row = tx.execute(query.with_for_update(of=needs)).mappings().one_or_none()
    return need_of(row) if row else None


def needs_of(tx: Transaction, case_ids: Collection[UUID], *, seen_by: Actor) -> list[Need]:
    """The needs of these cases, oldest first."""
    of_cases = among(needs.c.case_id, "case_ids", sqlite=tx.is_sqlite)
    query = select(needs).join(cases).where(of_cases, visible(cases, seen_by, tx.at)).order_by(needs.c.id)
    return [need_of(row) for row in tx.execute(query, {"case_ids": list(case_ids)}).mappings()]


def set_plan(tx: Transaction, need_id: UUID, **plan: Any) -> None:
    """How and until when the need is to be met, or what became of it."""
    tx.execute(update(needs).where(needs.c.id == need_id).values(**plan))


def set_needs(tx: Transaction, need_ids: Collection[UUID], state: str) -> None:
    """What became of these needs."""
    these = among(needs.c.id, "ids", sqlite=tx.is_sqlite)
    tx.execute(update(needs).where(these).values(state=state), {"ids": list(need_ids)})


def settle_planned(tx: Transaction, need_ids: Collection[UUID], state: str) -> None:
    """What became of these needs, except of those that somebody has settled otherwise meanwhile."""
    planned = among(needs.c.id, "ids", sqlite=tx.is_sqlite) & (needs.c.state == "planned")
    tx.execute(update(needs).where(planned).values(state=state), {"ids": list(need_ids)})
