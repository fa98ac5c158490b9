"""``throughline referral``: what proves a referral's history."""

from typing import Annotated
from uuid import UUID

import typer

from deploy.composition import composition_of
from deploy.console import fail, show_json
from shared.messaging.keybook import signing_keys
from shared.messaging.letters import recorded_moves
from shared.sealing.chain import breaks

app = typer.Typer(help="What proves a referral's history.", no_args_is_help=True)
KEEPERS = ("intake", "referral")


@app.callback()
def _group() -> None:
    """What proves a referral's history."""


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
