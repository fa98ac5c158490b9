"""Protection of counts of people: which counts of a table are withheld, so that nobody is found in it.

What it does. Counts are of all organisations together. A count of 1 to 4 is withheld: it could point at a
person. That alone does not help when the others in its row and the row's total are shown, so further counts
are withheld until in every row and column the withheld ones add up to more than 4, and none of them can be
computed by any combination of rows, columns and totals of the table, each taken as exact: the audit solves
the table's whole system of equations. A total with anything withheld in it is shown rounded to the nearest 5.
A year withholds whatever one of its quarters withholds, so that it cannot be used to compute a quarter's.

What it does not promise. It hides exact small counts, not their range: bounds follow from the rounded totals.
Tables of people that share totals are looked at together; needs are not linked to people. Whoever knows most of the
people in a table, or reads it before and after an organisation sent new counts, can learn more. A zero is shown as a
zero. It is not differential privacy, and no privacy budget is spent by it; tables protected by noise have a
release procedure of their own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from shared.schemas.workbook import ANY, UNKNOWN

Codes = tuple[str, ...]
Counts = Mapping[Codes, int]
Line = tuple[Codes, ...]

TOTAL = "total"  #: in the place of a code: all of that dimension together
LARGEST_WITHHELD = 4  #: counts from 1 to this are withheld
STEP = 5  #: totals are rounded to a multiple of this
_FIELD = 2**61 - 1  #: a prime; equations are solved modulo it, exactly and fast


def with_totals(
    counts: Counts, dimensions: Sequence[Sequence[str]], *, several: bool = False
) -> dict[Codes, int]:
    """The whole table: every combination of the codes, and every total over one or more dimensions.

    Where somebody can have ``several`` codes of the last dimension, those who have ANY and those of UNKNOWN are all.
    """
    cells = {codes: counts.get(codes, 0) for codes in product(*dimensions)}
    for place in range(len(dimensions)):
        sums: dict[Codes, int] = {}
        is_last = several and place == len(dimensions) - 1
        for codes, count in cells.items():
            if is_last and codes[place] not in {ANY, UNKNOWN}:
                continue
            over = (*codes[:place], TOTAL, *codes[place + 1 :])
            sums[over] = sums.get(over, 0) + count
        cells |= sums
    return cells


@dataclass(frozen=True)
class Grid:
    """One quarter's table: its counts, the codes of each dimension, and the names of these."""

    counts: frozenset[tuple[Codes, int]]
    codes: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]
    several: bool = False

    @classmethod
    def of(
        cls,
        counts: Counts,
        codes: Sequence[Sequence[str]],
        names: Sequence[str] = (),
        *,
        several: bool = False,
    ) -> "Grid":
        """Without names the dimensions are those of no other table."""
        known = tuple(names) or tuple(f"dimension {place}" for place in range(len(codes)))
        return cls(frozenset(counts.items()), tuple(map(tuple, codes)), known, several)

    def cells(self) -> dict[Codes, int]:
        """With its totals."""
        return with_totals(dict(self.counts), self.codes, several=self.several)

    def placed(self, codes: Codes, among: Sequence[str]) -> Codes:
        """The cell as one of a table with all these dimensions: a total over those that this table has not."""
        known = dict(zip(self.names, codes, strict=True))
        return tuple(known.get(name, TOTAL) for name in among)

    def lines(self) -> Iterator[Line]:
        """The cells that add up to the last of each: along each dimension to its total.

        Of several codes at most all together are those who have ANY: taken as if exactly, which hides rather more.
        """
        whole = [(*codes, TOTAL) for codes in self.codes]
        for place, along in enumerate(whole):
            parts = [along]
            if self.several and place == len(whole) - 1:
                types = tuple(code for code in along if code not in {ANY, UNKNOWN, TOTAL})
                parts = [(*types, ANY), tuple(code for code in along if code in {ANY, UNKNOWN, TOTAL})]
            for fixed in product(*whole[:place], *whole[place + 1 :]):
                for part in parts if ANY in along else [along]:
                    yield tuple((*fixed[:place], code, *fixed[place:]) for code in part)


def withheld(counts: Counts, dimensions: Sequence[Sequence[str]]) -> frozenset[Codes]:
    """The cells and totals of one quarter's table that are not shown."""
    return withheld_together([Grid.of(counts, dimensions)])


