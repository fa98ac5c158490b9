"""A report as CSV: first what it is and what was done to it, then its values."""

import csv
import io
from collections.abc import Iterable

from services.reporting.usecases.report import Report, Value
from shared.web.csv_cells import harmless


def csv_of(report: Report) -> str:
    """The whole report, codes as published; withheld values are empty and marked as protected."""
    written = io.StringIO()
    csv.writer(written).writerows([harmless(cell) for cell in row] for row in _rows(report))
    return written.getvalue()


def _rows(report: Report) -> Iterable[tuple[object, ...]]:
    yield "table", report.table.name
    yield "period", str(report.period)
    yield "protection", protection_note(report)
    if report.contributors is not None:
        yield "organisations", report.contributors
    yield "made_at", report.at.isoformat(timespec="seconds")
    yield ()
    yield (*report.table.dimensions, "value", "protected")
    for codes, value in (*report.cells.items(), *report.totals.items()):
        yield (*codes, *_value(value))


def _value(value: Value) -> tuple[object, str]:
    return "" if value.shown is None else value.shown, "true" if value.protected else "false"


def protection_note(report: Report) -> str:
    """What was done to protect people, for programs and spreadsheets."""
    if not report.table.about_people:
        return "none: not about people"
    done = f"{report.withheld} withheld, {report.rounded} rounded to 5"
    return f"counts of 1 to 4 and what would reveal them: {done}"
