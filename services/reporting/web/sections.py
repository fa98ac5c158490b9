"""From a report to what stands on the page: tables of rows and columns, each with its chart."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from services.reporting.domain.protection import TOTAL, Codes
from services.reporting.usecases.report import Report, Value
from services.reporting.web import charts
from services.reporting.web.charts import Chart, Figure
from services.reporting.web.words import DIMENSIONS, called, measured_against, shown

CHARTED, STANDARD = "median_hours_to_decision", "standard_hours_to_decision"

Find = Callable[[str, str], Value | None]  #: row's code, column's code → value


@dataclass(frozen=True)
class Row:
    """One row: its name and its values, the last of them the total if the table has one."""

    name: str
    values: Sequence[str]
    is_total: bool = False


@dataclass(frozen=True)
class Section:
    """One table with its chart. ``title`` is the code of the first of three dimensions."""

    title: str
    corner: str
    columns: Sequence[str]
    rows: Sequence[Row]
    chart: Chart


@dataclass(frozen=True)
class Grid:
    """Two dimensions of a report, one down the page and one across, and what stands where they meet."""

    down: str
    across: str
    rows: Sequence[str]
    columns: Sequence[str]
    find: Find

    def upright(self) -> "Grid":
        """With more rows than columns: down the page there is room."""
        return self if len(self.rows) >= len(self.columns) else self.turned()

    def turned(self) -> "Grid":
        """What was down the page is across."""
        return Grid(
            self.across, self.down, self.columns, self.rows, lambda row, column: self.find(column, row)
        )


def sections_of(report: Report) -> list[Section]:
    """One section, or one for each code of the first of three dimensions; none when nothing was counted.

    One dimension has its totals alone beside it.
    """
    if not all(report.codes):
        return []
    values = {**report.cells, **report.totals}
    if len(report.codes) == 1:
        [down], [rows] = report.table.dimensions, report.codes
        return [_section(Grid(down, "", rows, (), lambda row, _all: values.get((row,))))]
    *first, down, across = report.table.dimensions
    *firsts, rows, columns = report.codes
    if not first:
        return [_section(Grid(down, across, rows, columns, _found(values)))]
    return [
        _section(Grid(down, across, rows, columns, _found(values, code)), called(first[0], code))
        for code in firsts[0]
    ]


def _found(values: Mapping[Codes, Value], *first: str) -> Find:
    return lambda row, column: values.get((*first, row, column))


def _section(given: Grid, title: str = "") -> Section:
    grid = given if given.across == "to_region" else given.upright()
    columns = _with_total(grid.across, grid.columns)
    return Section(
        title=title,
        corner=str(DIMENSIONS[grid.down]),
        columns=[called(grid.across, code) for code in columns],
        rows=[_row(grid, code, columns) for code in _with_total(grid.down, grid.rows)],
        chart=_chart(grid, title),
    )


def _with_total(dimension: str, codes: Sequence[str]) -> Sequence[str]:
    """Measures cannot be added up."""
    return codes if dimension == "measure" else (*codes, TOTAL)


def _row(grid: Grid, code: str, columns: Sequence[str]) -> Row:
    values = [shown(grid.find(code, column)) for column in columns]
    return Row(called(grid.down, code), values, is_total=code == TOTAL)


def _chart(grid: Grid, title: str) -> Chart:
    """Regions lie as on a map; two of them make a matrix; of measures, the one that the deadlines are about."""
    if "region" in (grid.down, grid.across):
        upright = grid if grid.down == "region" else grid.turned()
        return charts.tiles(title, _totals(upright))
    if grid.across == "to_region":
        pairs = {
            (called(grid.down, row), called(grid.across, column)): grid.find(row, column)
            for row in grid.rows
            for column in grid.columns
        }
        figures = {pair: Figure("", " → ".join(pair), value) for pair, value in pairs.items()}
        return charts.matrix(f"{DIMENSIONS[grid.down]} → {DIMENSIONS[grid.across]}", figures)
    if grid.down == "measure":
        return charts.bars(measured_against(CHARTED), [_measured(grid, code) for code in grid.columns])
    what = str(DIMENSIONS[grid.down])
    return charts.bars(f"{title}: {what}" if title else what, _totals(grid))


def _measured(grid: Grid, code: str) -> Figure:
    standard = grid.find(STANDARD, code)
    return Figure(
        code, called(grid.across, code), grid.find(CHARTED, code), standard.shown if standard else None
    )


def _totals(grid: Grid) -> list[Figure]:
    return [Figure(code, called(grid.down, code), grid.find(code, TOTAL)) for code in grid.rows]
