"""What the figures are to reach: a floor and an aim for each, judged by the median of the rounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rich.table import Table

from bench.spread import Spread


class Reached(StrEnum):
    """How far a figure has come."""

    AIM = "aim"
    FLOOR = "floor"
    NO = "no"


@dataclass(frozen=True)
class Goal:
    """A figure's name, what it must reach, and what it is to reach."""

    name: str
    floor: float
    aim: float
    more_is_better: bool = True

    def reached_by(self, figure: float) -> Reached:
        """The aim, at least the floor, or neither; who equals one has reached it."""
        better = 1 if self.more_is_better else -1
        if figure * better >= self.aim * better:
            return Reached.AIM
        return Reached.FLOOR if figure * better >= self.floor * better else Reached.NO


@dataclass(frozen=True)
class Judgement:
    """A goal, what was measured, and what that reaches."""

    goal: Goal
    measured: Spread
    reached: Reached


def judge(goal: Goal, measured: Spread) -> Judgement:
    """By the median."""
    return Judgement(goal, measured, goal.reached_by(measured.median))


def table(judgements: Sequence[Judgement]) -> Table:
    """A line for each goal."""
    made = Table("goal", title="Goals, by the median")
    for column in ("measured", "floor", "aim", "reached?"):
        made.add_column(column, justify="right")
    for one in judgements:
        digits = 1 if one.goal.floor >= 1 else 3
        limits = [f"{value:,.{digits}f}" for value in (one.goal.floor, one.goal.aim)]
        made.add_row(one.goal.name, one.measured.said(digits), *limits, one.reached)
    return made
