"""``python -m bench``: the unit of work through the real services and through plain nameko, and the ratio."""

import signal
import sys
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench import report
from bench.place import private_servers
from bench.rounds import QUICK, Order, measure
from bench.side import Load

RESULTS = Path(__file__).parent / "results"
TERMINATED = 143  #: the exit code of what SIGTERM has ended


class Kind(StrEnum):
    """Where the services keep what they know."""

    POSTGRES = "postgres"
    SQLITE = "sqlite"


def main(  # noqa: PLR0913 - typer makes each an option
    *,
    rounds: Annotated[int, typer.Option(min=1, max=50, help="Timed rounds of each side.")] = 4,
    referrals: Annotated[int, typer.Option(min=1, max=100_000, help="In each round.")] = 6_000,
    clients: Annotated[int, typer.Option(min=1, max=64, help="Who send at the same time.")] = 64,
    database: Annotated[Kind, typer.Option(help="For every service of both sides.")] = Kind.POSTGRES,
    receiver: Annotated[bool, typer.Option("--receiver", help="Run the receiving node as well.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="One short round: does it work at all?")] = False,
    file: Annotated[
        Path | None, typer.Option("--json", help="Where to; else bench/results/newest-….json")
    ] = None,
) -> None:
    """Measure the unit of work against plain nameko; every round must leave each effect exactly once."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))  # so that whatever was started is ended
    order = QUICK if quick else Order(rounds, referrals, load=Load(clients))
    order = replace(order, load=replace(order.load, receiver=receiver))
    console = Console()
    with private_servers(database) as servers:
        conditions = report.conditions(servers)
        counted = list(measure(servers, order, console.print))
    console.print(report.table(counted))
    console.print(report.whose(counted))
    (file or _newest(database, order.load)).write_text(report.as_json(counted, order, conditions), "utf-8")


def _newest(database: Kind, load: Load) -> Path:
    return RESULTS / f"newest-{database}{'-receiver' if load.receiver else ''}.json"


if __name__ == "__main__":
    typer.run(main)
