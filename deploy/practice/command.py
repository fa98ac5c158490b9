"""``throughline practice``: a network for a workshop, in this process and on this machine only."""

import json
import shutil
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.console import fail, out
from deploy.demo.organisations import COORDINATOR, PASSWORD
from deploy.practice.apart import refuse_settings
from deploy.practice.kept import MARK, NotThere, held, is_free
from deploy.processes import stop_on_signals

if TYPE_CHECKING:
    from deploy.practice.practice import Practice

Json = Annotated[Path | None, typer.Option("--json", help="Write the addresses to this file.")]
Folder = Annotated[Path, typer.Option("--folder", help="Where everything of it lies.")]
Anew = Annotated[bool, typer.Option("--anew", help="Throw away what lies there, and begin anew.")]


def practice(*, json_file: Json = None, folder: Folder = Path("practice"), anew: Anew = False) -> None:
    """Practise: invented people, a clock that can be put forward, and a facilitator who plays the others.

    Again in the same folder it goes on where it was.
    """
    refuse_settings()
    for path in (folder, json_file or folder):
        if not path.absolute().parent.is_dir():
            fail(f"{path.absolute().parent}: there is no such folder")
    if not is_free(folder) and not (folder / MARK).exists():
        fail(f"{folder} holds something else than practice: choose another with --folder")
    ended = stop_on_signals()
    try:
        with held(folder):
            _run(folder.absolute(), json_file, ended, anew=anew)
    except BlockingIOError:
        fail(f"somebody practises in {folder} already: end that first, or choose another with --folder")


def _run(folder: Path, json_file: Path | None, ended: Event, *, anew: bool) -> None:
    from deploy.practice.served import serve

    if anew:
        _empty(folder)
    going = _begun(folder)
    servers = serve(going)
    going.go_on()
    plan = going.plan
    said = {"facilitator": f"{plan.reporting_url}/practice", "nodes": {n.org: n.url for n in plan.nodes}}
    if json_file is not None:
        json_file.write_text(json.dumps(said, indent=2) + "\n")
    out.print(f"Facilitator: {said['facilitator']}, user {COORDINATOR}, password: {PASSWORD}")
    out.print("Everybody in it is invented, and nothing leaves this computer. Pause it with Ctrl-C.")
    ended.wait()
    for server in servers:
        server.shutdown()
    going.end()
    out.print(
        f"The same command goes on from here, with --anew it begins anew. Remove {folder} when you are done."
    )


def _begun(folder: Path) -> "Practice":
    from deploy.practice.practice import Practice

    if is_free(folder):
        return Practice.begin(folder)
    try:
        return Practice.resume(folder)
    except NotThere:
        fail(f"what lies in {folder} was not begun to its end, or is damaged: begin anew with --anew")


def _empty(folder: Path) -> None:
    """Of what lies there nothing stays but the mark, which is held."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != MARK:
            path.unlink()
