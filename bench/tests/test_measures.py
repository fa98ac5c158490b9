"""Each of the other measures passes once, short, through the real parts."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from bench.accuracy.__main__ import SIZES, measured
from bench.accuracy.ways import WAYS
from bench.measures import drain, half, latency, memory, pages, poison, safety, start, stored, workbook
from bench.measures.judged import Measured
from bench.measures.moments import noting_postgres
from bench.measures.order import QUICK
from bench.ours import OurSide, ours
from bench.place import Servers
from shared.testing.broker import Broker

QUIETLY = lambda _: None  # noqa: E731 - a name for nothing


@pytest.fixture(scope="module")
def servers(broker: Broker) -> Iterator[Servers]:
    """The broker of all tests, and a PostgreSQL that notes its commits."""
    with noting_postgres() as postgres:
        yield Servers(broker, postgres)


@pytest.fixture(scope="module")
def side(servers: Servers) -> Iterator[OurSide]:
    """The real services. Each measure counts what it sends from its own beginning."""
    with servers.place() as place, ours(place, QUICK.load) as opened:
        yield opened


def names(measured: list[Measured]) -> list[str]:
    assert all(one.note for one in measured)
    return [one.goal.name for one in measured if one.value > 0]


def test_latency_of_both_sides(servers: Servers) -> None:
    assert names(latency.measure(servers, QUICK, QUIETLY)) == [goal.name for goal in latency.GOALS.values()]


def test_latency_at_half_of_the_top_speed(side: OurSide) -> None:
    assert names(half.measure_on(side, QUICK, QUIETLY)) == [half.GOAL.name]


def test_a_backlog_drains(side: OurSide) -> None:
    assert names(drain.measure_on(side, QUICK, QUIETLY)) == [drain.GOAL.name]


def test_a_long_history(side: OurSide) -> None:
    assert names(stored.measure_on(side, side, QUICK, QUIETLY)) == [stored.GOAL.name]


def test_memory(side: OurSide) -> None:
    said: list[str] = []
    most, growth = memory.measure_on(side, QUICK, said.append)
    assert names([most]) == [memory.MOST.name]
    assert growth.goal == memory.GROWTH
    assert len(said) == 4, "each worker, and not the clients"


def test_every_poisoned_message_is_parked_and_the_others_happen_once(side: OurSide) -> None:
    assert names(poison.measure_on(side, QUICK, QUIETLY)) == [poison.UNREADABLE.name, poison.REFUSED.name]


def test_starting(side: OurSide) -> None:
    assert names([start.measure_on(side, QUICK, QUIETLY)]) == [start.SERVICE.name]


def test_starting_the_demo() -> None:
    assert names([start.measure_demo(QUIETLY)]) == [start.DEMO.name]


def test_pages_at_a_node_with_much_in_it(servers: Servers) -> None:
    assert names(pages.measure(servers, QUICK, QUIETLY)) == [pages.INBOX, pages.PERSON] * 2


def test_reading_a_workbook_of_many_contributions(servers: Servers) -> None:
    goals = (workbook.RATIO, workbook.TIME, workbook.PEOPLE)
    assert names(workbook.measure(servers, QUICK, QUIETLY)) == [goal.name for goal in goals]


def test_what_safety_costs_at_each_hop(servers: Servers) -> None:
    said: list[str] = []
    assert safety.measure(servers, QUICK, said.append) == []
    costs = [re.findall(r"(?:validating|sealing|signing) (\d+\.\d)", line) for line in said[1:]]
    *hops, together = [[float(cost) for cost in line] for line in costs]
    assert [len(hop) for hop in hops] == [3] * 4
    assert all(cost > 0 for hop in hops for cost in hop)
    assert all(sum(costs) < most for costs, most in zip(zip(*hops, strict=True), together, strict=True))


@pytest.mark.parametrize("people", [7, 10_000, 1_000_000])
def test_every_table_of_a_workbook_counts_all_the_people(people: int) -> None:
    counted = Counter[str]()
    for contribution in workbook._of_people(people):
        for table, _codes, count in contribution.cells:
            counted[table] += count
    assert counted == {table.name: people for table in workbook.TABLES}


def test_the_accuracy_of_every_way_is_measured() -> None:
    found = [measured(name, way, SIZES[0], 1) for name, way in WAYS.items()]
    assert all(0 <= one.near <= 1 and one.cells > 0 for one in found)
    assert len(found) == 5
