"""Counts as the nodes contributed them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from services.reporting.domain.counts import Cell
from services.reporting.domain.periods import Period
from services.reporting.storage.tables import contributions
from shared.database import Transaction
from shared.rows import insert_into


@dataclass(frozen=True)
class Contribution:
    """One organisation's counts for one quarter."""

    org: str
    period: Period
    workbook: int
    revision: int
    cells: Sequence[Cell]


def keep_contributions(tx: Transaction, new: Sequence[Contribution]) -> None:
    """Keep each unless a higher revision is here; in one order, so that two batches cannot lock crosswise."""
    if not new:
        return
    statement, c = insert_into(tx, contributions), contributions.c
    statement = statement.on_conflict_do_update(
        index_elements=[c.org, c.period],
        set_={name: statement.excluded[name] for name in ("workbook", "revision", "cells", "received_at")},
        where=statement.excluded.revision > c.revision,
    )
    rows = [
        {**vars(one), "period": str(one.period), "cells": list(one.cells), "received_at": tx.at}
        for one in new
    ]
    tx.execute(statement, sorted(rows, key=lambda row: (row["org"], row["period"])))


def contributed(tx: Transaction, period: Period, table: str) -> dict[Period, list[Cell]]:
    """The cells of one table for each quarter of the period, of all organisations, as they came."""
    names = {str(quarter): quarter for quarter in period.quarters}
    c = contributions.c
    found: dict[Period, list[Cell]] = {quarter: [] for quarter in names.values()}
    for name, cells in tx.execute(select(c.period, c.cells).where(c.period.in_(names))):
        found[names[name]] += [(table, tuple(codes), count) for of, codes, count in cells if of == table]
    return found


def contributors(tx: Transaction, period: Period) -> int:
    """How many organisations have contributed to the period."""
    c = contributions.c
    query = select(func.count(c.org.distinct())).where(c.period.in_([str(q) for q in period.quarters]))
    return int(tx.execute(query).scalar_one())