def withheld_together(grids: Sequence[Grid]) -> frozenset[Codes]:
    """Of the first of these tables what is not shown; the others are given out, too, and share totals with it.

    A total that stands in several tables is one cell for the audit, so none can be computed from another's.
    """
    shared = tuple(dict.fromkeys(name for grid in grids for name in grid.names))
    hidden = _withheld(tuple(grids), shared)
    first = grids[0]
    return frozenset(codes for codes in first.cells() if first.placed(codes, shared) in hidden)


def rounded(cells: Iterable[Codes]) -> frozenset[Codes]:
    """The totals that hold any of these cells: they are shown rounded."""
    return frozenset(
        over for codes in cells for over in product(*((code, TOTAL) for code in codes)) if TOTAL in over
    )


def round_total(count: int) -> int:
    """The nearest multiple of 5."""
    return STEP * ((count + STEP // 2) // STEP)


@lru_cache(maxsize=256)
def _withheld(grids: tuple[Grid, ...], shared: tuple[str, ...]) -> frozenset[Codes]:
    cells = {grid.placed(codes, shared): n for grid in grids for codes, n in grid.cells().items()}
    table = _Lines(
        tuple(grid.placed(codes, shared) for codes in line) for grid in grids for line in grid.lines()
    )
    hidden = {codes for codes, count in cells.items() if 1 <= count <= LARGEST_WITHHELD}
    while gap := table.gap(hidden, cells):
        hidden.add(table.cheapest(gap, hidden, cells))
    return frozenset(hidden)


class _Lines:
    """The equations of the tables, each once: the cells of a line add up to its last."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.lines = list(dict.fromkeys(lines))
        self.through: dict[Codes, list[Line]] = {}
        for line in self.lines:
            for codes in line:
                self.through.setdefault(codes, []).append(line)

    def gap(self, hidden: set[Codes], cells: Counts) -> set[Codes]:
        """The cells of which one must be hidden next, as a line gives something away; none at the end."""
        weak = (line for line in self.lines if _is_weak(line, hidden, cells))
        if line := next(weak, None):
            return set(line) - hidden or cells.keys() - hidden
        if computable := self._computable(hidden):
            near = {codes for line in self.through[min(computable)] for codes in line}
            return near - hidden or cells.keys() - hidden
        return set()

    def _computable(self, hidden: set[Codes]) -> set[Codes]:
        solved = _Equations()
        for line in self.lines:
            solved.add({codes: _FIELD - 1 if codes is line[-1] else 1 for codes in line if codes in hidden})
        return solved.determined()

    def cheapest(self, candidates: set[Codes], hidden: set[Codes], cells: Counts) -> Codes:
        """The one whose hiding costs the reader least."""
        return min(candidates, key=lambda codes: self._cost(codes, hidden, cells))

    def _cost(self, codes: Codes, hidden: set[Codes], cells: Counts) -> tuple[object, ...]:
        """A zero hides nothing, a total is dear; best is a cell whose other lines hide something."""
        opened = sum(hidden.isdisjoint(line) for line in self.through[codes])
        return cells[codes] == 0, codes.count(TOTAL), opened, cells[codes], codes


def _is_weak(line: Line, hidden: set[Codes], cells: Counts) -> bool:
    """One hidden cell alone, or some that add up to so little that a total would tell them."""
    found = [codes for codes in line if codes in hidden]
    together = sum(cells[codes] for codes in found)
    return len(found) == 1 or (bool(found) and line[-1] not in hidden and together <= LARGEST_WITHHELD)


class _Equations:
    """Linear equations, kept in reduced row echelon form by their leading cell."""

    def __init__(self) -> None:
        self._rows: dict[Codes, dict[Codes, int]] = {}

    def add(self, row: dict[Codes, int]) -> None:
        """One more equation: the sum of these cells, each times its factor, is known."""
        for lead in [codes for codes in row if codes in self._rows]:
            _subtract(row, self._rows[lead], row[lead])
        if not row:
            return
        lead, factor = next(iter(row.items()))
        inverse = pow(factor, -1, _FIELD)
        row = {codes: value * inverse % _FIELD for codes, value in row.items()}
        for other in self._rows.values():
            if lead in other:
                _subtract(other, row, other[lead])
        self._rows[lead] = row

    def determined(self) -> set[Codes]:
        """The cells that have one solution only."""
        return {lead for lead, row in self._rows.items() if len(row) == 1}


def _subtract(row: dict[Codes, int], other: Mapping[Codes, int], times: int) -> None:
    for codes, value in other.items():
        left = (row.get(codes, 0) - times * value) % _FIELD
        if left:
            row[codes] = left
        else:
            row.pop(codes, None)
