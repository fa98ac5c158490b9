"""How much of everything is asked for."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bench.side import Load

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Order:
    """Numbers of referrals, unless it says otherwise.

    ``rounds`` times in turn, ``referrals`` each; ``paced`` one by one at a steady pace; ``small`` and ``big`` are the
    backlogs, and the histories; ``long`` is the run that must not grow; ``starts`` are of each
    process; ``requests`` of each page at a node that has ``stored`` referrals; ``seconds`` for what is done in
    this process again and again.
    """

    rounds: int = 4
    referrals: int = 6_000
    warm_up: int = 400
    paced: int = 400
    small: int = 10_000
    big: int = 200_000
    long: int = 40_000
    starts: int = 5
    stored: int = 100_000
    requests: int = 200
    seconds: float = 0.3
    load: Load = field(default_factory=Load)


QUICK = Order(
    rounds=1,
    referrals=200,
    warm_up=50,
    paced=20,
    small=200,
    big=1_000,
    long=400,
    starts=1,
    stored=500,
    requests=5,
    seconds=0.01,
    load=Load(clients=16),
)
