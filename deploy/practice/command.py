"""``throughline practice``: a network for a workshop, in this process and on this machine only."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from deploy.console import fail, out
from deploy.demo.organisations import COORDINATOR, PASSWORD
from deploy.practice.apart import refuse_settings
from deploy.processes import stop_on_signals

Json = Annotated[Path | None, typer.Option("--json", help="Write the addresses to this file.")]


def practice(*, json_file: Json = None) -> None:
    """Practise: invented people, a clock that can be put forward, and a facilitator who plays the others."""
    refuse_settings()
    if json_file is not None and not json_file.absolute().parent.is_dir():
        fail(f"{json_file.absolute().parent}: there is no such folder")
    folder, ended = Path(tempfile.mkdtemp(prefix="throughline-practice-")), stop_on_signals()
    try:
        from deploy.practice.practice import Practice
        from deploy.practice.served import serve

        going = Practice.begin(folder)
        servers = serve(going)
        going.go_on()
        plan = going.plan
        said = {"facilitator": f"{plan.reporting_url}/practice", "nodes": {n.org: n.url for n in plan.nodes}}
        if json_file is not None:
            json_file.write_text(json.dumps(said, indent=2) + "\n")
        out.print(f"Facilitator: {said['facilitator']}, user {COORDINATOR}, password: {PASSWORD}")
        out.print("Everybody in it is invented, and nothing leaves this computer. End it with Ctrl-C.")
        ended.wait()
        for server in servers:
            server.shutdown()
        going.end()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
