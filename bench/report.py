"""What came of it: the table for people, the JSON for whoever compares."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from statistics import median
from typing import Any

from kombu import Connection
from rich.table import Table
from sqlalchemy import create_engine, text

from bench.place import Servers
from bench.rounds import OURS, PEER, Figures, Order, Round

PACKAGES = ("nameko", "kombu", "eventlet", "sqlalchemy", "psycopg", "psycopg2-binary")

DURABILITY = ("server_version", "synchronous_commit", "fsync")


@dataclass(frozen=True)
class Spread:
    """The median and the range of one figure over all rounds."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Of at least one value."""
        return cls(median(values), min(values), max(values))

    def said(self, digits: int) -> str:
        """As ``156 [149 to 162]``."""
        return f"{self.median:,.{digits}f} [{self.least:,.{digits}f} to {self.most:,.{digits}f}]"


def summary(rounds: Sequence[Round]) -> dict[str, dict[str, Spread]]:
    """Of each side, and of the ratios that were taken inside each round."""
    sides = {name: _spreads([a_round[name] for a_round in rounds]) for name in rounds[0]}
    return sides | {"ratio": _spreads([_ratio(a_round) for a_round in rounds])}


def _ratio(a_round: Round) -> Figures:
    mine, theirs = a_round[OURS], a_round[PEER]
    return Figures(mine.per_second / theirs.per_second, mine.processor_ms / theirs.processor_ms)


def _spreads(figures: Sequence[Figures]) -> dict[str, Spread]:
    return {
        name: Spread.of([getattr(one, name) for one in figures]) for name in ("per_second", "processor_ms")
    }


def table(rounds: Sequence[Round]) -> Table:
    """A line for each side and one for the ratio."""
    made = Table("median [range]", title=f"The unit of work, {len(rounds)} rounds, each effect exactly once")
    made.add_column("referrals/s", justify="right")
    made.add_column("processor ms a referral", justify="right")
    for name, spreads in summary(rounds).items():
        digits = 2 if name == "ratio" else 0
        made.add_row(name, spreads["per_second"].said(digits), spreads["processor_ms"].said(2))
    return made


def whose(rounds: Sequence[Round]) -> Table:
    """What of the processor's time of each side goes where."""
    made = Table("processor ms a referral, median", title="Whose time it is")
    made.add_column("process")
    made.add_column("ms", justify="right")
    for side in rounds[0]:
        for name in rounds[0][side].parts:
            made.add_row(side, name, f"{median(one[side].parts[name] for one in rounds):.3f}")
    return made


def as_json(rounds: Sequence[Round], order: Order, conditions: dict[str, Any]) -> str:
    """Everything that was measured, and under which conditions."""
    spreads = {name: {key: asdict(one) for key, one in of.items()} for name, of in summary(rounds).items()}
    every = [{name: asdict(figures) for name, figures in one.items()} for one in rounds]
    told = {"order": asdict(order), "conditions": conditions, "summary": spreads, "rounds": every}
    return json.dumps(told, indent=2, default=str) + "\n"


def conditions(servers: Servers) -> dict[str, Any]:
    """What the figures depend on: the machine and how busy it was before, versions, durability."""
    machine = {"processors": os.cpu_count(), "load_before": round(os.getloadavg()[0], 1)}
    packages = {name: version(name) for name in PACKAGES}
    versions = {"python": platform.python_version(), "rabbitmq": _broker(servers), **packages}
    return machine | versions | _database(servers)


def _broker(servers: Servers) -> str:
    with Connection(servers.broker.amqp_url) as connection:
        connection.connect()
        return str(connection.connection.server_properties["version"])


def _database(servers: Servers) -> dict[str, str]:
    if servers.postgres is None:
        return {"database": "sqlite", "synchronous": "full"}
    with create_engine(servers.postgres.url).connect() as connection:
        said = {name: connection.execute(text(f"SHOW {name}")).scalar_one() for name in DURABILITY}
    return {"database": "postgres"} | said
