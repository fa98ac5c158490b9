"""``throughline audit``: proves that nobody changed a node's audit, and prints what a witness holds of one."""

import base64
import binascii
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from deploy.composition import Composition, composition_of
from deploy.console import CHECKS_FAILED, fail, out, show_json
from shared.messaging.keybook import signing_keys
from shared.messaging.witness import Checkpoint, checkpoints_of
from shared.sealing import Letter

app = typer.Typer(help="Proof of who did what, and what witnesses hold.", no_args_is_help=True)
KEEPERS = ("intake", "referral")
Witness = Annotated[
    list[Path] | None,
    typer.Option("--witness", help="What throughline audit witnessed printed at a witness; may be repeated."),
]


@app.callback()
def _group() -> None:
    """Proof of who did what, and what witnesses hold."""


@app.command("verify")
def verify(
    *, witness: Witness = None, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """Check a node's whole audit: chain, checkpoints, witnesses. Exits with 2 and the first entry that is wrong.

    Whoever owns the whole machine could make all of it anew: what a witness holds finds that, too.
    """
    from services.intake.usecases.audit_check import check_audit

    composition = composition_of("intake")
    outside = [one for file in witness or () for one in _read(file, composition.sender)]
    checked = check_audit(composition.open_database(), _keys(composition), outside)
    problems = [{"entry": number, "reason": reason} for number, reason in checked.problems]
    if as_json:
        show_json(vars(checked) | {"problems": problems})
    else:
        _say(checked)
    if problems:
        raise typer.Exit(CHECKS_FAILED)


def _say(checked: Any) -> None:
    out.print(f"{checked.entries} entries in the chain, {checked.unchained} that wait for their place.")
    out.print(f"{checked.checkpoints} checkpoints; entries up to {checked.witnessed} are witnessed.")
    if not checked.problems:
        out.print("Nothing is wrong.")
    for number, reason in checked.problems:
        out.print(f"[red]wrong[/red] at entry {number}: {reason}")


def _keys(composition: Composition) -> Any:
    from services.intake.usecases.audit_check import Keys

    with composition.open_database().reading() as tx:
        known = signing_keys(tx, composition.metadata.tables["keys"])
    ours = {key.public for key in composition.keys.signing} | {*known.get(composition.sender, ())}
    return Keys(composition.sender, sorted(ours), known)


@app.command("witnessed")
def witnessed(
    org: str,
    *,
    service: Annotated[
        str, typer.Option("--service", help="intake at a node, referral at the hub.")
    ] = "intake",
) -> None:
    """Print the checkpoints that are held here of another organisation's audit, for its verify --witness."""
    if service not in KEEPERS:
        fail(f"{service} witnesses nothing: use one of {', '.join(KEEPERS)}")
    composition = composition_of(service)
    with composition.open_database().reading() as tx:
        held = checkpoints_of(tx, composition.metadata.tables["witnessed_checkpoints"], org)
    show_json({"org": org, "held_by": composition.sender, "checkpoints": [_shown(one) for one in held]})


def _shown(one: Checkpoint) -> dict[str, Any]:
    proof = {"letter": _text(one.letter.text), "signature": _text(one.letter.signature)}
    return {"number": one.number, "hash": one.hash, "made_at": one.made_at.isoformat()} | proof


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _read(file: Path, org: str) -> list[Checkpoint]:
    try:
        said = orjson.loads(file.read_bytes())
        held = [_checkpoint(one) for one in said["checkpoints"]]
    except OSError:
        fail(f"{file} cannot be read: check the path and its rights")
    except (orjson.JSONDecodeError, binascii.Error, KeyError, TypeError, ValueError):
        fail(f"{file} is not what throughline audit witnessed {org} prints: get it anew from the witness")
    if said["org"] != org:
        fail(f"{file} is about another organisation: ask the witness for throughline audit witnessed {org}")
    return held


def _checkpoint(one: dict[str, Any]) -> Checkpoint:
    letter = Letter(base64.b64decode(one["letter"], validate=True), base64.b64decode(one["signature"]))
    return Checkpoint(int(one["number"]), str(one["hash"]), datetime.fromisoformat(one["made_at"]), letter)
