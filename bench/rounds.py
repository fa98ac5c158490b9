"""The rounds: each side in turn starts in an empty place, warms up, is timed, comes to rest and is checked."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bench.contenders import CONTENDERS, OURS, Contender, Peer
from bench.place import Servers
from bench.processor import machine_seconds, processor_seconds
from bench.side import Load


@dataclass(frozen=True)
class Order:
    """What is asked for: how many timed rounds, how many referrals in each and before the clock starts.

    ``referrals`` are ours; each peer gets its share of them.
    """

    rounds: int = 4
    referrals: int = 10_000
    warm_up: int = 400
    load: Load = field(default_factory=Load)
    peers: Sequence[Peer] = tuple(Peer)

    def sides(self, number: int) -> list[str]:
        """Who takes part in a round, in the order of their turns: the next round begins with the next side."""
        every = [OURS, *self.peers]
        first = number % len(every)
        return every[first:] + every[:first]

    def referrals_of(self, contender: Contender) -> int:
        """In each round, and at least one for each client."""
        return max(round(self.referrals * contender.share), self.load.clients)


QUICK = Order(rounds=1, referrals=200, warm_up=20, load=Load(clients=16))


@dataclass(frozen=True)
class Figures:
    """One side in one round: referrals a second, and processor milliseconds a referral until all is at rest.

    The processor's time is that of the side's processes and of the servers; ``parts`` says whose it is. ``elsewhere``
    is how many processors were busy with anything else meanwhile: rates compare where that is next to none.
    """

    per_second: float
    processor_ms: float
    parts: Mapping[str, float] = field(default_factory=dict)
    elsewhere: float = 0.0


Round = dict[str, Figures]


def measure(servers: Servers, order: Order, tell: Callable[[str], None]) -> Iterator[Round]:
    """Each round, when it has been counted. Raises NotExactlyOnce for one that does not count."""
    for number in range(order.rounds):
        counted = {}
        for name in order.sides(number):
            counted[name] = figures = _time(servers, CONTENDERS[name], order)
            tell(f"round {number + 1}: {name}: {figures.per_second:,.0f} referrals/s, each exactly once")
        yield {name: counted[name] for name in order.sides(0)}


def _time(servers: Servers, contender: Contender, order: Order) -> Figures:
    referrals = order.referrals_of(contender)
    with servers.place() as place, contender.open(place, order.load) as side:
        trees = {**side.processes.pids, **servers.pids}
        side.send(order.warm_up)
        side.come_to_rest()
        begun, busy, before = time.monotonic(), machine_seconds(), _used(trees)
        seconds = side.send(referrals)
        side.come_to_rest()
        used = {name: now - before[name] for name, now in _used(trees).items()}
        elsewhere = (machine_seconds() - busy - sum(used.values())) / (time.monotonic() - begun)
    each = {name: one / referrals * 1_000 for name, one in used.items()}
    return Figures(referrals / seconds, sum(each.values()), each, elsewhere)


def _used(trees: Mapping[str, int]) -> dict[str, float]:
    return {name: processor_seconds([pid]) for name, pid in trees.items()}
