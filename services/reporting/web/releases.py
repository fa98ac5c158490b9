"""The page of releases: what was released, what it cost, what waits, and who has sent counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Flask, Response, abort, render_template
from flask_babel import format_decimal
from flask_babel import lazy_gettext as _l

from services.reporting.domain.consistent import Shown
from services.reporting.domain.protection import TOTAL, Codes
from services.reporting.storage.ledger import Release
from services.reporting.usecases import deciding, releasing, rosters
from services.reporting.web import words
from services.reporting.web.api import download
from services.reporting.web.exports import CSV, name_of_release, release_csv
from services.reporting.web.rows import place
from services.reporting.web.words import DIMENSIONS, called
from shared.database import Database
from shared.schemas.workbook import RELEASED, percentages

THOUSAND = 1_000
TITLES = {
    "persons_by_conclusion": _l("Persons by conclusion"),
    "persons_by_gender_and_age": _l("Persons by gender and age"),
    "persons_by_citizenship": _l("Persons by citizenship"),
    "persons_by_exploitation_type": _l("Persons by type of exploitation"),
    "persons_by_means": _l("Persons by means of control"),
    "persons_by_sector": _l("Persons by sector of exploitation"),
    "persons_by_recruiter": _l("Persons by recruiter"),
    "persons_by_case_state": _l("Persons assisted, by the state of the case"),
    "needs_met_and_unmet": _l("Needs met and not met"),
}


@dataclass(frozen=True)
class Line:
    """A row of a released table: its codes in words, the count, its error, and its percentage where it has one."""

    words: Sequence[str]
    count: str
    error: str
    percent: str = ""


@dataclass(frozen=True)
class Printed:
    """A released table; ``small`` is how many of its counts are too small to be shown."""

    title: str
    dimensions: Sequence[str]
    lines: Sequence[Line]
    small: int

    @property
    def has_percentages(self) -> bool:
        """Whether it counts people who can have several of its codes."""
        return any(line.percent for line in self.lines)


def install(app: Flask, database: Database) -> None:
    """Add the page and its files to the application."""

    @app.get("/releases/<int:number>.csv")
    def release_file(number: int) -> Response:
        release = releasing.find_release(database, number) or abort(404)
        return download(release_csv(release), name_of_release(release), CSV)

    @app.get("/releases")
    def releases() -> str:
        made = [(release, _printed(release)) for release in releasing.releases(database)]
        return render_template(
            "releases.html",
            releases=made,
            ledger=releasing.ledger_of(database),
            rules=deciding.rules_in_force(database),
            waiting=deciding.open_proposals(database),
            contributions=releasing.contributions(database),
            rosters=rosters.all_rosters(database),
            epsilon=_epsilon,
            words=words,
        )


def _epsilon(thousandths: int) -> str:
    return str(format_decimal(thousandths / THOUSAND))


def _printed(release: Release) -> list[Printed]:
    return [_table(name, cells) for name, cells in release.tables.items()]


def _table(name: str, cells: Mapping[Codes, Shown]) -> Printed:
    released = RELEASED[name]
    several = released.table.several
    counts = {codes[0]: one.value for codes, one in cells.items() if not one.is_small} if several else {}
    percents = percentages({code: n for code, n in counts.items() if code != TOTAL})
    shown = {codes: one for codes, one in cells.items() if not one.is_small}
    lines = [
        Line(
            [called(kind, code) for kind, code in zip(released.dimensions, codes, strict=True)],
            str(format_decimal(one.value)),
            str(format_decimal(one.error)),
            str(format_decimal(percents[codes[0]])) if several and codes[0] in percents else "",
        )
        for codes, one in sorted(shown.items(), key=lambda item: place(released.dimensions, item[0]))
    ]
    titles = [str(DIMENSIONS[dimension]) for dimension in released.dimensions]
    return Printed(str(TITLES[name]), titles, lines, len(cells) - len(shown))
