"""A list of cases as CSV: what each row says, and every problem with it by its row and column, never by its value."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.intake.domain import PRIORITIES
from services.intake.usecases.checks import Wrong, checked, code, several, text
from services.intake.usecases.people import checked_person
from services.intake.usecases.refusals import Invalid
from shared.schemas.codes import SERVICE_TYPES
from shared.schemas.workbook import CONCLUSIONS, EXPLOITATION

MOST_ROWS = 5_000
LARGEST = 5_000_000  #: bytes of a file
SEVERAL = "|"  #: between the values of one cell
PERSON = (
    *("alias", "given_name", "family_name", "birth_date", "age_band", "gender", "citizenship", "languages"),
    *("phone", "address"),
)
COLUMNS = ("reference", "worker", *PERSON, "conclusion", "exploitation", "needs")
LISTS = ("languages", "exploitation", "needs")
LONGEST_REFERENCE = 100


@dataclass(frozen=True)
class RowProblem:
    """What is wrong, and where: the row as a spreadsheet numbers it (the header is 1), the column's name, and a code.

    ``column`` is ``column N`` where it has no name of ours, and empty where it is the row as a whole.
    """

    row: int
    column: str
    reason: str


@dataclass(frozen=True)
class CaseRow:
    """A row that nothing is wrong with. ``worker`` is a user name, or None for whoever imports it."""

    row: int
    reference: str
    worker: str | None
    person: dict[str, Any]
    case: dict[str, Any]
    needs: tuple[tuple[str, str], ...]


@dataclass
class CaseList:
    """What a file says: its good rows and all problems."""

    rows: list[CaseRow] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)

    def wrong(self, row: int, column: str, reason: str) -> None:
        """Something is to be put right in the file."""
        self.problems.append(RowProblem(row, column, reason))


def read_cases(said: str, workers: Collection[str], today: date) -> CaseList:
    """Read all of it, with commas, semicolons or tabs between the cells; ``workers`` are those who may be named."""
    found = CaseList()
    lines = _lines(said, found)
    header = next(lines, (1, []))[1]
    columns = _columns(header, found)
    if columns is None:
        return found
    for number, cells in lines:
        if number > MOST_ROWS + 1:
            found.wrong(number, "", "too_many_rows")
            break
        if any(cell.strip() for cell in cells):
            _read_row(number, cells, columns, found, workers, today)
    _refuse_twice(found)
    return found


def _lines(said: str, found: CaseList) -> Iterator[tuple[int, list[str]]]:
    first = said.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(said, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            yield number, cells
    except csv.Error:  # its message may quote
        found.wrong(number + 1, "", "not_csv")


def _columns(header: Sequence[str], found: CaseList) -> list[str] | None:
    """The columns' names. One that is not ours is not repeated: without a header it would be somebody's."""
    names = [cell.strip().casefold() for cell in header]
    for number, name in enumerate(names, 1):
        if name not in COLUMNS:
            found.wrong(1, f"column {number}", "unknown_column")
        elif names.count(name) > 1:
            found.wrong(1, f"column {number}", "column_twice")
    if "reference" not in names:
        found.wrong(1, "reference", "column_missing")
    return None if found.problems else names


def _read_row(  # noqa: PLR0913, PLR0917 - a row, how to read it, and where its problems go
    number: int,
    cells: Sequence[str],
    columns: Sequence[str],
    found: CaseList,
    workers: Collection[str],
    today: date,
) -> None:
    if len(cells) != len(columns):
        return found.wrong(number, "", "wrong_number_of_cells")
    given = {name: _value(name, cell) for name, cell in zip(columns, cells, strict=True) if cell.strip()}
    errors: dict[str, str] = {}
    own = _try(lambda: checked(_part(given, OWN), OWN | _worker(workers), needed=("reference",)), errors)
    case = _try(lambda: checked(_part(given, CASE), CASE), errors)
    person = _try(lambda: checked_person(_part(given, PERSON), today), errors)
    for column, reason in errors.items():
        found.wrong(number, column, reason)
    if not errors:
        needs = case.pop("needs", ())
        row = CaseRow(number, own["reference"], own.get("worker"), person, case, needs)
        found.rows.append(row)
    return None


def _value(name: str, cell: str) -> Any:
    return [part.strip() for part in cell.split(SEVERAL)] if name in LISTS else cell.strip()


def _part(given: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}


def _try(check: Callable[[], dict[str, Any]], errors: dict[str, str]) -> dict[str, Any]:
    try:
        return check()
    except Invalid as invalid:
        errors.update(invalid.errors)
        return {}


def _worker(workers: Collection[str]) -> dict[str, Callable[[Any], Any]]:
    return {"worker": code(workers)}


def _need(value: str) -> tuple[str, str]:
    """A service and how urgent it is, such as food:high."""
    service, _, priority = value.partition(":")
    if service.strip() not in SERVICE_TYPES or priority.strip() not in PRIORITIES:
        raise Wrong("unknown_code")
    return service.strip(), priority.strip()


OWN = {"reference": text(LONGEST_REFERENCE), "worker": code(())}
CASE = {
    "conclusion": code(CONCLUSIONS),
    "exploitation": several(code(EXPLOITATION)),
    "needs": several(_need),
}


def _refuse_twice(found: CaseList) -> None:
    """A reference that stands in two rows is wrong in every one of them."""
    often = {name for name, times in Counter(row.reference for row in found.rows).items() if times > 1}
    for row in found.rows:
        if row.reference in often:
            found.wrong(row.row, "reference", "reference_twice")
    found.rows = [row for row in found.rows if row.reference not in often]
    found.problems.sort(key=lambda problem: (problem.row, problem.column))
