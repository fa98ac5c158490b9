"""What validation, sealing and signing cost at each hop: processor time of the very functions that the services call.

Forty referrals from one organisation to one other at one moment: what one pack carries.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson

from bench.measures.forty import Forty
from bench.measures.judged import Measured
from bench.measures.order import Order, Tell
from bench.place import Servers
from shared.schemas import Event

Do = Callable[[], object]


@dataclass(frozen=True)
class Hop:
    """Where, how many there are of it, and what is done there: opening belongs to sealing, proving to signing."""

    name: str
    times: int
    validating: Sequence[Do]
    sealing: Sequence[Do]
    signing: Sequence[Do]


def measure(servers: Servers, order: Order, tell: Tell) -> list[Measured]:
    """In this process alone. Its goal is that of the whole, which does all of it (``python -m bench``)."""
    del servers
    every = [0.0, 0.0, 0.0]
    tell("Microseconds of processor time a referral, at each hop:")
    for hop in _hops(Forty()):
        costs = [_cost(does, order.seconds) for does in (hop.validating, hop.sealing, hop.signing)]
        every = [sum_ + hop.times * cost for sum_, cost in zip(every, costs, strict=True)]
        tell(_line(hop.name, costs))
    tell(_line("all together", every))
    return []


def _line(name: str, costs: Sequence[float]) -> str:
    validating, sealing, signing = costs
    return f"{name}: validating {validating:.1f}, sealing {sealing:.1f}, signing {signing:.1f}"


def _cost(does: Sequence[Do], seconds: float) -> float:
    """Microseconds for one of the referrals, from doing it for all of them again and again for so long."""
    begun, times = time.process_time(), 0
    while (used := time.process_time() - begun) < seconds:
        for do in does:
            do()
        times += 1
    return used / times / Forty.MANY * 1_000_000


def _hops(forty: Forty) -> list[Hop]:
    return [
        Hop(
            "sending node",
            1,
            [forty.check_what_is_asked],
            [forty.seal_parts, forty.keep_parts, forty.enclose_letters],
            [forty.write_letters],
        ),
        Hop(
            "referral service",
            1,
            [lambda: _load(forty.sent)],
            [lambda: forty.disclose(forty.letters), forty.enclose_offers, *[forty.enclose_moves] * 3],
            [forty.prove_letters, forty.say_offers, *[forty.say_moves] * 3],
        ),
        Hop(
            "each of three that hear of a move",
            3,
            [lambda: _load(forty.moved)],
            [lambda: forty.disclose(forty.moves)],
            [lambda: forty.prove_hub(forty.moves)],
        ),
        Hop(
            "receiving node",
            1,
            [lambda: _load(forty.offered)],
            [lambda: forty.disclose(forty.offers), forty.open_parts, forty.keep_parts],
            [lambda: forty.prove_hub(forty.offers), forty.prove_letters],
        ),
    ]


def _load(events: Sequence[tuple[Event, bytes]]) -> None:
    for event, encoded in events:
        type(event).load(orjson.loads(encoded)["data"])
