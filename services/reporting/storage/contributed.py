"""Counts as the nodes contributed them, and their sums, which are kept up as each comes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import bindparam, select, tuple_, update

from services.reporting.domain.counts import Cell
from services.reporting.domain.periods import Period, parse_period
from services.reporting.storage.masked_tables import rosters
from services.reporting.storage.release_tables import contribution_answers, cube
from services.reporting.storage.tables import contributions
from shared.database import Transaction
from shared.rows import add_new, put
from shared.schemas.workbook import VERSION, Table


@dataclass(frozen=True)
class Contribution:
    """One organisation's counts for one quarter."""

    org: str
    period: Period
    workbook: int
    revision: int
    cells: Sequence[Cell]


def keep_contributions(tx: Transaction, new: Sequence[Contribution]) -> None:
    """Keep each, at most one of an organisation and quarter, unless one of its revision or a higher one is here.

    The sums change by the difference, in the same transaction. Rows are locked in one order, so that two batches
    cannot lock crosswise.
    """
    ordered = sorted(new, key=lambda one: (one.org, str(one.period)))
    standing = _held(tx, ordered)
    newer = [one for one in ordered if one.revision > standing[one.org, str(one.period)].revision]
    if not newer:
        return
    c = contributions.c
    mine = (c.org == bindparam("of_org")) & (c.period == bindparam("of_period"))
    values = ("workbook", "revision", "cells", "received_at")
    replacing = update(contributions).where(mine).values({name: bindparam(f"new_{name}") for name in values})
    tx.execute(replacing, [_replacing(one, tx.at) for one in newer])
    changes = Counter[tuple[str, str, str]]()
    for one in newer:
        changes.update(_summed(one.period, one.cells))
        changes.subtract(_summed(one.period, standing[one.org, str(one.period)].cells))
    _add_to_cube(tx, changes)


def _held(tx: Transaction, ordered: Sequence[Contribution]) -> dict[tuple[str, str], Any]:
    """What stands of each, locked; of one that is new an empty row."""
    empty = {"workbook": 0, "revision": 0, "cells": [], "received_at": tx.at}
    keys = [{"org": one.org, "period": str(one.period)} for one in ordered]
    add_new(tx, contributions, [key | empty for key in keys])
    c = contributions.c
    these = tuple_(c.org, c.period).in_([tuple(key.values()) for key in keys])
    query = select(contributions).where(these).order_by(c.org, c.period).with_for_update()
    return {(row.org, row.period): row for row in tx.execute(query)}


def _replacing(one: Contribution, at: datetime) -> dict[str, Any]:
    new = {"new_workbook": one.workbook, "new_revision": one.revision, "new_cells": list(one.cells)}
    return {"of_org": one.org, "of_period": str(one.period), "new_received_at": at} | new


def _summed(period: Period, cells: Iterable[Sequence[Any]]) -> dict[tuple[str, str, str], int]:
    return {(str(period), table, orjson.dumps(codes).decode()): count for table, codes, count in cells}


def _added(new: Any, old: Any) -> Mapping[str, Any]:
    return {"count": old["count"] + new["count"]}


def _add_to_cube(tx: Transaction, changes: Mapping[tuple[str, str, str], int]) -> None:
    rows = [
        {"period": period, "name": name, "codes": codes, "count": change}
        for (period, name, codes), change in sorted(changes.items())
        if change
    ]
    put(tx, cube, rows, _added)


def add_to_sums(tx: Transaction, period: str, cells: Sequence[Cell]) -> None:
    """Let the sums of a quarter be higher by what was added up elsewhere."""
    _add_to_cube(tx, _summed(parse_period(period), cells))


def contributed(tx: Transaction, period: Period, *tables: str) -> dict[Period, list[Cell]]:
    """The cells of these tables for each quarter of the period, summed over all organisations."""
    names = {str(quarter): quarter for quarter in period.quarters}
    c = cube.c
    found: dict[Period, list[Cell]] = {quarter: [] for quarter in names.values()}
    columns = (c.period, c.name, c.codes, c["count"])
    query = select(*columns).where(c.period.in_(names), c.name.in_(tables), c["count"] != 0)
    rows = tx.execute(query).all()
    for (name, table, _, count), codes in zip(rows, _read(rows), strict=True):
        found[names[name]].append((table, tuple(codes), count))
    return found


