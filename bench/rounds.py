"""The rounds: each side in turn starts in an empty place, warms up, is timed, comes to rest and is checked."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from bench.ours import ours
from bench.place import Servers
from bench.plain_nameko.side import plain_nameko
from bench.processor import processor_seconds
from bench.side import Load, OpenSide

OURS, PEER = "throughline", "plain nameko"
SIDES: dict[str, OpenSide] = {OURS: ours, PEER: plain_nameko}


@dataclass(frozen=True)
class Order:
    """What is asked for: how many timed rounds, and how many referrals in each and before the clock starts."""

    rounds: int = 4
    referrals: int = 6_000
    warm_up: int = 400
    load: Load = field(default_factory=Load)


QUICK = Order(rounds=1, referrals=200, warm_up=20, load=Load(clients=16))


@dataclass(frozen=True)
class Figures:
    """One side in one round: referrals a second, and processor milliseconds a referral until all is at rest.

    The processor's time is that of the side's processes and of the servers; ``parts`` says whose it is.
    """

    per_second: float
    processor_ms: float
    parts: Mapping[str, float] = field(default_factory=dict)


Round = dict[str, Figures]


def measure(servers: Servers, order: Order, tell: Callable[[str], None]) -> Iterator[Round]:
    """Each round, when it has been counted. Raises NotExactlyOnce for one that does not count."""
    for number in range(1, order.rounds + 1):
        this_round = {}
        for name, open_side in SIDES.items():
            this_round[name] = figures = _time(servers, open_side, order)
            tell(f"round {number}: {name}: {figures.per_second:,.0f} referrals/s, each exactly once")
        yield this_round


def _time(servers: Servers, open_side: OpenSide, order: Order) -> Figures:
    with servers.place() as place, open_side(place, order.load) as side:
        trees = {**side.processes.pids, **servers.pids}
        side.send(order.warm_up)
        side.come_to_rest()
        before = _used(trees)
        seconds = side.send(order.referrals)
        side.come_to_rest()
        each = {name: (used - before[name]) / order.referrals * 1_000 for name, used in _used(trees).items()}
    return Figures(order.referrals / seconds, sum(each.values()), each)


def _used(trees: Mapping[str, int]) -> dict[str, float]:
    return {name: processor_seconds([pid]) for name, pid in trees.items()}
