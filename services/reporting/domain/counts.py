"""The codes that counts may have, in the order in which they are shown."""

from collections import Counter
from collections.abc import Collection, Iterable

from services.reporting.domain.coverage import COVERAGE
from services.reporting.domain.regions import OTHER
from services.reporting.domain.response import MEASURES
from shared.schemas import codes, life, workbook
from shared.schemas.cells import CONTRIBUTED_LISTS, LARGEST_COUNT

Cell = tuple[str, tuple[str, ...], int]  #: table, codes in the order of its dimensions, count

LISTS: dict[str, tuple[str, ...]] = {
    **CONTRIBUTED_LISTS,
    "urgency": codes.URGENCIES,
    "state": tuple(life.State),
    "measure": MEASURES,
    "coverage": COVERAGE,
}  #: per dimension; citizenship is any country, unknown last; regions likewise
CONTRIBUTED = {table.name: table for table in (*workbook.CONTRIBUTED, workbook.OF_ACTIVITIES)}


class CountsWrong(Exception):
    """Counts that cannot be added to the others: they are kept for a person, never bent to fit."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def checked(cells: Iterable[Cell], *, countries: Collection[str]) -> list[Cell]:
    """The cells with the published codes.

    Raises CountsWrong on an unknown table or code, a cell twice, a count that is too large, and where two tables
    disagree on how many people there are of a conclusion, or more have a code than have any.
    """
    cells = list(cells)
    if len({(table, codes_) for table, codes_, _count in cells}) < len(cells):
        raise CountsWrong("cell_twice")
    added: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for table, found, count in cells:
        if count > LARGEST_COUNT:
            raise CountsWrong("count_too_large")
        added[table, _published(table, found, countries)] += count
    found_cells = [(table, found, count) for (table, found), count in added.items() if count]
    _check_that_tables_agree(found_cells)
    return found_cells


def _check_that_tables_agree(cells: Iterable[Cell]) -> None:
    people: dict[str, Counter[str]] = {}
    for table, (first, *_, last), count in (cell for cell in cells if cell[0].startswith("persons_")):
        of_table = people.setdefault(table, Counter())
        if not CONTRIBUTED[table].several or last in {workbook.ANY, workbook.UNKNOWN}:
            of_table[first] += count
    people.pop("persons_by_exploitation", None)  # of workbook 1, in which somebody can be several times
    if any(one != other for one in people.values() for other in people.values()):
        raise CountsWrong("tables_disagree")
    known = {(table, codes_[0]): n for table, codes_, n in cells if codes_[-1] == workbook.ANY}
    for table, codes_, count in cells:
        counts_some = CONTRIBUTED[table].several and codes_[-1] != workbook.UNKNOWN
        if counts_some and count > known.get((table, codes_[0]), 0):
            raise CountsWrong("more_than_any")


def _published(table: str, found: tuple[str, ...], countries: Collection[str]) -> tuple[str, ...]:
    dimensions = CONTRIBUTED[table].dimensions if table in CONTRIBUTED else ()
    if len(found) != len(dimensions) or not dimensions:
        raise CountsWrong("unknown_table")
    published = tuple(codes.published_age_band(code) for code in found)
    for dimension, code in zip(dimensions, published, strict=True):
        if code not in LISTS.get(dimension, countries) and code != workbook.UNKNOWN:
            raise CountsWrong("unknown_code")
    return published


def in_order(dimension: str, found: Collection[str]) -> tuple[str, ...]:
    """The codes that occur, in the order of their list; countries by their code."""
    listed = LISTS.get(dimension)
    places = {code: place for place, code in enumerate(listed or ())}
    return tuple(
        sorted(set(found), key=lambda code: (code in {workbook.UNKNOWN, OTHER}, places.get(code, 0), code))
    )
