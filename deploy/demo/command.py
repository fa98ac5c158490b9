"""``throughline demo``: a whole network on this machine, for trying out."""

import json
import os
import signal
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.console import CHECKS_FAILED, fail, out, show
from deploy.demo.organisations import COORDINATOR, PASSWORD
from deploy.processes import identity, in_background, stop_on_signals
from shared.polling import poll_until

app = typer.Typer(help="A whole network on this machine, for trying out.", no_args_is_help=True)

UP_WITHIN, DOWN_WITHIN = 180.0, 60.0  #: seconds
Json = Annotated[
    Path | None, typer.Option("--json", help="Write addresses, sign-ins and tokens to this file.")
]
BrokerKind = Annotated[str, typer.Option(help="auto, rabbitmq or embedded.")]
Detach = Annotated[bool, typer.Option("--detach", help="Leave it running in the background.")]


@app.command("up")
def up(*, broker: BrokerKind = "auto", detach: Detach = False, json_file: Json = None) -> None:
    """Start a hub, three partner nodes and a mail catcher, filled with invented cases."""
    if broker not in ("auto", "rabbitmq", "embedded"):
        fail("--broker must be auto, rabbitmq or embedded")
    if _running() is not None:
        fail("a demo is running already: see throughline demo status, or end it with throughline demo down")
    if json_file is not None and not json_file.absolute().parent.is_dir():
        fail(f"{json_file.absolute().parent}: there is no such folder")
    if detach:
        _start_in_background(broker, json_file)
    else:
        _stay(broker, json_file)


def _stay(broker: str, json_file: Path | None) -> None:
    from deploy.demo.broker import NoBroker
    from deploy.demo.up import Demo, run_demo

    said = False

    def ready(demo: Demo) -> None:
        nonlocal said
        described = demo.describe()
        _write(_state_file(), {**described, "supervisor": os.getpid()})
        if json_file is not None:
            _write(json_file, described)
        if not said:
            _greet(described)
        said = True

    try:
        run_demo(broker, tell=out.print, ready=ready, ended=stop_on_signals())
    except NoBroker as error:
        fail(str(error))
    finally:
        _state_file().unlink(missing_ok=True)


def _start_in_background(broker: str, json_file: Path | None) -> None:
    arguments = ["demo", "up", "--broker", broker]
    if json_file is not None:
        arguments += ["--json", str(json_file.absolute())]
    log = _state_file().with_suffix(".log")
    log.parent.mkdir(parents=True, exist_ok=True)
    process = in_background(arguments, log)
    out.print("Starting in the background …")
    poll_until(
        lambda: _running() or process.poll() is not None, seconds=UP_WITHIN, what=f"the demo (see {log})"
    )
    described = _running()
    if described is None:
        fail(f"the demo did not start; it said last:\n{log.read_text('utf-8', 'replace')[-2000:]}")
    _greet(described)


def _greet(described: dict[str, Any]) -> None:
    rows = [
        {"who": f"{node['name']}: {user['role']}", "address": node["url"], "user": user["username"]}
        for node in described["nodes"]
        for user in node["users"]
    ]
    coordinator = described["coordinator"]
    rows.append({"who": "Coordinator", "address": coordinator["url"], "user": COORDINATOR})
    show(rows, title="The demo is up. All people in it are invented.", as_json=False)
    out.print(f"Password of everybody: {PASSWORD}")
    out.print(f"Broker: {described['broker']['kind']}. Caught mail: {described['mail']['messages_dir']}")
    out.print("End it with Ctrl-C, or throughline demo down.")


@app.command("status")
def status(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """What runs and where; exit code 2 when something does not."""
    described = _running()
    if described is None:
        fail("no demo is running: start one with throughline demo up", code=CHECKS_FAILED)
    rows = [{**p, "state": "running" if identity(p["pid"]) else "restarting"} for p in described["processes"]]
    show(rows, title="Processes of the demo", as_json=as_json)
    if any(row["state"] != "running" for row in rows):
        raise typer.Exit(CHECKS_FAILED)


@app.command("down")
def down() -> None:
    """End the demo and remove everything it made."""
    described = _running()
    if described is None:
        out.print("No demo is running.")
        return
    os.kill(described["supervisor"], signal.SIGTERM)
    poll_until(lambda: not identity(described["supervisor"]), seconds=DOWN_WITHIN, what="the demo to end")
    out.print("The demo has ended.")


@app.command("catch-mail", hidden=True)
def catch(folder: Path, port: int) -> None:
    """Take mail and keep it."""
    from deploy.demo.mail import catch_mail

    catch_mail(folder, port)


def _state_file() -> Path:
    return Path(typer.get_app_dir("throughline", force_posix=True)) / "demo.json"


def _running() -> dict[str, Any] | None:
    try:
        described: dict[str, Any] = json.loads(_state_file().read_text())
    except (OSError, ValueError):
        return None
    return described if identity(described["supervisor"]) else None


def _write(file: Path, described: dict[str, Any]) -> None:
    """Passwords and tokens are in it, so it is for its owner only; it is there whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(described, indent=2, ensure_ascii=False) + "\n")
    unfinished.replace(file)
