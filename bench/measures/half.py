"""How long one referral takes at half of our own top speed."""

from statistics import median

from bench.goals import Goal
from bench.measures.judged import Measured
from bench.measures.moments import LAST, await_effects, burst, latencies, percentile, send_steadily
from bench.measures.order import Order, Tell
from bench.ours import OurSide, ours
from bench.place import Servers

GOAL = Goal("p99 at half of our top speed, ms", floor=60, aim=30, more_is_better=False)


def measure(servers: Servers, order: Order, tell: Tell) -> list[Measured]:
    """In a place of its own."""
    with servers.place() as place, ours(place, order.load) as side:
        burst(side, order.warm_up)
        return measure_on(side, order, tell)


def measure_on(side: OurSide, order: Order, tell: Tell) -> list[Measured]:
    """In each round the top speed, then as many referrals at half of it."""
    rounds = [_round(side, order.referrals, tell) for _ in range(order.rounds)]
    tops, p99s = zip(*rounds, strict=True)
    note = f"half of {median(tops):,.0f}/s, {len(rounds)} rounds: {min(p99s):.0f} to {max(p99s):.0f}"
    return [Measured(GOAL, median(p99s), note)]


def _round(side: OurSide, referrals: int, tell: Tell) -> tuple[float, float]:
    top = burst(side, referrals)
    side.hush()
    told = send_steadily(side, referrals, top / 2)
    await_effects(side, referrals)
    side.come_to_rest()
    found = latencies(told, *(side.effects.committed(end, since=told[0]) for end in LAST))
    pace = (len(told) - 1) / (told[-1] - told[0])
    p50, p99 = percentile(found, 50), percentile(found, 99)
    tell(f"top speed {top:,.0f}/s; at {pace:,.0f}/s p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    return top, p99
