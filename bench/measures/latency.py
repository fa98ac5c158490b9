"""How long one referral takes from the client's call to its last effect, where nobody is in a hurry."""

from collections.abc import Mapping
from statistics import median

from bench.contenders import CONTENDERS, OURS, Peer
from bench.goals import Goal
from bench.measures.judged import Measured
from bench.measures.moments import LAST, await_effects, latencies, percentile, send_steadily
from bench.measures.order import Order, Tell
from bench.place import Servers

PER_SECOND = 20
GOALS = {
    50: Goal("p50 at 20/s ÷ plain nameko", floor=0.8, aim=0.5, more_is_better=False),
    99: Goal("p99 at 20/s ÷ plain nameko", floor=1.0, aim=0.6, more_is_better=False),
}


PEER = Peer.PLAIN_NAMEKO
#: The effects at which one of its referrals ends, and those before them; batches alone show what is not the delivery's.
ENDS: Mapping[str, tuple[str, ...]] = {
    OURS: LAST,
    PEER: ("counts", "notices"),
    Peer.BATCHES: ("counts", "notices"),
}
BEFORE: Mapping[str, tuple[str, ...]] = {
    OURS: ("letters of the sender", "moves at the hub"),
    PEER: ("referrals sent", "referrals at the hub"),
    Peer.BATCHES: ("referrals sent", "referrals at the hub"),
}

Percentiles = Mapping[int, float]


def measure(servers: Servers, order: Order, tell: Tell) -> list[Measured]:
    """The sides in turn, each in an empty place; the ratio is taken inside each round."""
    rounds = [{name: _time(servers, name, order, tell) for name in ENDS} for _ in range(order.rounds)]
    return [_judge(percent, rounds) for percent in GOALS]


def _judge(percent: int, rounds: list[dict[str, Percentiles]]) -> Measured:
    ratio = median(one[OURS][percent] / one[PEER][percent] for one in rounds)
    mine, theirs = (median(one[name][percent] for one in rounds) for name in (OURS, PEER))
    return Measured(GOALS[percent], ratio, f"{mine:.1f} ms and {theirs:.1f} ms, {len(rounds)} rounds")


def _time(servers: Servers, name: str, order: Order, tell: Tell) -> Percentiles:
    with servers.place() as place, CONTENDERS[name].open(place, order.load) as side:
        side.send(order.warm_up)
        side.come_to_rest()
        told = send_steadily(side, order.paced, PER_SECOND)
        await_effects(side, order.paced)
        side.come_to_rest()
        effects = (*BEFORE[name], *ENDS[name])
        moments = {effect: side.effects.committed(effect, since=told[0]) for effect in effects}
    found = latencies(told, *(moments[end] for end in ENDS[name]))
    tell(f"{name} at {PER_SECOND}/s: p50 {percentile(found, 50):.1f} ms, p99 {percentile(found, 99):.1f} ms")
    middle = {effect: percentile(latencies(told, at), 50) for effect, at in moments.items()}
    tell(f"{name}, p50 of each: {', '.join(f'{effect} {ms:.1f} ms' for effect, ms in middle.items())}")
    return {percent: percentile(found, percent) for percent in GOALS}
