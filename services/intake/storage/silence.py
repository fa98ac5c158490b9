"""Queries on the referrals at work about which nobody has said anything for two weeks."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update

from services.intake.domain import AT_WORK, SILENT_AFTER, Direction
from services.intake.storage.tables import referrals
from shared.database import Transaction


def is_silent(at: datetime) -> ColumnElement[bool]:
    """Work should be going on, and nobody has said anything for two weeks."""
    return and_(referrals.c.shown_state.in_(AT_WORK), referrals.c.said_at <= at - SILENT_AFTER)


def asks_us_how_it_went(at: datetime) -> ColumnElement[bool]:
    """It is silent, and it is we who should know."""
    return and_(referrals.c.direction == Direction.IN, is_silent(at))


def silent_to_us(at: datetime) -> ColumnElement[bool]:
    """It is silent, and we sent it."""
    return and_(referrals.c.direction == Direction.OUT, is_silent(at))


def lock_unasked(tx: Transaction, *, limit: int) -> list[tuple[UUID, str]]:
    """Silent referrals to us about which nobody of us was asked in the last two weeks: id and urgency, locked."""
    c = referrals.c
    long_ago = or_(c.how_asked_at.is_(None), c.how_asked_at <= tx.at - SILENT_AFTER)
    query = select(c.id, c.urgency).where(asks_us_how_it_went(tx.at), long_ago).order_by(c.id).limit(limit)
    return [
        (row.id, row.urgency) for row in tx.execute(query.with_for_update(skip_locked=True, of=referrals))
    ]


def set_how_asked(tx: Transaction, ids: Collection[UUID]) -> None:
    """Somebody of us was asked how these went."""
    tx.execute(update(referrals).where(referrals.c.id.in_(ids)).values(how_asked_at=tx.at))
