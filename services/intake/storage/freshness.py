"""Queries on how fresh the directory is, and on whom we have sent to."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from services.intake.domain.referral import Direction
from services.intake.storage.network_tables import word_of_hub
from services.intake.storage.tables import directories, referrals
from shared.database import Transaction
from shared.rows import add_new

_ROW = select(word_of_hub)


def begin(tx: Transaction) -> datetime:
    """Count from now, if nothing is counted yet, or only from a moment that is still to come; returns from when."""
    add_new(tx, word_of_hub, [{"one": 1, "fresh_at": tx.at}])
    tx.execute(update(word_of_hub).where(word_of_hub.c.fresh_at > tx.at).values(fresh_at=tx.at))
    found: datetime = tx.execute(_ROW).one().fresh_at
    return found


def fresh_at(tx: Transaction) -> datetime | None:
    """The moment of which it is known that our directory was the newest; None before any is counted."""
    row = tx.execute(_ROW).one_or_none()
    return row.fresh_at if row else None


def asked_at(tx: Transaction) -> datetime | None:
    """When a newer directory was asked for last."""
    found: datetime | None = tx.execute(_ROW).one().asked_at
    return found


def set_word(tx: Transaction, **moments: datetime) -> None:
    """Note one of the moments."""
    tx.execute(update(word_of_hub).values(**moments))


def directory_hash(tx: Transaction, version: int) -> str | None:
    """The hash of a version that was kept here."""
    query: Any = select(directories.c.hash).where(directories.c.version == version)
    found: str | None = tx.execute(query).scalar_one_or_none()
    return found


def directory_kept_at(tx: Transaction) -> datetime | None:
    """When the newest version came."""
    found: datetime | None = tx.execute(select(func.max(directories.c.kept_at))).scalar_one()
    return found


def sent_to(tx: Transaction, orgs: Collection[str]) -> set[str]:
    """Which of these a referral of ours was sent to before, that was not refused."""
    c = referrals.c
    ours = (c.direction == Direction.OUT) & c.other_org.in_(orgs) & ~c.refused
    return set(tx.execute(select(c.other_org).where(ours).distinct()).scalars())