def contributed_since(tx: Transaction, period: Period, workbook: int) -> list[Cell]:
    """Every cell of the period, of one organisation or of a roster's sum, by that workbook or a newer one."""
    c, names = contributions.c, [str(quarter) for quarter in period.quarters]
    of_it = c.period.in_(names) & (c.workbook >= workbook)
    summed = [one.totals for one in _opened(tx, names) if one.workbook >= workbook]
    found = [*tx.execute(select(c.cells).where(of_it)).scalars(), *summed]
    return [(table, tuple(codes), count) for cells in found for table, codes, count in cells]


def _opened(tx: Transaction, quarters: Sequence[str]) -> Sequence[Any]:
    """The rosters of these quarters whose sum was opened and can be right."""
    c = rosters.c
    right = c.period.in_(quarters) & c.opened_at.is_not(None) & c.wrong.is_(None)
    return tx.execute(select(rosters).where(right)).all()


def _read(rows: Sequence[Any]) -> list[list[str]]:
    """All their codes at once: one by one they would take longer than all else."""
    read: list[list[str]] = orjson.loads("[" + ",".join(row[2] for row in rows) + "]")
    return read


@dataclass(frozen=True)
class Standing:
    """What an organisation has contributed to a quarter: which revision, by which workbook, when; never a figure.

    ``answer`` is of the newest revision that came, which may have been refused.
    """

    org: str
    period: str
    revision: int
    workbook: int
    received_at: datetime
    answer: str | None = None


def standing_contributions(tx: Transaction, period: Period) -> list[Standing]:
    """Every organisation of which anything came for the period, by quarter and id."""
    c, a = contributions.c, contribution_answers.c
    names = [str(quarter) for quarter in period.quarters]
    answers = {
        (row.org, row.period): row
        for row in tx.execute(select(contribution_answers).where(a.period.in_(names)).order_by(a.revision))
    }
    columns = (c.org, c.period, c.revision, c.workbook, c.received_at)
    kept = {
        (row.org, row.period): Standing(*row)
        for row in tx.execute(select(*columns).where(c.period.in_(names), c.revision > 0))
    }
    refused = {key: Standing(*key, 0, 0, row.at) for key, row in answers.items() if key not in kept}
    told = {key: getattr(answers.get(key), "answer", None) for key in kept | refused}
    return [
        Standing(**{**vars(one), "answer": told[key]})
        for key, one in sorted((kept | refused).items(), key=lambda item: (item[0][1], item[0][0]))
    ]


def held(tx: Transaction, org: str, period: str) -> tuple[int, list[Cell]]:
    """Which revision stands, and its cells; 0 and nothing before the first."""
    c = contributions.c
    row = tx.execute(select(c.revision, c.cells).where(c.org == org, c.period == period)).one_or_none()
    cells = [(table, tuple(codes), count) for table, codes, count in row.cells] if row else []
    return (row.revision if row else 0), cells


def answer_given(tx: Transaction, org: str, period: str, revision: int) -> str | None:
    """What was answered to that revision; None for one that never came."""
    c = contribution_answers.c
    mine = (c.org == org, c.period == period, c.revision == revision)
    return tx.execute(select(c.answer).where(*mine)).scalar()


def keep_answers(tx: Transaction, answers: Sequence[tuple[str, str, int, str]]) -> None:
    """Keep what is answered, by organisation, period and revision."""
    told = {(org, period, revision): answer for org, period, revision, answer in answers}
    rows = [
        {"org": org, "period": period, "revision": revision, "answer": answer, "at": tx.at}
        for (org, period, revision), answer in sorted(told.items())
    ]
    put(tx, contribution_answers, rows, ("answer", "at"))


def organisations_by_quarter(tx: Transaction, period: Period, *, since: int) -> dict[str, int]:
    """Of each quarter that has any contributions how many organisations sent theirs by that workbook or a newer one."""
    found: Counter[str] = Counter()
    for name, _, workbook in _contributors(tx, period):
        found[name] += workbook >= since
    return dict(found)


def contributors(tx: Transaction, period: Period, table: Table) -> int:
    """How many organisations have contributed to the period by a workbook that has the table."""
    until = table.until or VERSION
    having = (org for _, org, workbook in _contributors(tx, period) if table.since <= workbook <= until)
    return len(set(having))


def _contributors(tx: Transaction, period: Period) -> list[tuple[str, str, int]]:
    """Quarter, organisation and workbook of each contribution that stands, masked ones once they are added up."""
    c, names = contributions.c, [str(quarter) for quarter in period.quarters]
    query = select(c.period, c.org, c.workbook).where(c.period.in_(names), c.revision > 0)
    openly = [(row.period, row.org, row.workbook) for row in tx.execute(query)]
    return openly + [(one.period, org, one.workbook) for one in _opened(tx, names) for org in one.members]
