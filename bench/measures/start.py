"""How long a service, and the whole demo, takes from its start until it is ready."""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from bench.goals import Goal
from bench.measures.judged import Measured
from bench.measures.order import Order, Tell
from bench.ours import UP, OurSide, ours
from bench.place import Servers
from bench.processes import ROOT
from bench.side import CLIENTS
from shared.settings import PREFIX

SERVICE = Goal("start of a service, s", floor=3, aim=1, more_is_better=False)
DEMO = Goal("demo up, s", floor=30, aim=12, more_is_better=False)


def measure(servers: Servers, order: Order, tell: Tell) -> list[Measured]:
    """The services in a place of their own; then, when nothing else runs, the demo."""
    with servers.place() as place, ours(place, order.load) as side:
        services = measure_on(side, order, tell)
    return [services, measure_demo(tell)]


def measure_on(side: OurSide, order: Order, tell: Tell) -> Measured:
    """Each worker is ended and started again, by itself; what counts is the slowest one's median."""
    workers = [name for name in side.processes.pids if name != CLIENTS]
    took = {name: median(_start(side, name) for _ in range(order.starts)) for name in workers}
    tell("started in " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in took.items()))
    slowest = max(took, key=took.__getitem__)
    return Measured(SERVICE, took[slowest], f"{slowest}, {order.starts} starts of each")


def _start(side: OurSide, name: str) -> float:
    side.processes.end(name)
    begun = time.time()
    side.start(name)
    side.await_up(name)
    return up_at(side, name) - begun


def up_at(side: OurSide, name: str) -> float:
    """When the worker said that it has its queue, in seconds since 1970."""
    said = next(line for line in side.processes.said(name).splitlines() if UP in line)
    return datetime.fromisoformat(json.loads(said)["timestamp"]).timestamp()


def measure_demo(tell: Tell) -> Measured:
    """From the command until it says that the demo is up; everything it makes is in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="throughline-bench-") as folder:
        described = Path(folder) / "demo.json"
        begun = time.monotonic()
        _demo(folder, "up", "--detach", "--json", str(described))
        took = time.monotonic() - begun
        try:
            demo: dict[str, Any] = json.loads(described.read_text("utf-8"))
        finally:
            _demo(folder, "down")
    tell(f"demo up: {took:.1f} s")
    return Measured(DEMO, took, f"{len(demo['processes'])} processes, broker: {demo['broker']['kind']}")


def _demo(folder: str, *words: str) -> None:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
    subprocess.run(
        [sys.executable, "-m", "deploy.cli", "demo", *words],
        cwd=ROOT,
        env=inherited | {"HOME": folder, "TMPDIR": folder},
        stdout=subprocess.DEVNULL,
        check=True,
    )
