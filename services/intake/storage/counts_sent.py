"""Queries on what the node has told of its counts, what was answered, and the activities that it noted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from services.intake.storage.counting_tables import activities, counts_sent
from shared.database import Transaction
from shared.rows import put


@dataclass(frozen=True)
class Sent:
    """One revision of a quarter's counts, as it left or was masked for a ``roster``: the cells and how many."""

    period: str
    revision: int
    workbook: int
    cells: Sequence[Any]
    sent_at: datetime
    answer: str | None = None
    workbook_in_force: int | None = None
    answered_at: datetime | None = None
    roster: int | None = None


def add_sent(tx: Transaction, sent: Sent) -> None:
    """Keep what has just been sent."""
    tx.execute(insert(counts_sent).values(**vars(sent)))


def set_answer(tx: Transaction, period: str, revision: int, *, answer: str, in_force: int) -> None:
    """The reporting service's answer, the newest one."""
    c = counts_sent.c
    mine = update(counts_sent).where(c.period == period, c.revision == revision)
    tx.execute(mine.values(answer=answer, workbook_in_force=in_force, answered_at=tx.at))


def newest_sent(tx: Transaction, *, limit: int) -> list[Sent]:
    """What was sent last, newest quarter and revision first."""
    c = counts_sent.c
    query = select(counts_sent).order_by(c.period.desc(), c.revision.desc()).limit(limit)
    return [Sent(**row) for row in tx.execute(query).mappings()]


def workbook_wanted(tx: Transaction) -> int | None:
    """Which version of the workbook was in force when the reporting service answered last; None before."""
    c = counts_sent.c
    query = select(c.workbook_in_force).where(c.answered_at.is_not(None))
    return tx.execute(query.order_by(c.answered_at.desc(), c.revision.desc()).limit(1)).scalar()


def put_activities(tx: Transaction, period: str, counts: Mapping[str, int], by: str) -> None:
    """How many of each there were in the quarter; what was noted before is replaced."""
    rows = [
        {"period": period, "activity": activity, "count": count, "noted_at": tx.at, "noted_by": by}
        for activity, count in counts.items()
    ]
    put(tx, activities, rows, ("count", "noted_at", "noted_by"))


def activities_of(tx: Transaction, period: str) -> dict[str, int]:
    """How many of each were noted for the quarter."""
    c = activities.c
    query = select(c.activity, c["count"]).where(c.period == period).order_by(c.activity)
    return {row[0]: row[1] for row in tx.execute(query)}


def periods_of_activities(tx: Transaction) -> set[str]:
    """The quarters for which any were noted."""
    return set(tx.execute(select(activities.c.period).distinct()).scalars())
