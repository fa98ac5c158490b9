"""What is compared with what: ratios taken inside each round, and the goals they are to reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bench.contenders import OURS, Peer
from bench.goals import Goal, Judgement, judge
from bench.rounds import Figures, Round
from bench.spread import Spread


class Figure(StrEnum):
    """Which of the figures; the best rate is the highest, the best use of the processor the lowest."""

    PER_SECOND = "per_second"
    PROCESSOR_MS = "processor_ms"

    def of(self, figures: Figures) -> float:
        """Its value."""
        return float(getattr(figures, self))

    def best(self, figures: Sequence[Figures]) -> float:
        """Of several peers."""
        return (max if self is Figure.PER_SECOND else min)(map(self.of, figures))


@dataclass(frozen=True)
class Ratio:
    """Ours divided by the best of these peers; told only where all of them took part."""

    name: str
    figure: Figure
    peers: tuple[Peer, ...]
    digits: int = 1

    def over(self, rounds: Sequence[Round]) -> Spread:
        """Taken inside each round."""
        return Spread.of([self._inside(a_round) for a_round in rounds])

    def _inside(self, a_round: Round) -> float:
        return self.figure.of(a_round[OURS]) / self.figure.best([a_round[peer] for peer in self.peers])


RATE_TO_NAMEKO = Ratio("referrals/s ÷ plain nameko", Figure.PER_SECOND, (Peer.PLAIN_NAMEKO,))
RATE_TO_ORM = Ratio(
    "referrals/s ÷ best of faststream, dramatiq, celery",
    Figure.PER_SECOND,
    (Peer.FASTSTREAM, Peer.DRAMATIQ, Peer.CELERY),
)
RATE_TO_RAW = Ratio("referrals/s ÷ faststream-raw", Figure.PER_SECOND, (Peer.FASTSTREAM_RAW,))
RATE_TO_LIMIT = Ratio("referrals/s ÷ limit", Figure.PER_SECOND, (Peer.LIMIT,), digits=2)
RATE_TO_BATCHES = Ratio("referrals/s ÷ batches-alone", Figure.PER_SECOND, (Peer.BATCHES,), digits=2)
PROCESSOR_TO_NAMEKO = Ratio(
    "processor ms ÷ plain nameko", Figure.PROCESSOR_MS, (Peer.PLAIN_NAMEKO,), digits=3
)

RATIOS = (RATE_TO_NAMEKO, RATE_TO_ORM, RATE_TO_RAW, RATE_TO_LIMIT, RATE_TO_BATCHES, PROCESSOR_TO_NAMEKO)

_PROCESSOR = Goal(PROCESSOR_TO_NAMEKO.name, 1 / 10, 1 / 18, more_is_better=False)

ON_POSTGRES: Sequence[tuple[Ratio, Goal]] = (
    (RATE_TO_NAMEKO, Goal("referrals/s ÷ plain nameko, ours validating and sealing", 7, 12)),
    (RATE_TO_NAMEKO, Goal("referrals/s ÷ plain nameko, the harder goal", 12, 18)),
    (RATE_TO_ORM, Goal(RATE_TO_ORM.name, 12, 18)),
    (RATE_TO_RAW, Goal(RATE_TO_RAW.name, 6, 10)),
    (RATE_TO_LIMIT, Goal(RATE_TO_LIMIT.name, 0.35, 0.60)),
    (PROCESSOR_TO_NAMEKO, _PROCESSOR),
)
ON_SQLITE: Sequence[tuple[Ratio, Goal]] = (
    (RATE_TO_NAMEKO, Goal("referrals/s ÷ plain nameko, both on SQLite", 10, 18)),
    (PROCESSOR_TO_NAMEKO, _PROCESSOR),
)


def ratios(rounds: Sequence[Round]) -> Mapping[Ratio, Spread]:
    """Those whose peers all took part."""
    return {ratio: ratio.over(rounds) for ratio in RATIOS if set(ratio.peers) <= set(rounds[0])}


def judged(rounds: Sequence[Round], goals: Sequence[tuple[Ratio, Goal]]) -> list[Judgement]:
    """Each goal whose ratio was taken."""
    measured = ratios(rounds)
    return [judge(goal, measured[ratio]) for ratio, goal in goals if ratio in measured]
