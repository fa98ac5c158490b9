"""Thousands of short, stormy histories of two nodes and the hub: each ends with nothing lost and nothing doubled."""

import time
from collections.abc import Callable

import pytest

from tests.faults.simulation.many import play_many
from tests.faults.simulation.play import play

SEEDS = 5_000
FEWEST = 1_000  #: however slow the machine is
LONG = 10 * 60  #: seconds; a slow machine plays what it can in this time, or the fewest


@pytest.mark.timeout(6 * LONG)
def test_the_promise_holds_whatever_the_weather(record_property: Callable[[str, object], None]) -> None:
    end = time.monotonic() + LONG
    played, broken = play_many(
        range(SEEDS), are_enough=lambda count: count >= FEWEST and time.monotonic() > end
    )

    assert broken == []
    record_property("figure", f"Simulation: {played:,} seeds of {SEEDS:,}, 0 broken.")


def test_a_seed_is_the_same_history_each_time() -> None:
    first, second = ([row["state"] for row in play(7).hub.rows("moves")] for _ in range(2))

    assert first == second
    assert len(first) > 0
