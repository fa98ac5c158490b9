"""Puts the reporting web process together: who may sign in, what an error is called, pages and API."""

from typing import Any

import structlog
from flask import Flask
from flask_babel import lazy_gettext as _l
from sqlalchemy import text

from services.reporting.domain.filters import FilterRefused
from services.reporting.domain.periods import PeriodUnknown
from services.reporting.settings import ReportingWebSettings
from services.reporting.storage import tables
from services.reporting.usecases import staff
from services.reporting.usecases.report import TableUnknown
from services.reporting.web.api import install as install_api
from services.reporting.web.pages import install as install_pages
from services.reporting.web.pdf import NoPdfHere, TooLargeForPdf
from services.reporting.web.releases import install as install_releases
from shared.database import Database
from shared.passwords import HASHER, Hasher
from shared.web import Access, Person, Problem, SignInRefused, WebSettings, access_to, make_app

log = structlog.get_logger()

TIMEZONE = "Europe/Minsk"  #: in which pages show moments
CHOOSE = {
    "table_unknown": _l("There is no such table. Choose one on the page of reports."),
    "period_unknown": _l("A period is written 2026-Q4 or 2026. Choose one on the page of reports."),
    "filter_unknown": _l("There is no such filter. Choose the filters anew on the page of reports."),
    "filter_not_here": _l(
        "This table cannot be filtered that way: to cut a table about people smaller would undo their protection. "
        "Leave the filter out."
    ),
    "region_not_told_apart": _l(
        "Too few organisations are at home in this region: its figures would be those of one of them. "
        "Choose another region, or the other regions together."
    ),
    "too_large_for_pdf": _l("This table is too large for a document. Download it as CSV or XLSX."),
    "no_pdf_here": _l("This hub cannot make PDF files yet. Tell its operator; the other files can be had."),
}  #: what to do, by the code of a refusal
ERRORS = {
    TableUnknown: lambda error: _problem(404, error.code),
    PeriodUnknown: lambda error: _problem(422, error.code, fields={"period": error.code}),
    FilterRefused: lambda error: _problem(400, error.code),
    TooLargeForPdf: lambda error: _problem(413, error.code),
    NoPdfHere: lambda error: _problem(503, error.code),
}


def _problem(status: int, code: str, **more: Any) -> Problem:
    return Problem(status, code, advice=CHOOSE[code], **more)


def create_app(database: Database, settings: ReportingWebSettings, *, hasher: Hasher = HASHER) -> Flask:
    """The coordinators' web application, on the same database as the worker."""
    app = make_app(
        "services.reporting.web",
        settings=WebSettings(
            name="reporting",
            title=_l("Reports"),
            secret_key=settings.secret_key,
            secure=settings.public_url.startswith("https://"),
            timezone=TIMEZONE,
            requests_a_minute=settings.requests_a_minute,
        ),
        access=_access(database, settings, hasher),
        errors=ERRORS,
        checks={"database": lambda: _ask(database)},
    )
    install_pages(app, database)
    install_releases(app, database)
    install_api(app, database)
    return app


def _access(database: Database, settings: ReportingWebSettings, hasher: Hasher) -> Access:
    def check_password(username: str, password: str) -> str:
        try:
            return staff.sign_in(database, username, password, hasher=hasher).username
        except staff.SignInRefused as refused:
            _note("sign_in_refused", username)
            raise SignInRefused(wait=refused.wait) from None

    def person(username: str) -> Person | None:
        member = staff.find_staff(database, username)
        if member is None:
            return None
        return Person(username, member.display_name, member, member.language, role=_l("coordinator"))

    return access_to(
        staff.accounts(database),
        settings,
        hasher,
        attempts=tables.sign_ins,
        check_password=check_password,
        person=person,
        holder_of_token=lambda token: staff.holder_of_token(database, token),
        note=_note,
        stopped=lambda actor: _note("braked", actor.username),
    )


def _note(what: str, _username: str) -> None:
    """The hub keeps no audit of its pages. Its log says that somebody came in, or could not, and not who."""
    log.info("account.noted", code=what)


def _ask(database: Database) -> None:
    with database.reading() as tx:
        tx.execute(text("SELECT 1"))
