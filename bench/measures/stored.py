"""Whether it is as fast with a long history as with a short one."""

from statistics import median

from bench.goals import Goal
from bench.measures.clones import store
from bench.measures.judged import Measured
from bench.measures.moments import burst
from bench.measures.order import Order, Tell
from bench.ours import OurSide, ours
from bench.place import Servers

GOAL = Goal("rate with a long history ÷ a short one", floor=0.9, aim=1.0)


def measure(servers: Servers, order: Order, tell: Tell) -> list[Measured]:
    """Two places, each with a history, up at the same time; one works while the other rests."""
    with (
        servers.place() as one,
        ours(one, order.load) as few,
        servers.place() as other,
        ours(other, order.load) as many,
    ):
        return measure_on(few, many, order, tell)


def measure_on(few: OurSide, many: OurSide, order: Order, tell: Tell) -> list[Measured]:
    """In turn; the ratio is taken inside each round."""
    for side, size in ((few, order.small), (many, order.big)):
        store(side, size)
        burst(side, order.warm_up)
        tell(f"{size:,} referrals are stored")
    rounds = [_round(few, many, order.referrals, tell) for _ in range(order.rounds)]
    ratios = [with_many / with_few for with_few, with_many in rounds]
    note = f"{order.big:,} and {order.small:,}, {len(rounds)} rounds: {min(ratios):.2f} to {max(ratios):.2f}"
    return [Measured(GOAL, median(ratios), note)]


def _round(few: OurSide, many: OurSide, referrals: int, tell: Tell) -> tuple[float, float]:
    rates = burst(few, referrals), burst(many, referrals)
    tell(f"with few stored {rates[0]:,.0f}/s, with many {rates[1]:,.0f}/s")
    return rates
