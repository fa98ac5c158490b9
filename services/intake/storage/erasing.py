"""Queries of erasing: data keys go, and with them everything that they open; dates and codes stay."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, text, update

from services.intake.domain import Direction
from services.intake.storage import cells, holds
from services.intake.storage.attachments import forget_attachments
from services.intake.storage.kept_forms import forget_about
from services.intake.storage.sheets import forget_sheets
from services.intake.storage.slips import forget_slips
from services.intake.storage.tables import cases, idempotency_keys, moves, people, referrals
from shared.at_rest import Unreadable
from shared.database import Database, Transaction
from shared.rows import among
from shared.schemas.life import OPEN


@dataclass(frozen=True)
class Erasable:
    """A case that somebody wants to erase."""

    id: UUID
    person_id: UUID
    status: str
    erased_at: datetime | None
    held: bool


def lock_case(tx: Transaction, reference: str) -> Erasable | None:
    """The case of that reference; nothing of the person changes until the transaction ends."""
    c = cases.c
    of_it = select(people.c.id).join(cases).where(c.reference == reference)
    tx.execute(of_it.with_for_update(of=people))
    held = holds.is_held(tx, c.id).label("held")
    query = select(c.id, c.person_id, c.status, c.erased_at, held).where(c.reference == reference)
    row = tx.execute(query.with_for_update(of=cases)).one_or_none()
    return Erasable(row.id, row.person_id, row.status, row.erased_at, bool(row.held)) if row else None


def lock_due_cases(tx: Transaction, closed_before: datetime, *, limit: int) -> list[UUID]:
    """Cases that were closed before then and are not held; one of several processes gets each."""
    c = cases.c
    is_due = (c.closed_at < closed_before, c.erased_at.is_(None), ~holds.is_held(tx, c.id))
    query = select(c.id).where(*is_due).order_by(c.closed_at).limit(limit)
    return list(tx.execute(query.with_for_update(skip_locked=True)).scalars())


def lock_due_received(tx: Transaction, over_before: datetime, *, limit: int) -> list[UUID]:
    """Referrals to us, and those we forwarded, that were over before then, still have content and are not held."""
    c, m = referrals.c, moves.c
    since = exists().where(m.referral_id == c.id, func.coalesce(m.recorded_at, m.made_at) >= over_before)
    is_over = and_(c.shown_state.not_in(sorted(OPEN)), c.sent_at < over_before, ~since)
    of_another = or_(c.direction == Direction.IN, c.parent_id.is_not(None))
    has_content = and_(of_another, c.data_key.is_not(None))
    query = select(c.id).where(is_over, has_content, ~holds.is_held(tx, c.id)).order_by(c.id).limit(limit)
    return list(tx.execute(query.with_for_update(skip_locked=True)).scalars())


def people_of_only(tx: Transaction, case_ids: Collection[UUID]) -> list[UUID]:
    """Those of whom no other case is left, locked."""
    other = cases.alias()
    is_left = exists().where(
        other.c.person_id == cases.c.person_id, other.c.erased_at.is_(None), ~_among(tx, other.c.id)
    )
    query = select(people.c.id).join(cases).where(_among(tx, cases.c.id), ~is_left).order_by(people.c.id)
    found = tx.execute(query.with_for_update(of=people), {"ids": list(case_ids)}).scalars()
    return list(dict.fromkeys(found))


def _among(tx: Transaction, column: Any) -> ColumnElement[bool]:
    return among(column, "ids", sqlite=tx.is_sqlite)


def referrals_of(tx: Transaction, case_ids: Collection[UUID]) -> list[UUID]:
    """What was sent for these cases, locked in the order of their ids, as those who hear of them lock them."""
    query = select(referrals.c.id).where(_among(tx, referrals.c.case_id)).order_by(referrals.c.id)
    return list(tx.execute(query.with_for_update(), {"ids": list(case_ids)}).scalars())


def count_said(tx: Transaction, referral_ids: Collection[UUID]) -> int:
    """With how many moves of these referrals something was said."""
    said = and_(_among(tx, moves.c.referral_id), moves.c.sealed.is_not(None))
    query = select(func.count()).select_from(moves).where(said)
    return tx.execute(query, {"ids": list(referral_ids)}).scalar_one()


def erase_cases(tx: Transaction, case_ids: Collection[UUID], person_ids: Collection[UUID]) -> None:
    """From now on these are erased."""
    given, at = {"ids": list(case_ids)}, {"erased_at": tx.at}
    tx.execute(update(cases).where(_among(tx, cases.c.id)).values(**at), given)
    these = update(people).where(_among(tx, people.c.id)).values(**cells.NO_PERSON, **at)
    tx.execute(these, {"ids": list(person_ids)})
    forget_sheets(tx, case_ids, person_ids)
    forget_attachments(tx, case_ids)
    forget_slips(tx, person_ids)


def erase_referrals(tx: Transaction, ids: Collection[UUID]) -> None:
    """What was shared with them and what was said of them is gone."""
    given = {"ids": list(ids)}
    tx.execute(update(referrals).where(_among(tx, referrals.c.id)).values(**cells.NO_CONTENT), given)
    tx.execute(update(moves).where(_among(tx, moves.c.referral_id)).values(sealed=None), given)


def forget_answers(tx: Transaction, about: Collection[UUID]) -> None:
    """Remembered answers that speak of one of these are not given again, nor is what was written at their pages."""
    forget_about(tx, about)
    c, names = idempotency_keys.c, [str(id_) for id_ in about]
    query = select(c.username, c.key, c.sealed).where(c.sealed.is_not(None))
    speak = [
        (row.username, row.key)
        for row in tx.execute(query.execution_options(yield_per=500))
        if any(name in _answer(tx, row) for name in names)
    ]
    for username, key in speak:
        tx.execute(delete(idempotency_keys).where(c.username == username, c.key == key))


def _answer(tx: Transaction, row: Any) -> str:
    try:
        return str(cells.answer_in(tx.at_rest, row.username, row.key, row.sealed))
    except Unreadable:
        return ""


def forget_log(database: Database) -> None:
    """What SQLite still has in its log from before goes, as far as nobody is reading there."""
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
