"""The dice of one seed: what may go wrong, how often, and whether it does so now."""

import random
from dataclasses import dataclass, field

SHOWER, STORM = 0.02, 0.25  #: of the moments in which something can go wrong, those in which it does

CUT = "cut"  #: the link breaks
DOUBLE = "double"  #: a message arrives twice
CRASH_BEFORE = "crash before commit"
CRASH_AFTER = "crash after commit"
AWAY = "database away"
REORDER = "reorder"  #: messages come in another order
UNANSWERED = "confirm late"
TROUBLES = (CUT, DOUBLE, CRASH_BEFORE, CRASH_AFTER, AWAY, REORDER, UNANSWERED)


class Crash(BaseException):
    """The process is gone at this moment; nobody catches it on the way out."""


@dataclass
class Weather:
    """Each seed has a few troubles of its own, each with its own frequency; from ``calm`` on there are none."""

    seed: int
    calm: bool = False
    dice: random.Random = field(init=False)
    rates: dict[str, float] = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311 - a seed is to be played again
        self.rates = {
            trouble: self.dice.uniform(SHOWER, STORM) for trouble in TROUBLES if self.dice.random() < 1 / 2
        }

    def strikes(self, trouble: str) -> bool:
        """Whether it happens now."""
        rate = self.rates.get(trouble, 0.0)
        return not self.calm and rate > 0 and self.dice.random() < rate
