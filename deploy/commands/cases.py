"""``throughline case``: erase what is known of a case, for good."""

from typing import Annotated

import typer

from deploy.composition import database_of
from deploy.console import err, fail, out
from services.intake.usecases.erasing import Erasure, erase_case, what_would_go
from services.intake.usecases.refusals import Conflict, NotFound

app = typer.Typer(help="Cases of a node.", no_args_is_help=True)
WHY = {
    "open": "the case is open: close it first, on the person's page",
    "legal_hold": "a legal hold is on the case: two people can lift it, on the person's page",
    "erased": "the case was erased before",
}  #: what is in the way, and so what to do


@app.callback()
def _group() -> None:
    """Cases of a node."""


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
