"""``throughline doctor`` says whether everything is well with this node, and what is to be done if not."""

from dataclasses import asdict
from typing import Annotated

import typer

from deploy.console import CHECKS_FAILED, fail, out, show_json
from deploy.doctor.check import Check, Finding, Machine, Node, Verdict
from deploy.doctor.hub import Hub
from deploy.doctor.hub_checks import CHECKS as CHECKS_OF_HUB
from deploy.doctor.node_checks import CHECKS

COLOURS = {
    Verdict.WELL: "green",
    Verdict.WARNING: "yellow",
    Verdict.FAILED: "red",
    Verdict.NOT_APPLICABLE: "dim",
}


def doctor(
    *,
    only: Annotated[list[str] | None, typer.Option(help="The name of a check; may be repeated.")] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Do what is safe: file modes, folders that are missing, migrations.")
    ] = False,
    hub: Annotated[
        bool, typer.Option("--hub", help="Of the hub instead, with its operator's settings.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look at this node's settings, keys, database, network, messages and backups; exits 2 if a check fails."""
    machine, checks = (Hub, CHECKS_OF_HUB) if hub else (Node, CHECKS)
    chosen = [check for check in checks if not only or check.name in only]
    if unknown := set(only or ()) - {check.name for check in checks}:
        fail(
            f"there is no check {', '.join(sorted(unknown))}: use {', '.join(check.name for check in checks)}"
        )
    found = {check.name: _examined(check, machine, fix=fix) for check in chosen}
    if as_json:
        show_json([{"name": name} | asdict(finding) for name, finding in found.items()])
    else:
        _say(found)
    if any(finding.verdict is Verdict.FAILED for finding in found.values()):
        raise typer.Exit(CHECKS_FAILED)


def _examined(check: Check, machine: type[Machine], *, fix: bool) -> Finding:
    finding = check.of(machine())
    if not fix or check.mend is None or finding.verdict not in (Verdict.WARNING, Verdict.FAILED):
        return finding
    try:
        check.mend(machine())
    except Exception:  # noqa: BLE001 - what cannot be mended is told as it was found
        return finding
    return check.of(machine())


def _say(found: dict[str, Finding]) -> None:
    for name, finding in found.items():
        colour = COLOURS[finding.verdict]
        out.print(f"[{colour}]{finding.verdict:>14}[/{colour}]  {name}", end="")
        out.print(f": {finding.says}" if finding.says else "", markup=False)
        if finding.remedy:
            out.print(f"{'':16}→ {finding.remedy}", markup=False)
