"""A figure is judged by its goal; latencies go by order; a percentile falls between two values."""

import json

import pytest

from bench.goals import Goal
from bench.measures.judged import Measured, as_json
from bench.measures.moments import latencies, percentile

MORE, LESS = Goal("rate", floor=0.9, aim=1.0), Goal("memory", floor=120, aim=70, more_is_better=False)


@pytest.mark.parametrize(
    ("goal", "value", "reached"),
    [
        (MORE, 1.0, "aim"),
        (MORE, 0.99, "floor"),
        (MORE, 0.9, "floor"),
        (MORE, 0.89, "no"),
        (LESS, 70, "aim"),
        (LESS, 71, "floor"),
        (LESS, 120, "floor"),
        (LESS, 121, "no"),
    ],
)
def test_floor_and_aim_are_reached_when_they_are_met(goal: Goal, value: float, reached: str) -> None:
    assert Measured(goal, value).reached == reached


def test_the_file_holds_the_figure_its_goal_and_the_verdict() -> None:
    [line] = json.loads(as_json([Measured(MORE, 0.95, "six rounds")], {}))["measured"]
    assert (line["goal"]["floor"], line["value"], line["note"], line["reached"]) == (
        0.9,
        0.95,
        "six rounds",
        "floor",
    )


def test_a_referral_ends_with_its_last_effect() -> None:
    assert latencies([1.0, 2.0], [1.5, 2.25], [1.25, 2.5]) == [500, 500]


def test_what_was_lost_or_doubled_is_no_latency() -> None:
    with pytest.raises(ValueError, match="shorter"):
        latencies([1.0, 2.0], [1.5], [1.25])


def test_percentiles() -> None:
    values = list(range(101))
    assert (percentile(values, 50), percentile(values, 99)) == (50, 99)
    assert percentile([10, 20], 50) == 15
