"""``throughline up|down|status|logs``: all processes of one configuration."""

import signal
import sys
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.console import CHECKS_FAILED, ERROR, fail, out, reader_gone, show, show_json
from deploy.keeping import is_to_join, keep, programs, refuse_wrong, workers
from deploy.place import Place, Taken, end, lives
from deploy.processes import in_background, send, stop_on_signals
from shared.polling import poll_until

UP_WITHIN = 60.0  #: seconds until what was started in the background is ready; what is not is told
DOWN_WITHIN = 60.0  #: seconds
LOOK_EVERY = 0.3  #: seconds between two looks at logs that are followed
RUNS = "they run already: see throughline status, or end them with throughline down"
WAITS = (
    "This node has not joined a network yet. The worker comes up by itself after throughline network join."
)


def up(
    *, detach: Annotated[bool, typer.Option("--detach", help="Leave them running in the background.")] = False
) -> None:
    """Run all processes of this configuration, and start anew what dies; until Ctrl-C, or throughline down."""
    place = Place.of_configuration()
    refuse_wrong()
    if place.supervisor():
        fail(RUNS)
    if detach:
        _start_in_background(place)
    else:
        _stay(place)


def _stay(place: Place) -> None:
    ended = stop_on_signals()
    try:
        keep(place, ended, _say_started)
    except Taken:
        fail(RUNS)


def _say_started() -> None:
    out.print("Started. Ctrl-C ends it; throughline status and throughline logs tell how it goes.")
    if is_to_join():
        out.print(WAITS)


def _start_in_background(place: Place) -> None:
    log = place.log("supervisor")
    process = in_background(["up"], log)
    poll_until(
        lambda: process.poll() is not None or (place.supervisor() or {}).get("pid") == process.pid,
        seconds=UP_WITHIN,
        what=f"the start (see {log})",
    )
    if process.poll() is not None:
        said = log.read_text("utf-8", "replace")[-2000:]
        fail(f"nothing was started; it said last:\n{said}", code=process.returncode or ERROR)
    with suppress(TimeoutError):
        poll_until(lambda: not _unready(place), seconds=UP_WITHIN, what="all to be ready")
    if is_to_join():
        out.print(WAITS)
    elif names := _unready(place):
        fail(f"not ready: {', '.join(names)}; see throughline logs {names[0]}", code=CHECKS_FAILED)
    else:
        out.print("Started, and ready.")


def _unready(place: Place) -> list[str]:
    """The processes that are not, without a worker that has nothing to join yet."""
    waiting = workers() if is_to_join() else []
    return [row["name"] for row in _rows(place) if not row["ready"] and row["name"] not in waiting]


def status(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Since when each process runs, whether it is ready, and its version; exits 2 when one is not."""
    place = Place.of_configuration()
    rows = _rows(place)
    if as_json:
        show_json(rows)
    else:
        told = [row | {"ready": "ready" if row["ready"] else "not ready"} for row in rows]
        show(told, title=f"Processes of {place.folder}", as_json=False)
    if not place.supervisor():
        fail("nothing is running, or nothing keeps it running: throughline up", code=CHECKS_FAILED)
    if names := [row["name"] for row in rows if not row["ready"]]:
        why = WAITS if is_to_join() else f"not ready: {', '.join(names)}; see throughline logs {names[0]}"
        fail(why, code=CHECKS_FAILED)


def _rows(place: Place) -> list[dict[str, Any]]:
    known = {program.name: program for program in programs(place)}
    return [
        {
            "name": one["name"],
            "ready": lives(one) and one["name"] in known and known[one["name"]].is_ready(),
            "since": datetime.fromisoformat(one["since"]).isoformat(timespec="seconds")
            if lives(one)
            else None,
            "version": one["version"],
            "pid": one["pid"],
        }
        for one in place.noted()[1:]
    ]


def down() -> None:
    """Let the processes of this configuration finish, and end them; no others."""
    place = Place.of_configuration()
    first = place.supervisor()
    if first is None:
        out.print("Ended what was left." if end(place.noted()) else "Nothing is running.")
        return
    send(signal.SIGTERM, first["pid"], first["identity"])
    poll_until(lambda: not lives(first), seconds=DOWN_WITHIN, what="the processes to end")
    out.print("Everything has ended.")


def logs(
    service: Annotated[
        str, typer.Argument(help="A name that throughline status shows; all, without one.")
    ] = "",
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes.")] = False,
) -> None:
    """Print what the processes have logged."""
    place = Place.of_configuration()
    names = [program.name for program in programs(place)]
    if service and service not in names:
        fail(f"there is no {service}: use one of {', '.join(names)}")
    with suppress(KeyboardInterrupt):
        try:
            _print({service: ""} if service else {name: f"{name}: " for name in names}, place, follow=follow)
        except BrokenPipeError:
            reader_gone()


def _print(beginnings: dict[str, str], place: Place, *, follow: bool) -> None:
    """What each process has logged, with the beginning of its lines, and what comes if that is followed."""
    read = dict.fromkeys(beginnings, 0)
    while True:
        for name, so_far in read.items():
            lines, read[name] = _after(place.log(name), so_far)
            sys.stdout.writelines(beginnings[name] + line for line in lines)
        sys.stdout.flush()
        if not follow:
            return
        time.sleep(LOOK_EVERY)


def _after(log: Path, read: int) -> tuple[list[str], int]:
    """The lines of a log after so many bytes, and how many it has then; one that began anew is read anew."""
    if not log.exists():
        return [], 0
    with log.open("rb") as file:
        begin = file.seek(read if read <= log.stat().st_size else 0)
        lines = [line for line in file if line.endswith(b"\n")]
        return [line.decode("utf-8", "replace") for line in lines], begin + sum(map(len, lines))
