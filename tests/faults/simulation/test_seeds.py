"""Thousands of short, stormy histories of two nodes and the hub: each ends with nothing lost and nothing doubled."""

from collections.abc import Callable

import pytest

from tests.faults.simulation.many import broken_seeds
from tests.faults.simulation.play import play

SEEDS = 5_000


@pytest.mark.timeout(
    3_000
)  # on a slow machine that has other work, a seed takes more than half a second of a processor
def test_the_promise_holds_whatever_the_weather(record_property: Callable[[str, object], None]) -> None:
    assert list(broken_seeds(range(SEEDS))) == []
    record_property("figure", f"Simulation: {SEEDS:,} seeds, 0 broken.")


def test_a_seed_is_the_same_history_each_time() -> None:
    first, second = ([row["state"] for row in play(7).hub.rows("moves")] for _ in range(2))

    assert first == second
    assert len(first) > 0
