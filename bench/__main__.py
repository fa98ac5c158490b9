"""``python -m bench``: the unit of work through the real services and through peers, the ratios and the goals."""

import signal
import sys
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench import goals, report
from bench.contenders import Peer
from bench.place import private_servers
from bench.ratios import ON_POSTGRES, ON_SQLITE, judged
from bench.rounds import QUICK, Order, measure
from bench.side import Load

RESULTS = Path(__file__).parent / "results"
TERMINATED = 143  #: the exit code of what SIGTERM has ended


class Kind(StrEnum):
    """Where the services keep what they know."""

    POSTGRES = "postgres"
    SQLITE = "sqlite"


PEERS = {Kind.POSTGRES: tuple(Peer), Kind.SQLITE: (Peer.PLAIN_NAMEKO,)}  #: who can run on it
GOALS = {Kind.POSTGRES: ON_POSTGRES, Kind.SQLITE: ON_SQLITE}


def main(  # noqa: PLR0913 - typer makes each an option
    *,
    rounds: Annotated[int, typer.Option(min=1, max=50, help="Timed rounds of each side.")] = 4,
    referrals: Annotated[int, typer.Option(min=1, max=100_000, help="Ours, in each round.")] = 10_000,
    clients: Annotated[int, typer.Option(min=1, max=64, help="Who send at the same time.")] = 64,
    database: Annotated[Kind, typer.Option(help="For every service of each side.")] = Kind.POSTGRES,
    peer: Annotated[
        list[Peer] | None, typer.Option(help="Against whom; else all that can run on it.")
    ] = None,
    receiver: Annotated[bool, typer.Option("--receiver", help="Run the receiving node as well.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="One short round: does it work at all?")] = False,
    file: Annotated[
        Path | None, typer.Option("--json", help="Where to; else bench/results/newest-….json")
    ] = None,
) -> None:
    """Measure the unit of work against peers; every round must leave each effect exactly once."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))  # so that whatever was started is ended
    order = QUICK if quick else Order(rounds, referrals, load=Load(clients))
    order = replace(order, load=replace(order.load, receiver=receiver), peers=_chosen(peer, database))
    console = Console()
    with private_servers(database) as servers:
        conditions = report.conditions(servers)
        counted = list(measure(servers, order, console.print))
    reached = judged(counted, GOALS[database])
    for table in (
        report.table(counted),
        report.whose(counted),
        report.compared(counted),
        goals.table(reached),
    ):
        console.print(table)
    told = report.as_json(counted, order, conditions, reached)
    (file or _newest(database, order.load)).write_text(told, "utf-8")


def _chosen(peers: list[Peer] | None, database: Kind) -> tuple[Peer, ...]:
    if unable := set(peers or ()) - set(PEERS[database]):
        raise typer.BadParameter(f"{', '.join(sorted(unable))} cannot run on {database}")
    return tuple(one for one in PEERS[database] if one in (peers or PEERS[database]))


def _newest(database: Kind, load: Load) -> Path:
    return RESULTS / f"newest-{database}{'-receiver' if load.receiver else ''}.json"


if __name__ == "__main__":
    typer.run(main)
