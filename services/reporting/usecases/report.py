"""Give out a declared table for a period, its counts of people protected."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement

from services.reporting.domain import protection
from services.reporting.domain.counts import Cell, in_order
from services.reporting.domain.coverage import covered
from services.reporting.domain.filters import EVERYTHING, Filters
from services.reporting.domain.observing import REGIONS
from services.reporting.domain.periods import Period, parse_period, quarter_of
from services.reporting.domain.protection import TOTAL, Codes
from services.reporting.domain.regions import OTHER, folded
from services.reporting.domain.response import measured
from services.reporting.storage import contributed, directory, masked, observed
from shared.database import Database, Transaction
from shared.schemas.codes import URGENCIES
from shared.schemas.workbook import CONTRIBUTED, OF_ACTIVITIES, TABLES, Table

Which = ColumnElement[bool]  #: referrals
Found = Mapping[Codes, float | None]  #: cells and totals of a table about referrals


class TableUnknown(Exception):
    """There is no declared table of that name."""

    code = "table_unknown"


@dataclass(frozen=True)
class Value:
    """What is shown in a cell. ``protected``: withheld when None, else rounded."""

    shown: float | None
    protected: bool = False


@dataclass(frozen=True)
class Report:
    """A table for a period. ``codes`` are those that occur, per dimension; totals have TOTAL for a code.

    ``contributors`` is how many organisations sent counts for it, None for a table that needs none. ``waiting`` are
    quarters whose counts leave masked and are not added up yet.
    """

    table: Table
    period: Period
    codes: tuple[tuple[str, ...], ...]
    cells: Mapping[Codes, Value]
    totals: Mapping[Codes, Value]
    at: datetime
    contributors: int | None = None
    filters: Filters = EVERYTHING
    waiting: tuple[str, ...] = ()

    @property
    def total(self) -> Value | None:
        """All together; None where adding up means nothing."""
        return self.totals.get((TOTAL,) * len(self.codes))

    @property
    def withheld(self) -> int:
        """How many counts and totals are not shown."""
        return sum(value.shown is None and value.protected for value in self._values())

    @property
    def rounded(self) -> int:
        """How many totals are shown rounded."""
        return sum(value.shown is not None and value.protected for value in self._values())

    def _values(self) -> Iterable[Value]:
        return (*self.cells.values(), *self.totals.values())


def table(database: Database, name: str, period: str, filters: Filters = EVERYTHING) -> Report:
    """The table for ``2026-Q4``, or for ``2026``, the sum of its quarters.

    Raises TableUnknown, PeriodUnknown, FilterRefused.
    """
    if name not in TABLES:
        raise TableUnknown(name[:60])
    declared, wanted = TABLES[name], parse_period(period)
    with database.reading() as tx:
        shown = directory.regions_told_apart(tx)
        filters.check(declared, shown)
        if declared.about_people:
            return _protected(tx, declared, wanted)
        if declared == OF_ACTIVITIES:
            return _told(tx, declared, wanted)
        return _observed(tx, declared, wanted, filters, shown)


def periods(database: Database) -> list[Period]:
    """The quarters that anything is known of and this quarter, newest first, each year after its quarters."""
    with database.reading() as tx:
        known = {parse_period(name) for name in observed.periods_with_counts(tx)} | {quarter_of(tx.at)}
    years = {Period(quarter.year) for quarter in known}
    return sorted(known | years, key=str, reverse=True)


def regions(database: Database) -> list[str]:
    """The regions that may be filtered by: those that are told apart, then all others together."""
    with database.reading() as tx:
        return [*sorted(directory.regions_told_apart(tx)), OTHER]


def _observed(
    tx: Transaction, declared: Table, period: Period, filters: Filters, shown: frozenset[str]
) -> Report:
    which = observed.those(period, filters, shown)
    if declared.name == "response_times":
        found = _response_times(tx, which)
    elif declared.name == "coverage":
        offers = [one for one in directory.all_offers(tx) if filters.service_type in (None, one.service_type)]
        found = covered(offers, observed.observed_in(tx, which), shown)
    else:
        found = _exact(tx, declared, which, shown)
    dimensions = _codes(declared, [codes for codes in found if TOTAL not in codes])
    values = {codes: Value(count) for codes, count in found.items()}
    return Report(declared, period, dimensions, *_split(values), at=tx.at, filters=filters)


def _exact(tx: Transaction, declared: Table, which: Which, shown: frozenset[str]) -> Found:
    counts = Counter[Codes]()
    for codes, count in observed.observed_counts(tx, declared.dimensions, which).items():
        named = zip(declared.dimensions, codes, strict=True)
        counts[tuple(folded(code, shown) if of in REGIONS else code for of, code in named)] += count
    return protection.with_totals(counts, _codes(declared, counts))


def _response_times(tx: Transaction, which: Which) -> Found:
    referrals = observed.observed_in(tx, which)
    by_urgency = {urgency: [one for one in referrals if one.urgency == urgency] for urgency in URGENCIES}
    return {
        (urgency, measure): value
        for urgency, some in {**by_urgency, TOTAL: referrals}.items()
        for measure, value in measured(some, at=tx.at).items()
    }


def _told(tx: Transaction, declared: Table, period: Period) -> Report:
    found = contributed.contributed(tx, period, declared.name).values()
    counts = sum((_added_up(declared, cells) for cells in found), Counter[Codes]())
    dimensions = _codes(declared, counts)
    values = {codes: Value(n) for codes, n in protection.with_totals(counts, dimensions).items()}
    return Report(declared, period, dimensions, *_split(values), at=tx.at, **_sources(tx, declared, period))


def _protected(tx: Transaction, declared: Table, period: Period) -> Report:
    beside = [table for table in CONTRIBUTED if table.counts == declared.counts and table != declared]
    found = contributed.contributed(tx, period, declared.name, *(table.name for table in beside)).values()
    hidden = frozenset().union(*(_withheld(declared, beside, cells) for cells in found))
    counts = sum((_added_up(declared, cells) for cells in found), Counter[Codes]())
    dimensions = _codes(declared, counts)
    rounded = protection.rounded(hidden)
    whole = protection.with_totals(counts, dimensions, several=declared.several)
    values = {codes: _value(codes, count, hidden, rounded) for codes, count in whole.items()}
    return Report(declared, period, dimensions, *_split(values), at=tx.at, **_sources(tx, declared, period))


def _sources(tx: Transaction, declared: Table, period: Period) -> dict[str, Any]:
    """How many organisations stand behind it, and what is still to come."""
    waiting = tuple(masked.waiting_quarters(tx, period))
    return {"contributors": contributed.contributors(tx, period, declared), "waiting": waiting}


def _withheld(declared: Table, beside: Iterable[Table], cells: Iterable[Cell]) -> frozenset[Codes]:
    """What one quarter of the table withholds, beside all tables that count the same people by the same totals.

    One that not every organisation has contributed to has other totals, and is another table of others.
    """
    first = _grid(declared, cells)
    grids = (_grid(table, cells) for table in beside)
    return protection.withheld_together([first, *(grid for grid in grids if _totals(grid) == _totals(first))])


def _grid(declared: Table, cells: Iterable[Cell]) -> protection.Grid:
    counts = _added_up(declared, cells)
    codes = _codes(declared, counts)
    return protection.Grid.of(counts, codes, declared.dimensions, several=declared.several)


def _totals(grid: protection.Grid) -> Mapping[str, int]:
    """By the code of the first dimension, which they share."""
    return {codes[0]: n for codes, n in grid.cells().items() if set(codes[1:]) == {TOTAL}}


def _added_up(declared: Table, cells: Iterable[Cell]) -> Counter[Codes]:
    """Over all organisations: nothing is ever given out by organisation."""
    counts: Counter[Codes] = Counter()
    for table, codes, count in cells:
        if table == declared.name:
            counts[codes] += count
    return counts


def _value(codes: Codes, count: int, hidden: frozenset[Codes], rounded: frozenset[Codes]) -> Value:
    if codes in hidden:
        return Value(None, protected=True)
    return Value(protection.round_total(count), protected=True) if codes in rounded else Value(count)


def _codes(declared: Table, counts: Iterable[Codes]) -> tuple[tuple[str, ...], ...]:
    found = list(zip(*counts, strict=True)) or [()] * len(declared.dimensions)
    return tuple(in_order(name, codes) for name, codes in zip(declared.dimensions, found, strict=True))


def _split(values: Mapping[Codes, Value]) -> tuple[dict[Codes, Value], dict[Codes, Value]]:
    cells = {codes: value for codes, value in values.items() if TOTAL not in codes}
    return cells, {codes: value for codes, value in values.items() if TOTAL in codes}
