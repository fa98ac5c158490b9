"""From noisy counts to a table that can be read: nothing negative, no part larger than its whole, totals that add up.

Nothing here looks at what was counted, only at what noise made of it, so nothing here weakens the promise. A count so
small that noise alone could have made it is not shown by itself. Those that are shown stay as noise left them, as one
draw is nearer to the truth than a total, which is many; totals are shared out of how many people there are, and none
is smaller than its shown parts. What is left of a total is all that is said of the small ones together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, exp, floor, inf, log, sqrt

from services.reporting.domain.protection import TOTAL, Codes
from shared.schemas.workbook import ANY, UNKNOWN, Released

SURE = 1.96  #: standard deviations within which 19 of 20 sums of many draws lie
MOST_WRONG = 0.05  #: the share of cells whose true count may lie outside of the error that is given
MOST_EMPTY = 0.02  #: the share of shown counts that may be of cells in which nobody is


@dataclass(frozen=True)
class Noisy:
    """A table as noise left it: every declared cell, also those in which nobody is. ``scale`` is that of the noise."""

    declared: Released
    codes: tuple[tuple[str, ...], ...]
    cells: Mapping[Codes, int]
    scale: float

    @cached_property
    def threshold(self) -> float:
        """From this on counts are shown: noise alone lifts an empty cell so far in one table of twenty.

        Where many counts stand out it is lower: so that among those shown few are empty (the step-up procedure of
        Benjamini and Hochberg).
        """
        decay = exp(-1 / self.scale)
        ranked = sorted((n for n in self.cells.values() if n > 0), reverse=True)
        lifted = [
            len(self.cells) * decay**n / (1 + decay) for n in ranked
        ]  #: so many empty ones would be above it
        allowed = [max(MOST_WRONG, MOST_EMPTY * place) for place in range(1, len(ranked) + 1)]
        shown = (n for n, many, few in zip(ranked, lifted, allowed, strict=True) if many <= few)
        return min(shown, default=inf)

    @property
    def counts_people_once(self) -> bool:
        """Whether all its cells add up to the number of people."""
        return self.declared.table.counts == "persons" and not self.declared.table.several

    def summed(self) -> int:
        """All cells together."""
        return sum(self.cells.values())


@dataclass(frozen=True)
class Shown:
    """What is published of a cell: in 19 of 20 the true count is within ``error``; a small one is not shown."""

    value: int
    error: int
    is_small: bool = False


def error_of(scale: float, draws: int) -> int:
    """How far a sum of so many draws of discrete Laplace noise is off at the most, in 19 of 20 cases."""
    if draws > 1:
        return ceil(SURE * sqrt(2 * draws) * scale)
    decay = exp(-1 / scale)
    return max(0, ceil(log(MOST_WRONG * (1 + decay) / 2) / log(decay)) - 1)


def people_in(tables: Sequence[Noisy]) -> tuple[float, float]:
    """How many people there are, by all tables that count each once, and the variance of that.

    The more cells a table adds up, the less it is believed. 0 and 0 where no table tells.
    """
    told = [
        (table.summed(), 2 * len(table.cells) * table.scale**2)
        for table in tables
        if table.counts_people_once
    ]
    if not told:
        return 0, 0
    weight = sum(1 / variance for _, variance in told)
    return max(0.0, sum(count / variance for count, variance in told) / weight), 1 / weight


def shared_out(wanted: Sequence[float], total: int, least: Sequence[int] = ()) -> list[int]:
    """Whole numbers, none below its ``least`` (0), that add up to the total and are nearest to what is wanted.

    The total must be no smaller than all the least together.
    """
    floors = least or [0] * len(wanted)
    if not wanted:
        return []
    low, high = min(wanted) - total - 1, max(wanted)
    for _ in range(100):
        middle = (low + high) / 2
        if sum(max(at, one - middle) for one, at in zip(wanted, floors, strict=True)) > total:
            low = middle
        else:
            high = middle
    exact = [max(at, one - high) for one, at in zip(wanted, floors, strict=True)]
    whole = [floor(one) for one in exact]
    by_rest = sorted(range(len(exact)), key=lambda place: whole[place] - exact[place])
    for place in by_rest[: max(0, total - sum(whole))]:
        whole[place] += 1
    return whole


def consistent(tables: Sequence[Noisy]) -> dict[str, dict[Codes, Shown]]:
    """By table, every cell and every total of it."""
    people, variance = people_in(tables)
    fewest = max((_fewest(table) for table in tables if table.declared.table.counts == "persons"), default=0)
    total = Shown(max(round(people), fewest), max(1, ceil(SURE * sqrt(variance))))
    return {table.declared.name: _table(table, total) for table in tables}


def _fewest(table: Noisy) -> int:
    """How many people there are at the least, by the cells that are shown: each is one draw, and a total is many."""
    shown = _large(table)
    if table.declared.table.several:
        return max((n for codes, n in shown.items() if codes != (UNKNOWN,)), default=0)
    return sum(shown.values())


def _large(table: Noisy) -> dict[Codes, int]:
    return {codes: n for codes, n in table.cells.items() if n >= table.threshold}


def _table(table: Noisy, people: Shown) -> dict[Codes, Shown]:
    if table.declared.table.several:
        return _several(table, people)
    if table.declared.table.counts != "persons":
        people = Shown(max(table.summed(), _fewest(table)), error_of(table.scale, len(table.cells)))
    return _cells(table, people.value) | _margins(table, people.value) | {(TOTAL,) * len(table.codes): people}


def _several(table: Noisy, people: Shown) -> dict[Codes, Shown]:
    """Of codes of which somebody can have several none is larger than all who have any; these and UNKNOWN are all."""
    unknown = min(max(0, table.cells[UNKNOWN,]), people.value - _fewest(table))
    error = error_of(table.scale, 1)
    cells = {codes: _shown(table, n, error) for codes, n in table.cells.items()}
    known = Shown(people.value - unknown, error + people.error)
    return cells | {(UNKNOWN,): Shown(unknown, error), (ANY,): known, (TOTAL,): people}


def _shown(table: Noisy, value: int, error: int) -> Shown:
    return Shown(value, error) if value >= table.threshold else Shown(0, error, is_small=True)


def _margins(table: Noisy, total: int) -> dict[Codes, Shown]:
    """Of each of several dimensions the totals of its codes, shared out of the whole, none below its shown cells."""
    if len(table.codes) == 1:
        return {}
    found: dict[Codes, Shown] = {}
    shown = _large(table)
    for place, codes in enumerate(table.codes):
        error = error_of(table.scale, len(table.cells) // len(codes))
        sums = [sum(n for cell, n in table.cells.items() if cell[place] == code) for code in codes]
        least = [sum(n for cell, n in shown.items() if cell[place] == code) for code in codes]
        others = [TOTAL] * (len(table.codes) - 1)
        for code, value in zip(codes, shared_out(sums, total, least), strict=True):
            found[*others[:place], code, *others[place:]] = Shown(value, error)
    return found


def _cells(table: Noisy, total: int) -> dict[Codes, Shown]:
    """Those that are not small, as noise left them; where a table in one dimension has no small ones, they add up."""
    error, shown = error_of(table.scale, 1), _large(table)
    if len(shown) == len(table.cells) and len(table.codes) == 1:
        parts = shared_out(list(shown.values()), total)
        return {codes: Shown(n, error) for codes, n in zip(shown, parts, strict=True)}
    return {codes: _shown(table, n, error) for codes, n in table.cells.items()}
