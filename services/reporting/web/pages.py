"""The coordinator's pages: where the network stands now, and a report with its charts."""

from flask import Flask, Response, render_template, request

from services.reporting.usecases import report as reports
from services.reporting.web import words
from services.reporting.web.api import csv_answer
from services.reporting.web.sections import sections_of
from shared.database import Database

FIRST_TABLE = "referrals"


def install(app: Flask, database: Database) -> None:
    """Add the pages to the application."""

    @app.get("/")
    def report() -> str:
        periods = [str(period) for period in reports.periods(database)]
        wanted = request.args.get("table", FIRST_TABLE), request.args.get("period", periods[0])
        found = reports.table(database, *wanted)
        return render_template(
            "report.html",
            report=found,
            sections=sections_of(found),
            periods=sorted({*periods, str(found.period)}, reverse=True),
            standing=reports.overview(database),
            words=words,
        )

    @app.get("/tables/<name>.csv")
    def report_csv(name: str) -> Response:
        return csv_answer(reports.table(database, name, request.args.get("period", "")))
