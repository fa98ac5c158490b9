"""``throughline doctor`` says whether everything is well with this node, and what is to be done if not."""

from dataclasses import asdict
from typing import Annotated

import typer

from deploy.console import CHECKS_FAILED, fail, out, show_json
from deploy.doctor import CHECKS
from deploy.doctor.check import Check, Finding, Node, Verdict

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
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look at this node's settings, keys, database, network, messages and backups; exits 2 if a check fails."""
    chosen = [check for check in CHECKS if not only or check.name in only]
    if unknown := set(only or ()) - {check.name for check in CHECKS}:
        fail(
            f"there is no check {', '.join(sorted(unknown))}: use {', '.join(check.name for check in CHECKS)}"
        )
    found = {check.name: _examined(check, fix=fix) for check in chosen}
    if as_json:
        show_json([{"name": name} | asdict(finding) for name, finding in found.items()])
    else:
        _say(found)
    if any(finding.verdict is Verdict.FAILED for finding in found.values()):
        raise typer.Exit(CHECKS_FAILED)


def _examined(check: Check, *, fix: bool) -> Finding:
    finding = check.of(Node())
    if not fix or check.mend is None or finding.verdict not in (Verdict.WARNING, Verdict.FAILED):
        return finding
    try:
        check.mend(Node())
    except Exception:  # noqa: BLE001 - what cannot be mended is told as it was found
        return finding
    return check.of(Node())


def _say(found: dict[str, Finding]) -> None:
    for name, finding in found.items():
        colour = COLOURS[finding.verdict]
        out.print(f"[{colour}]{finding.verdict:>14}[/{colour}]  {name}", end="")
        out.print(f": {finding.says}" if finding.says else "", markup=False)
        if finding.remedy:
            out.print(f"{'':16}→ {finding.remedy}", markup=False)
