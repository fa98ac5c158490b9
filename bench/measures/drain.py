"""Whether a long backlog drains as fast as a short one."""

import time
from contextlib import closing
from statistics import median

from sqlalchemy import text

from bench.goals import Goal
from bench.measures.judged import Measured
from bench.measures.memory import peaks_mb
from bench.measures.moments import await_effects, await_rarely, burst, last_commit
from bench.measures.moments import order as send
from bench.measures.order import Order, Tell
from bench.measures.start import up_at
from bench.ours import OurSide, ours
from bench.place import Servers
from shared.database import Database

GOAL = Goal("rate draining a long backlog ÷ a short one", floor=0.9, aim=1.0)
DOWN = "referral"  #: the service that is away; behind it nothing happens
SETTLED = 2.0  #: seconds in which the broker takes what was just published

_UNSENT = text("SELECT 1 FROM outbox WHERE due_at <= now() LIMIT 1")


def measure(servers: Servers, order: Order, tell: Tell) -> list[Measured]:
    """In a place of its own."""
    with servers.place() as place, ours(place, order.load) as side:
        burst(side, order.warm_up)
        return measure_on(side, order, tell)


def measure_on(side: OurSide, order: Order, tell: Tell) -> list[Measured]:
    """The long one between two short ones."""
    first, long, last = (_drain(side, size, tell) for size in (order.small, order.big, order.small))
    note = f"{order.big:,} at {long:,.0f}/s, {order.small:,} at {first:,.0f} and {last:,.0f}/s"
    return [Measured(GOAL, long / median((first, last)), note)]


def _drain(side: OurSide, size: int, tell: Tell) -> float:
    side.hush()
    side.processes.end(DOWN)
    send(side, size)
    _await_backlog(side, size)
    side.start(DOWN)
    side.await_up(DOWN)
    await_effects(side, size)
    side.come_to_rest()
    rate = size / (last_commit(side.effects) - up_at(side, DOWN))
    tell(f"backlog of {size:,}: {rate:,.0f}/s; {DOWN} took up to {peaks_mb(side)[DOWN]:.0f} MB")
    return rate


def _await_backlog(side: OurSide, size: int) -> None:
    """Until all were sent by the clients, and the sending node has passed them on."""
    await_rarely(side, lambda: side.effects.count("referrals sent") >= side.sent, size)
    with closing(Database(side.plan.nodes[0].database_url)) as node:
        await_rarely(side, lambda: not _has_unsent(node), size)
    time.sleep(SETTLED)


def _has_unsent(node: Database) -> bool:
    with node.reading() as tx:
        return tx.execute(_UNSENT).first() is not None
