"""``throughline report``: the tables that coordinators read, written to a file by a program or an operator."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from deploy.commands import releases
from deploy.composition import web_of
from deploy.console import err, fail
from services.reporting.domain.filters import FilterRefused, Filters
from services.reporting.domain.periods import PeriodUnknown
from services.reporting.usecases.releasing import find_release
from services.reporting.usecases.report import TableUnknown, table
from services.reporting.web import create_app
from services.reporting.web.exports import FORMS, release_csv
from services.reporting.web.pdf import NoPdfHere, TooLargeForPdf
from shared.database import Database
from shared.files import replace as write_over
from shared.files import write_new
from shared.schema_version import is_newest
from shared.schemas.codes import SERVICE_TYPES, URGENCIES
from shared.schemas.workbook import TABLES
from shared.web.languages import LANGUAGES, speaking

app = typer.Typer(help="The tables that coordinators read, and releases of them.", no_args_is_help=True)
releases.attach(app)
WHY = {
    "table_unknown": f"there is no such table: use one of {', '.join(TABLES)}",
    "period_unknown": "a period is written 2026-Q4 or 2026",
    "filter_unknown": f"there is no such code: use one of {', '.join((*URGENCIES, *SERVICE_TYPES))}",
    "filter_not_here": "this table has no such filter: one about people has none, as to cut it smaller undoes what "
    "protects them; leave the filter out",
    "region_not_told_apart": "too few organisations are at home in this region: use another, or other_regions",
    "too_large_for_pdf": "this table is too large for a document: use --format csv or xlsx",
    "no_pdf_here": "this machine lacks Pango: see docs/how-to/deploy-the-hub.md, or use --format csv or xlsx",
}  #: what is wrong, and so what to do, by the code of a refusal


@app.callback()
def _group() -> None:
    """The tables that coordinators read."""


@app.command("export")
def export(  # noqa: PLR0913 - what a report is asked by
    *,
    output: Annotated[Path, typer.Option(help="The file to write.")],
    name: Annotated[str, typer.Option("--table", help=f"One of {', '.join(TABLES)}.")] = "",
    period: Annotated[str, typer.Option(help="2026-Q4, or 2026 for its quarters together.")] = "",
    release: Annotated[int | None, typer.Option(help="Instead: the number of a release, as CSV.")] = None,
    form: Annotated[str, typer.Option("--format", help=f"One of {', '.join(FORMS)}.")] = "csv",
    region: Annotated[
        str | None, typer.Option(help="ISO 3166-2: of the organisation that was asked.")
    ] = None,
    service: Annotated[str | None, typer.Option(help="The code of a service.")] = None,
    urgency: Annotated[str | None, typer.Option(help="emergency, urgent or normal.")] = None,
    language: Annotated[str, typer.Option(help="Of a PDF: en, ru, be or uk.")] = "en",
    replace: Annotated[bool, typer.Option("--replace", help="Write over a file that is there.")] = False,
) -> None:
    """Write a table or a release to a file, as the pages give it out; with the settings of web reporting."""
    if form not in FORMS:
        fail(f"there is no format {form}: use one of {', '.join(FORMS)}")
    if language not in LANGUAGES:
        fail(f"there is no language {language}: use one of {', '.join(LANGUAGES)}")
    composition = web_of("reporting")
    if not is_newest("services.reporting", composition.database_url):
        fail("the database is not of this version: run throughline migrate reporting")
    with closing(composition.open_database()) as database:
        try:
            with speaking(create_app(database, composition.settings), language):
                if release is not None:
                    written = _of_release(database, release)
                else:
                    report = table(database, name, period, Filters(region, service, urgency))
                    written = FORMS[form].write(report)
        except (TableUnknown, PeriodUnknown, FilterRefused, TooLargeForPdf, NoPdfHere) as refused:
            fail(WHY[refused.code])
    _keep(output, written, replace=replace)
    err.print(f"Written: {output}")


def _of_release(database: Database, number: int) -> bytes:
    release = find_release(database, number)
    if release is None:
        fail(f"nothing was released as number {number}: see throughline report ledger")
    return release_csv(release)


def _keep(path: Path, written: bytes, *, replace: bool) -> None:
    try:
        (write_over if replace else write_new)(path, written)
    except FileExistsError:
        fail(f"{path} is there already: name another file, or add --replace")
    except OSError:
        fail(f"{path} cannot be written: check the path and its rights")
