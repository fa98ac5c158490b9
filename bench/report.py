"""What came of it: the table for people, the JSON for whoever compares."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from statistics import median
from typing import Any

from kombu import Connection
from rich.table import Table
from sqlalchemy import create_engine, text

from bench.contenders import CONTENDERS, OURS
from bench.goals import Judgement
from bench.place import Servers
from bench.ratios import ratios
from bench.rounds import Order, Round
from bench.spread import Spread

PACKAGES = (
    *("nameko", "kombu", "eventlet", "faststream", "aio-pika", "uvloop", "dramatiq", "pika", "celery"),
    *("sqlalchemy", "asyncpg", "psycopg", "psycopg2-binary"),
)

DURABILITY = ("server_version", "synchronous_commit", "fsync")


FIGURES = ("per_second", "processor_ms", "elsewhere")


def sides(rounds: Sequence[Round]) -> dict[str, dict[str, Spread]]:
    """Each side's rate and its use of the processor."""
    return {
        name: {figure: Spread.of([getattr(one[name], figure) for one in rounds]) for figure in FIGURES}
        for name in rounds[0]
    }


def table(rounds: Sequence[Round]) -> Table:
    """A line for each side."""
    made = Table("median [range]", title=f"The unit of work, {len(rounds)} rounds, each effect exactly once")
    made.add_column("referrals/s", justify="right")
    made.add_column("processor ms a referral", justify="right")
    made.add_column("busy elsewhere", justify="right")
    digits = (0, 2, 1)
    for name, spreads in sides(rounds).items():
        made.add_row(name, *(spreads[figure].said(to) for figure, to in zip(FIGURES, digits, strict=True)))
    return made


def compared(rounds: Sequence[Round]) -> Table:
    """A line for each ratio."""
    made = Table(f"{OURS}'s", title="Ratios, taken inside each round")
    made.add_column("median [range]", justify="right")
    for ratio, spread in ratios(rounds).items():
        made.add_row(ratio.name, spread.said(ratio.digits))
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


def as_json(
    rounds: Sequence[Round], order: Order, conditions: dict[str, Any], goals: Sequence[Judgement]
) -> str:
    """Everything that was measured, under which conditions, and which goals it reaches."""
    shares = {name: order.referrals_of(CONTENDERS[name]) for name in order.sides(0)}
    told = {
        "order": asdict(order) | {"referrals_of_each": shares},
        "conditions": conditions,
        "sides": {name: {key: asdict(one) for key, one in of.items()} for name, of in sides(rounds).items()},
        "ratios": {ratio.name: asdict(spread) for ratio, spread in ratios(rounds).items()},
        "goals": [asdict(one) for one in goals],
        "rounds": [{name: asdict(figures) for name, figures in one.items()} for one in rounds],
    }
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
