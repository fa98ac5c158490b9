"""A report, or a release, as rows for programs: what it is and what was done to it, then its values by their codes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from services.reporting.domain.counts import LISTS
from services.reporting.domain.noise import THOUSANDTHS
from services.reporting.domain.protection import TOTAL, Codes
from services.reporting.storage.ledger import Release
from services.reporting.usecases.report import Report
from services.reporting.web.words import INTERNAL, PUBLIC
from shared.schemas.workbook import ANY, RELEASED, UNKNOWN
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


def about_release(release: Release) -> Iterable[Row]:
    """What the release is, a name and a value in each row; ``epsilon`` is what it spent."""
    charge = release.charge
    yield "release", charge.proposal
    yield "period", charge.period
    yield "use", str(PUBLIC)
    yield "released_at", charge.finished_at.isoformat(timespec="seconds") if charge.finished_at else ""
    yield "organisations", charge.organisations
    yield "workbook", charge.workbook
    yield "epsilon", charge.epsilon / THOUSANDTHS


def release_values(release: Release) -> Iterable[Row]:
    """The names of the columns, then every cell of every table; one that is small has no value."""
    columns = tuple(dict.fromkeys(kind for name in release.tables for kind in RELEASED[name].dimensions))
    yield "table", *columns, "value", "error", "small"
    for name, cells in release.tables.items():
        kinds = RELEASED[name].dimensions
        for codes, one in sorted(cells.items(), key=lambda item: place(kinds, item[0])):
            own = dict(zip(kinds, codes, strict=True))
            found = ("", "", "true") if one.is_small else (one.value, one.error, "false")
            yield name, *(own.get(kind, "") for kind in columns), *found


def place(dimensions: Sequence[str], codes: Codes) -> list[tuple[int, int, str]]:
    """Codes in the order of their lists, those who have any of several after them, and totals last."""
    return [_rank(kind, code) for kind, code in zip(dimensions, codes, strict=True)]


def _rank(dimension: str, code: str) -> tuple[int, int, str]:
    listed = LISTS.get(dimension, ())
    after = 2 if code == TOTAL else int(code in {ANY, UNKNOWN})
    return after, listed.index(code) if code in listed else len(listed), code


def without_formulas(rows: Iterable[Row]) -> Iterable[Row]:
    """No spreadsheet takes any of their texts for more than a text."""
    return (tuple(harmless(cell) for cell in row) for row in rows)


def protection_note(report: Report) -> str:
    """What was done to protect people, for programs and spreadsheets."""
    if not report.table.about_people:
        return "none: not about people"
    done = f"{report.withheld} withheld, {report.rounded} rounded to 5"
    return f"counts of 1 to 4 and what would reveal them: {done}"
