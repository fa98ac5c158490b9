"""When something began and when its effects were committed, told by the database server itself, without asking it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from statistics import quantiles

from bench.effects import Effects
from bench.ours import OurSide
from bench.side import CLIENTS, EACH_PATIENCE, PATIENCE, Side
from shared.testing.private_postgres import PrivatePostgres, execute

LAST = ("counted by reporting", "heard by notifications")  #: the two effects of ours that nothing comes after
FIRST_PAUSE = 0.1  #: seconds between two questions that cost nothing
RARELY = 20  #: times as long as a question took, until it is asked again: counting a long table is work


@contextmanager
def noting_postgres() -> Iterator[PrivatePostgres]:
    """A PostgreSQL of our own, as for the rounds, that also notes when each transaction was committed."""
    with closing(PrivatePostgres()) as postgres:
        execute(postgres.url, "ALTER SYSTEM SET track_commit_timestamp = on")
        postgres.stop()
        postgres.start()
        yield postgres


def burst(side: OurSide, referrals: int) -> float:
    """Let the clients send that many at once; the rate until the last effect was committed, when all is at rest."""
    side.hush()
    begun = time.time()
    order(side, referrals)
    await_effects(side, referrals)
    side.come_to_rest()
    return referrals / (last_commit(side.effects) - begun)


def order(side: Side, referrals: int) -> None:
    """Tell the clients to send that many, now."""
    side.sent += referrals
    side.processes.tell(CLIENTS, referrals)


def await_effects(side: Side, referrals: int) -> None:
    """Wait until every effect is there. Raises NotExactlyOnce, telling what is missing, after patience for so many."""
    await_rarely(side, lambda: side.effects.are_there(side.sent), referrals)


def await_rarely(side: Side, question: Callable[[], bool], referrals: int) -> None:
    """Wait until it is so, asking so rarely that it slows nothing: when it became so, the server has noted."""
    end = time.monotonic() + referrals * EACH_PATIENCE + PATIENCE
    while True:
        side.processes.refuse_ended()
        asked = time.monotonic()
        if question():
            return
        if asked > end:
            side.effects.check(side.sent)
        time.sleep(max(FIRST_PAUSE, RARELY * (time.monotonic() - asked)))


def last_commit(effects: Effects) -> float:
    """When the last effect of ours was committed, in seconds since 1970."""
    return max(effects.committed(name)[-1] for name in LAST)


def send_steadily(side: Side, referrals: int, per_second: float) -> list[float]:
    """Tell the clients to send one referral after the other at that pace; returns when each was told to them."""
    first, told = time.monotonic(), []
    for number in range(referrals):
        time.sleep(max(0.0, first + number / per_second - time.monotonic()))
        told.append(time.time())
        order(side, 1)
    return told


def latencies(told: Sequence[float], *ends: Sequence[float]) -> list[float]:
    """Milliseconds from each to its last end. Who is whose goes by order: each began, and ended, as the n-th."""
    last = [max(moments) for moments in zip(*ends, strict=True)]
    return [(end - begun) * 1_000 for begun, end in zip(told, last, strict=True)]


def percentile(values: Sequence[float], percent: int) -> float:
    """Of at least two values; between two of them where it falls there."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]
