"""``throughline referral``: what proves a referral's history, and referrals as FHIR bundles, out and in."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from deploy.commands.documents import As, actor_named, text_in
from deploy.composition import composition_of
from deploy.console import err, fail, show_json
from services.intake.interchange.exporting import export_referral, whoever_runs_commands
from services.intake.interchange.importing import import_bundle
from services.intake.interchange.structure import Malformed
from services.intake.usecases.refusals import Conflict, NotFound
from shared.messaging.keybook import signing_keys
from shared.messaging.letters import recorded_moves
from shared.sealing.chain import breaks

app = typer.Typer(help="Referrals: what proves their history, out and in as FHIR.", no_args_is_help=True)
KEEPERS = ("intake", "referral")


@app.callback()
def _group() -> None:
    """Referrals: what proves their history, out and in as FHIR."""


@app.command("verify")
def verify(
    referral_id: UUID,
    *,
    service: Annotated[
        str, typer.Option("--service", help="intake at a node, referral at the hub.")
    ] = "intake",
) -> None:
    """Check every move of a referral: its maker's signature, and the chain. Exits with 2 if anything is wrong.

    ``head`` is the chain's last link: the same at both nodes and at the hub, or somebody was told another history.
    """
    if service not in KEEPERS:
        fail(f"{service} keeps no referrals: use one of {', '.join(KEEPERS)}")
    composition = composition_of(service)
    tables = composition.metadata.tables
    with composition.open_database().reading() as tx:
        moves = recorded_moves(tx, tables["moves"], tables["letters"], referral_id)
        wrong = list(breaks(moves, signing_keys(tx, tables["keys"])))
    if not moves:
        fail(f"no referral {referral_id} is here, or none of its moves has a number yet")
    newest = max(moves, key=lambda move: move.number)
    problems = [{"number": number, "reason": reason} for number, reason in wrong]
    show_json({"moves": len(moves), "head": newest.link, "problems": problems})
    if problems:
        raise typer.Exit(2)


@app.command("export")
def export(referral_id: UUID) -> None:
    """Print a referral as a FHIR R4 bundle, with exactly what was disclosed. It counts as a look, and is personal."""
    composition = composition_of("intake")
    by = whoever_runs_commands(composition.sender)
    try:
        show_json(export_referral(composition.open_database(), referral_id, by))
    except NotFound:
        fail(f"no referral {referral_id} is here: see throughline outbox status, or the pages")
    except Conflict as conflict:
        fail(f"what was shared with it is {conflict.state}: there is nothing left to export")


@app.command("import")
def take(file: Annotated[Path, typer.Argument(help="A FHIR R4 bundle, JSON.")], *, as_: As) -> None:
    """Take a FHIR R4 bundle in: a new case, or one move of a referral. Exits with 2 if a person has to look at it."""
    database = composition_of("intake").open_database()
    by = actor_named(database, as_)
    try:
        done = import_bundle(database, _json_in(file), by)
    except Malformed as malformed:
        fail(
            "nothing was taken in:\n"
            + "\n".join(f"  {path}: {code}" for path, code in malformed.errors.items())
        )
    show_json(asdict(done))
    if done.outcome == "set_aside":
        err.print("It was not understood, and waits on the page: Brought by other systems.")
        raise typer.Exit(2)


def _json_in(file: Path) -> object:
    try:
        return json.loads(text_in(file), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        fail(f"{file} is no JSON, or names a key twice: export it anew")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found
