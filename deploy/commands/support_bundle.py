"""``throughline support-bundle``: what somebody who helps may see, shown first, and written only if that is wanted."""

import io
import zipfile
from pathlib import Path
from typing import Annotated

import typer

from deploy.console import fail, out
from deploy.doctor.check import Node
from deploy.doctor.hub import Hub
from deploy.doctor.hub_checks import CHECKS as CHECKS_OF_HUB
from deploy.doctor.node_checks import CHECKS
from deploy.support.parts import parts_of
from shared import files
from shared.clock import now


def support_bundle(
    *,
    output: Annotated[Path | None, typer.Option(help="The file to write; it must not be there.")] = None,
    log: Annotated[list[Path] | None, typer.Option(help="A log of a process; may be repeated.")] = None,
    hub: Annotated[bool, typer.Option("--hub", help="Of the hub, with its operator's settings.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Show what somebody who helps needs to know of this node, ask, and write it to an archive of one's own."""
    target = output or Path(f"throughline-support-{now():%Y%m%dT%H%M%SZ}.zip")
    if target.exists():
        fail(f"{target} is there already: name another file")
    machine, checks = (Hub, CHECKS_OF_HUB) if hub else (Node, CHECKS)
    parts = dict(parts_of(machine, checks, _there(log or [])))
    for name, content in parts.items():
        out.rule(name)
        out.print(content, markup=False)
    out.rule()
    if not yes and not typer.confirm(f"Nothing else will be in it. Write this to {target}?"):
        fail("nothing was written")
    _write(target, parts)
    out.print(f"{target} is written, for you alone to read. Send it to nobody but who helps.", markup=False)


def _there(logs: list[Path]) -> list[Path]:
    if missing := [str(one) for one in logs if not one.is_file()]:
        fail(f"no such file: {', '.join(missing)}; journalctl --unit NAME --output cat > FILE makes one")
    return logs


def _write(target: Path, parts: dict[str, str]) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    try:
        files.write_new(target, packed.getvalue())
    except FileExistsError:
        fail(f"{target} is there already: name another file")
