"""``throughline case``: bring existing cases in, and erase what is known of a case, for good."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from deploy.commands.documents import As, actor_named, text_in
from deploy.composition import database_of
from deploy.console import CHECKS_FAILED, err, fail, out, show_json, show_table
from services.intake.interchange.case_file import COLUMNS, LARGEST, MOST_ROWS
from services.intake.interchange.case_import import import_cases
from services.intake.usecases.erasing import Erasure, erase_case, what_would_go
from services.intake.usecases.refusals import Conflict, NotFound

app = typer.Typer(help="Cases of a node.", no_args_is_help=True)
WHY = {
    "open": "the case is open: close it first, on the person's page",
    "legal_hold": "a legal hold is on the case: two people can lift it, on the person's page",
    "erased": "the case was erased before",
}  #: what is in the way, and so what to do

REMEDIES = {
    "needed": "fill this in",
    "unknown_column": f"the first row names the columns: call it one of {', '.join(COLUMNS)}, or delete it",
    "column_twice": "delete one of the two columns of this name",
    "column_missing": "add a column reference with your own name for each case, so that none comes in twice",
    "wrong_number_of_cells": "give the row as many cells as the first row has",
    "not_csv": "close the quotation mark that stands open, and save the file as CSV",
    "too_many_rows": f"divide the file: it may have {MOST_ROWS} rows besides the first",
    "reference_twice": "give each row a reference of its own",
    "name_needed": "give an alias or a name: one of alias, given_name and family_name",
    "in_the_future": "this date is in the future: correct it",
    "too_long_ago": "this date is too long ago: check the year",
    "not_a_date": "write the date as 2026-03-31",
    "unknown_code": "write one of the codes in docs/reference/interchange.md",
    "too_long": "shorten it",
    "too_many": "give fewer",
    "not_text": "type it anew",
}  #: what to do about a problem, by its code


@app.callback()
def _group() -> None:
    """Cases of a node."""


@app.command("import")
def take(
    file: Annotated[Path, typer.Argument(help="A CSV file; its first row names the columns.")],
    *,
    as_: As,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what is wrong, and change nothing.")
    ] = False,
    good_rows_only: Annotated[
        bool, typer.Option("--good-rows-only", help="Take in what nothing is wrong with, and leave the rest.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Bring existing cases in, each once. With a problem anywhere nothing is taken in; exits with 2 then."""
    database = database_of("intake")
    by, said = actor_named(database, as_), text_in(file, largest=LARGEST)
    try:
        done = import_cases(database, said, by, dry_run=dry_run, good_rows_only=good_rows_only)
    except Conflict:
        fail("somebody else brings the same cases in at this moment: run it again")
    problems = [asdict(each) | {"to_do": REMEDIES.get(each.reason, each.reason)} for each in done.problems]
    if as_json:
        show_json({"added": done.added, "known": done.known, "dry_run": dry_run, "problems": problems})
    else:
        if problems:
            show_table(
                "What to do",
                ["row", "column", "to do"],
                [[p["row"], p["column"], p["to_do"]] for p in problems],
            )
        err.print(f"{'Would be added' if dry_run else 'Added'}: {done.added}. Here already: {done.known}.")
    if problems:
        raise typer.Exit(CHECKS_FAILED)


@app.command("erase")
def erase(
    reference: Annotated[str, typer.Argument(help="The case's reference, such as K7QM-2XRD.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a closed case: the person's data, what was shared, and what was said. Dates and codes stay."""
    database = database_of("intake")
    try:
        out.print(_said(what_would_go(database, reference)))
        if not yes:
            typer.confirm("Nobody can bring it back. Erase it?", abort=True, err=True)
        erase_case(database, reference)
    except NotFound:
        fail(f"there is no case {reference}: look it up on the person's page")
    except Conflict as conflict:
        fail(WHY.get(conflict.state, f"the case is {conflict.state}"))
    err.print("It is erased. Backups that were made before still hold it, for whoever has the node's key.")


def _said(erasure: Erasure) -> str:
    person = (
        "- the person's names, birth date, contact and all else about them"
        if erasure.person
        else "- not the person's own data: another case of theirs is not erased"
    )
    return "\n".join(
        (
            "This goes for good:",
            person,
            f"- what was shared in {erasure.referrals} referrals",
            f"- what was written with {erasure.said} moves",
            "Dates, codes and organisations stay, so that counts and histories stay true.",
        )
    )
