"""Queries on the privacy ledger: what was spent on whom, and what was released for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import insert, select, update

from services.reporting.domain.consistent import Shown
from services.reporting.domain.periods import parse_period
from services.reporting.domain.protection import Codes
from services.reporting.storage.release_tables import ledger, released_cells
from shared.database import Transaction


@dataclass(frozen=True)
class Charge:
    """What one attempt at a release has spent, in thousandths; ``finished_at`` is None when nothing came of it."""

    id: UUID
    proposal: int
    period: str
    tables: Sequence[str]
    workbook: int
    epsilon: int
    asked_by: str
    approved_by: str
    charged_at: datetime
    organisations: int | None = None
    finished_at: datetime | None = None


def add_charge(tx: Transaction, charge: Charge) -> None:
    """It is spent from now on, whatever comes."""
    tx.execute(insert(ledger).values(**{**vars(charge), "tables": list(charge.tables)}))


def charges(tx: Transaction) -> list[Charge]:
    """The whole ledger, oldest first."""
    query = select(ledger).order_by(ledger.c.charged_at, ledger.c.id)
    return [Charge(**row) for row in tx.execute(query).mappings()]


def spent(tx: Transaction) -> dict[str, int]:
    """By quarter of intake, what has been spent on its people for ever, in thousandths."""
    found: dict[str, int] = {}
    for charge in charges(tx):
        for quarter in parse_period(charge.period).quarters:
            found[str(quarter)] = found.get(str(quarter), 0) + charge.epsilon
    return found


def finished_of(tx: Transaction, period: str, tables: Sequence[str]) -> Charge | None:
    """The release of these tables for that period, if it was ever made."""
    asked = sorted(tables)
    made = (c for c in charges(tx) if c.finished_at and c.period == period and sorted(c.tables) == asked)
    return next(made, None)


def keep_release(
    tx: Transaction, id_: UUID, tables: Mapping[str, Mapping[Codes, Shown]], *, organisations: int
) -> None:
    """What was drawn, for ever."""
    rows = [
        {"release_id": id_, "name": name, "codes": orjson.dumps(codes).decode(), **vars(shown)}
        for name, cells in tables.items()
        for codes, shown in cells.items()
    ]
    if rows:
        tx.execute(insert(released_cells), rows)
    values = {"organisations": organisations, "finished_at": tx.at}
    tx.execute(update(ledger).where(ledger.c.id == id_).values(**values))


@dataclass(frozen=True)
class Release:
    """A release as it is published; cells by table and codes, totals with TOTAL for a code."""

    charge: Charge
    tables: Mapping[str, Mapping[Codes, Shown]] = field(default_factory=dict)


def read_release(tx: Transaction, charge: Charge) -> Release:
    """What was released for that charge."""
    c = released_cells.c
    query = select(c.name, c.codes, c.value, c.error, c.is_small).where(c.release_id == charge.id)
    found: dict[str, dict[Codes, Shown]] = {name: {} for name in charge.tables}
    for name, codes, value, error, is_small in tx.execute(query):
        found[name][tuple(orjson.loads(codes))] = Shown(value, error, is_small)
    return Release(charge, found)
