"""Counts of nodes that are not upgraded yet stand beside the others, and no node is told what it cannot read."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.reporting.domain.periods import Period
from services.reporting.storage.contributed import standing_contributions
from services.reporting.tests.conftest import World, _new_world
from services.reporting.usecases.hear import hear
from shared.clock import new_id
from shared.messaging.delivery import Batch
from shared.messaging.message import Message
from shared.schemas.intake import Cell, CountsContributed
from tests.compatibility.release import releases
from tests.compatibility.test_events import opened

PERIOD, NEED = "2026-Q1", ("legal_assistance", "open")
NEEDS = CountsContributed(
    workbook=2, period=PERIOD, revision=1, cells=[Cell(table="needs", codes=[*NEED], count=5)]
)
SIGNED: Any = object()  #: nothing here looks into the letter


@pytest.fixture
def world() -> Iterator[World]:
    with closing(_new_world()) as world:
        yield world


@pytest.fixture
def told(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whom something is said to."""
    addresses: list[str] = []

    def publish(_tx: Any, event: Any, *, to: Any, subject: object, **_: Any) -> UUID:
        addresses.append(to.key(event))
        return new_id()

    monkeypatch.setattr(world.database.outbox, "publish", publish)
    return addresses


def counts_of_0_1_0() -> Message:
    release, *_ = releases()
    return opened(next(path for path in release.events if "counts_contributed" in path.name).read_bytes())


def said(world: World, *messages: Message) -> Batch:
    with world.database.transaction() as tx:
        hear(tx, batch := Batch(list(messages)), open_for=timedelta(days=45))
    return batch


def test_old_and_new_nodes_are_added_up_and_nothing_waits_for_a_person(world: World, told: Any) -> None:
    batch = said(world, counts_of_0_1_0(), Message(new_id(), "lantern", NEEDS))
    assert batch.left_out == {}
    assert [value.shown for value in world.report("needs", PERIOD).cells.values()] == [7 + 5]
    assert world.report("needs", PERIOD).contributors == 2
    with world.database.reading() as tx:
        standing = standing_contributions(tx, Period(2026))
    assert {one.org: (one.workbook, one.answer) for one in standing} == {
        "harbour-house": (1, "taken"),
        "lantern": (2, "taken"),
    }


def test_an_old_node_is_not_told_what_it_would_park(world: World, told: list[str]) -> None:
    old = counts_of_0_1_0()
    said(world, old, Message(new_id(), "lantern", NEEDS))
    with world.database.transaction() as tx:
        hear(tx, Batch([], [old]), open_for=timedelta(days=45))
    assert told == ["to.lantern.reporting.counts_answered"]


def test_a_new_node_that_counts_by_workbook_1_is_answered(world: World, told: list[str]) -> None:
    said(world, Message(new_id(), "lantern", counts_of_0_1_0().event, letter=SIGNED))
    assert told == ["to.lantern.reporting.counts_answered"]


def test_a_table_names_the_organisations_only_whose_workbook_has_it(world: World, told: Any) -> None:
    said(world, counts_of_0_1_0(), Message(new_id(), "lantern", NEEDS))
    assert world.report("persons_by_means", PERIOD).contributors == 1
    assert world.report("persons_by_exploitation", PERIOD).contributors == 1
    assert world.report("activities", PERIOD).contributors == 1
