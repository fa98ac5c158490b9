"""``throughline directory``: what the hub lists of organisations and services."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.composition import database_of
from deploy.console import err, fail, out, show, show_json
from services.referral.directory_storage import listed
from services.referral.hsds import Problem
from services.referral.usecases.directory import Imported, import_directory

app = typer.Typer(help="Organisations and services of the network.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="HSDS 3.0: a JSON file, or a folder or .zip of the CSV package.")
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Take organisations and services from HSDS 3.0: all of the file, or nothing of it."""
    if not file.exists():
        fail(f"{file}: there is no such file or folder")
    imported = import_directory(database_of("referral"), file)
    if as_json:
        show_json(_summary(imported))
    else:
        _tell(imported)
    if not imported.reading.ok:
        raise typer.Exit(1)


def _summary(imported: Imported) -> dict[str, object]:
    return {
        "organisations": imported.organisations,
        "services": imported.services,
        "problems": [_row(problem) for problem in imported.reading.problems],
    }


def _row(problem: Problem) -> dict[str, object]:
    return {
        "weight": "error" if problem.fatal else "note",
        "file": problem.file,
        "record": problem.record,
        "field": problem.field,
        "reason": problem.reason,
    }


def _tell(imported: Imported) -> None:
    if imported.reading.problems:
        show([_row(p) for p in imported.reading.problems], title="What was found", as_json=False)
    if imported.reading.ok:
        out.print(f"Imported {imported.organisations} organisations and {imported.services} services.")
        if left_out := len(imported.reading.services) - imported.services:
            out.print(
                f"{left_out} services name no service type of the network and cannot be offered: see the notes."
            )
    else:
        err.print("Nothing was imported: mend the records marked error and run the command again.")


@app.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """The directory as it stands at the hub."""
    with database_of("referral").transaction() as tx:
        rows = [
            {"org": o.org, "name": o.name, "node": o.public_key is not None, "services": len(o.services)}
            for o in listed(tx)
        ]
    show(rows, title="Directory", as_json=as_json)
