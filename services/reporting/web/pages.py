"""The coordinator's pages: where the network stands, and a report with its filters, its charts and its files."""

from collections.abc import Iterable

from flask import Flask, Response, abort, render_template, request

from services.reporting.domain.filters import Filters, filters_of
from services.reporting.usecases import overview as now
from services.reporting.usecases import report as reports
from services.reporting.web import words
from services.reporting.web.api import file_answer
from services.reporting.web.exports import FORMS
from services.reporting.web.sections import sections_of
from shared.database import Database
from shared.schemas.codes import SERVICE_TYPES, URGENCIES
from shared.schemas.workbook import TABLES
from shared.web.identity import costly

FIRST_TABLE = "referrals"


def install(app: Flask, database: Database) -> None:
    """Add the pages to the application."""

    @app.get("/")
    def overview() -> str:
        return render_template("overview.html", overview=now.overview(database), words=words)

    @app.get("/report")
    @costly
    def report() -> str:
        periods = [str(period) for period in reports.periods(database)]
        name, period = request.args.get("table", FIRST_TABLE), request.args.get("period", periods[0])
        found = reports.table(database, name, period, _filters(name))
        return render_template(
            "report.html",
            report=found,
            sections=sections_of(found),
            periods=sorted({*periods, str(found.period)}, reverse=True),
            choices=_choices(database, found),
            forms=FORMS,
            words=words,
        )

    @app.get("/tables/<name>.<form>")
    @costly
    def report_file(name: str, form: str) -> Response:
        if form not in FORMS:
            abort(404)
        filters = Filters(**_given(Filters.__dataclass_fields__))
        return file_answer(reports.table(database, name, request.args.get("period", ""), filters), form)


def _filters(name: str) -> Filters:
    """Those of the address that the table has: who changes the table on the page keeps the others as they were."""
    return Filters(**_given(filters_of(TABLES[name]) if name in TABLES else ()))


def _given(names: Iterable[str]) -> dict[str, str]:
    return {name: code for name in names if (code := request.args.get(name))}


def _choices(database: Database, report: reports.Report) -> dict[str, list[str]]:
    """The codes that each filter of the table may have."""
    every = {"region": reports.regions(database), "service_type": [*SERVICE_TYPES], "urgency": [*URGENCIES]}
    return {name: every[name] for name in filters_of(report.table)}
