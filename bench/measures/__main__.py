"""``python -m bench.measures``: what else is wanted of the real services, measured, and whether it is reached."""

import signal
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench import report
from bench.__main__ import RESULTS, TERMINATED
from bench.measures import drain, half, latency, memory, pages, poison, safety, start, stored, workbook
from bench.measures.judged import Measured, as_json, table
from bench.measures.moments import noting_postgres
from bench.measures.order import QUICK, Order, Tell
from bench.place import Servers
from shared.messaging.private_broker import PrivateBroker

Measure = Callable[[Servers, Order, Tell], list[Measured]]


class Name(StrEnum):
    """What can be measured."""

    LATENCY = "latency"
    HALF = "half"
    DRAIN = "drain"
    STORED = "stored"
    MEMORY = "memory"
    START = "start"
    POISON = "poison"
    PAGES = "pages"
    WORKBOOK = "workbook"
    SAFETY = "safety"


MEASURES: dict[Name, Measure] = {
    Name.LATENCY: latency.measure,
    Name.HALF: half.measure,
    Name.DRAIN: drain.measure,
    Name.STORED: stored.measure,
    Name.MEMORY: memory.measure,
    Name.START: start.measure,
    Name.POISON: poison.measure,
    Name.PAGES: pages.measure,
    Name.WORKBOOK: workbook.measure,
    Name.SAFETY: safety.measure,
}


def main(
    names: Annotated[list[Name] | None, typer.Argument(help="Which; all of them by default.")] = None,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="All of it short: does it work at all?")] = False,
    rounds: Annotated[int | None, typer.Option(min=1, max=50, help="Rounds of what is done in turn.")] = None,
    big: Annotated[
        int | None, typer.Option(min=1_000, max=5_000_000, help="The long backlog and history.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--json", help="Where to; else bench/results/newest-measures.json")
    ] = None,
) -> None:
    """Measure the real services, each referral exactly once, beside the goals that are set for them."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))  # so that whatever was started is ended
    usual = QUICK if quick else Order()
    order = replace(usual, rounds=rounds or usual.rounds, big=big or usual.big)
    console = Console()
    with closing(PrivateBroker()) as broker, noting_postgres() as postgres:
        servers = Servers(broker, postgres)
        conditions = report.conditions(servers)
        measured = [one for name in names or Name for one in MEASURES[name](servers, order, console.print)]
    console.print(table(measured))
    console.print(
        f"How busy the machine was before: {conditions['load_before']} (above 1 other work was in the way)"
    )
    (file or RESULTS / "newest-measures.json").write_text(as_json(measured, conditions), "utf-8")


if __name__ == "__main__":
    typer.run(main)
