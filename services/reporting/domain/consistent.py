"""From noisy counts to a table that can be read: nothing negative, no part larger than its whole, totals that add up.

Nothing here looks at what was counted, only at what noise made of it, so nothing here weakens the promise. From the
top down: how many people there are, then each margin shared out of that, then each cell within its row and column. A
count so small that noise alone would make one such in a table is not shown by itself; what is left of a total
after the shown cells is all that is said of the small ones together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, exp, floor, log, sqrt

from services.reporting.domain.protection import TOTAL, Codes
from shared.schemas.workbook import ANY, UNKNOWN, Released

SURE = 1.96  #: standard deviations within which 19 of 20 sums of many draws lie
MOST_WRONG = 0.05  #: the share of cells whose true count may lie outside of the error that is given


@dataclass(frozen=True)
class Noisy:
    """A table as noise left it: every declared cell, also those in which nobody is. ``scale`` is that of the noise."""

    declared: Released
    codes: tuple[tuple[str, ...], ...]
    cells: Mapping[Codes, int]
    scale: float

    @property
    def threshold(self) -> float:
        """Of empty cells noise lifts about one in two tables' largest above this."""
        return self.scale * log(max(2, len(self.cells)))

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


def shared_out(wanted: Sequence[float], total: int) -> list[int]:
    """Whole numbers, none negative, that add up to the total and are as near as can be to what is wanted."""
    if not wanted:
        return []
    low, high = min(wanted) - total - 1, max(wanted)
    for _ in range(100):
        middle = (low + high) / 2
        if sum(max(0.0, one - middle) for one in wanted) > total:
            low = middle
        else:
            high = middle
    exact = [max(0.0, one - high) for one in wanted]
    whole = [floor(one) for one in exact]
    by_rest = sorted(range(len(exact)), key=lambda place: whole[place] - exact[place])
    for place in by_rest[: max(0, total - sum(whole))]:
        whole[place] += 1
    return whole


def consistent(tables: Sequence[Noisy]) -> dict[str, dict[Codes, Shown]]:
    """By table, every cell and every total of it."""
    people, variance = people_in(tables)
    total = Shown(round(people), max(1, ceil(SURE * sqrt(variance))))
    return {table.declared.name: _table(table, total) for table in tables}


def _table(table: Noisy, people: Shown) -> dict[Codes, Shown]:
    if table.declared.table.several:
        return _several(table, people)
    if table.declared.table.counts != "persons":
        people = Shown(max(0, table.summed()), error_of(table.scale, len(table.cells)))
    margins = _margins(table, people.value) if len(table.codes) > 1 else {}
    shown = _within(table, margins or {(TOTAL,): people.value})
    totals = {
        codes: Shown(value, error_of(table.scale, _cells_in(table, codes)))
        for codes, value in margins.items()
    }
    return shown | totals | {(TOTAL,) * len(table.codes): people}


def _several(table: Noisy, people: Shown) -> dict[Codes, Shown]:
    """Of codes of which somebody can have several none is larger than all who have any; these and UNKNOWN are all."""
    unknown = min(people.value, max(0, table.cells[UNKNOWN,]))
    known = people.value - unknown
    error = error_of(table.scale, 1)
    cells = {
        codes: _shown(table, min(known, max(0, count)), error)
        for codes, count in table.cells.items()
        if codes != (UNKNOWN,)
    }
    whole = {(UNKNOWN,): Shown(unknown, error), (ANY,): Shown(known, error + people.error)}
    return cells | whole | {(TOTAL,): people}


def _shown(table: Noisy, value: int, error: int) -> Shown:
    return Shown(value, error) if value >= table.threshold else Shown(0, error, is_small=True)


def _margins(table: Noisy, total: int) -> dict[Codes, int]:
    """Of each dimension the totals of its codes, shared out of the whole."""
    found: dict[Codes, int] = {}
    for place, codes in enumerate(table.codes):
        sums = [sum(n for cell, n in table.cells.items() if cell[place] == code) for code in codes]
        others = [TOTAL] * (len(table.codes) - 1)
        for code, value in zip(codes, shared_out(sums, total), strict=True):
            found[*others[:place], code, *others[place:]] = value
    return found


def _within(table: Noisy, limits: Mapping[Codes, int]) -> dict[Codes, Shown]:
    """The cells that are not small, made smaller where together they are more than a total of theirs.

    Where a table in one dimension has no small ones, its cells add up to the total.
    """
    error = error_of(table.scale, 1)
    kept = {codes: n for codes, n in table.cells.items() if n >= table.threshold}
    adds_up = len(kept) == len(table.cells) and len(table.codes) == 1
    for limit, most in limits.items():
        inside = [
            codes for codes in kept if all(at in {TOTAL, code} for at, code in zip(limit, codes, strict=True))
        ]
        if adds_up or sum(kept[codes] for codes in inside) > most:
            kept |= dict(zip(inside, shared_out([kept[codes] for codes in inside], most), strict=True))
    return {codes: _shown(table, kept.get(codes, 0), error) for codes in table.cells}


def _cells_in(table: Noisy, total: Codes) -> int:
    return sum(
        all(at in {TOTAL, code} for at, code in zip(total, codes, strict=True)) for codes in table.cells
    )
