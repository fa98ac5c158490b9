"""A report as rows for programs: first what it is and what was done to it, then its values by their codes."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from services.reporting.usecases.report import Report
from services.reporting.web.words import INTERNAL
from shared.web.csv_cells import harmless

Row: TypeAlias = tuple[object, ...]

HXL: Mapping[str, str] = {
    "service_type": "#service+type",
    "state": "#status",
    "need_state": "#status",
    "urgency": "#severity",
    "conclusion": "#affected+type",
    "gender": "#affected+gender",
    "age_band": "#affected+age",
    "citizenship": "#country+citizenship",
    "exploitation": "#cause+type",
    "activity": "#activity+type",
    "region": "#adm1+code",
    "from_region": "#adm1+code+from",
    "to_region": "#adm1+code+to",
}  #: hashtags of HXL 1.1; a dimension without one of its own is an indicator's name
CTDC: Mapping[str, str] = {
    "age_band": "ageBroad"
}  #: columns of CTDC 2024 that are called otherwise than our dimensions


def about(report: Report) -> Iterable[Row]:
    """What the report is, a name and a value in each row."""
    yield "table", report.table.name
    yield "period", str(report.period)
    yield "filters", "; ".join(f"{name}={code}" for name, code in report.filters.given.items()) or "none"
    yield "protection", protection_note(report)
    if report.table.about_people:
        yield "use", str(INTERNAL)
    if report.contributors is not None:
        yield "organisations", report.contributors
    yield "made_at", report.at.isoformat(timespec="seconds")


def header(report: Report) -> Row:
    """The names of the columns."""
    return (*report.table.dimensions, "value", "protected")


def hxl_header(report: Report) -> Iterable[Row]:
    """The names of the columns as CTDC has them, and below them their hashtags."""
    value = "#affected" if report.table.about_people else "#indicator"
    dimensions = report.table.dimensions
    yield *(CTDC.get(name, name) for name in dimensions), "value", "protected"
    yield *(HXL.get(name, "#indicator+name") for name in dimensions), f"{value}+value+num", "#meta+protected"


def values(report: Report) -> Iterable[Row]:
    """Cells, then totals; withheld values are empty and marked as protected."""
    for codes, value in (*report.cells.items(), *report.totals.items()):
        yield *codes, "" if value.shown is None else value.shown, "true" if value.protected else "false"


def without_formulas(rows: Iterable[Row]) -> Iterable[Row]:
    """No spreadsheet takes any of their texts for more than a text."""
    return (tuple(harmless(cell) for cell in row) for row in rows)


def protection_note(report: Report) -> str:
    """What was done to protect people, for programs and spreadsheets."""
    if not report.table.about_people:
        return "none: not about people"
    done = f"{report.withheld} withheld, {report.rounded} rounded to 5"
    return f"counts of 1 to 4 and what would reveal them: {done}"
