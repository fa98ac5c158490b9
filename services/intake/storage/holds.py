"""Queries on legal holds."""

from collections.abc import Collection
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, insert, or_, select, update

from services.intake.domain import About, Actor, Direction, LegalHold
from services.intake.domain.hold import ASKED_HOLDS_FOR
from services.intake.storage import cells
from services.intake.storage.need_to_know import visible
from services.intake.storage.tables import cases, legal_holds, referrals
from shared.database import Transaction
from shared.rows import among

REASONS = ("reason", "lift_reason")
COLUMNS = tuple(field.name for field in fields(LegalHold) if field.name not in REASONS)


def find_record(tx: Transaction, record_id: UUID, *, seen_by: Actor, lock: bool = False) -> About | None:
    """The case or received referral, if it is not erased; locked, nobody erases it meanwhile."""
    c = referrals.c
    is_case = (cases.c.id == record_id, cases.c.erased_at.is_(None), visible(cases, seen_by, tx.at))
    has_come = (c.id == record_id, c.direction == Direction.IN, c.data_key.is_not(None))
    of_case = select(cases.c.person_id).where(*is_case)
    came = select(c.id).where(*has_come, visible(referrals, seen_by, tx.at))
    person, referral = (
        tx.execute(query.with_for_update() if lock else query).scalar() for query in (of_case, came)
    )
    if person is not None:
        return About(person, record_id)
    return About(referral_id=record_id) if referral is not None else None


def newest_hold(tx: Transaction, record_id: UUID) -> LegalHold | None:
    """The one that counts."""
    c = legal_holds.c
    query = select(legal_holds).where(c.record_id == record_id).order_by(c.id.desc()).limit(1)
    row = tx.execute(query).mappings().one_or_none()
    return _hold(tx, row) if row else None


def _hold(tx: Transaction, row: Any) -> LegalHold:
    reasons = cells.words_in(tx.at_rest, "legal_holds", row["id"], row["sealed"])
    return LegalHold(**{name: row[name] for name in COLUMNS} | reasons)


def add_hold(tx: Transaction, hold: LegalHold) -> None:
    """Keep a new one."""
    tx.execute(insert(legal_holds), _row(tx, hold))


def set_hold(tx: Transaction, hold: LegalHold) -> None:
    """Keep where it stands now."""
    tx.execute(update(legal_holds).where(legal_holds.c.id == hold.id), _row(tx, hold))


def _row(tx: Transaction, hold: LegalHold) -> dict[str, Any]:
    known = {name: getattr(hold, name) for name in COLUMNS}
    reasons = {name: getattr(hold, name) for name in REASONS}
    return known | {"sealed": cells.of_words(tx.at_rest, "legal_holds", hold.id, reasons)}


def is_held(tx: Transaction, record: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Whether a hold is on the record of that id, as a condition: what ``LegalHold.holds`` says."""
    c = legal_holds.c
    for_now = and_(c.confirmed_at.is_(None), c.asked_at > tx.at - ASKED_HOLDS_FOR)
    holds = and_(c.lifted_at.is_(None), or_(c.confirmed_at.is_not(None), for_now))
    return exists().where(c.record_id == record, holds)


def forget_reasons(tx: Transaction, record_ids: Collection[UUID]) -> None:
    """The words go with the record; who held it and when stays."""
    theirs = among(legal_holds.c.record_id, "ids", sqlite=tx.is_sqlite)
    tx.execute(update(legal_holds).where(theirs).values(sealed=None), {"ids": list(record_ids)})
