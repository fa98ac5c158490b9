"""What nodes may contribute, and what becomes of it."""

from datetime import timedelta
from typing import Any

import pytest

from services.reporting.usecases.report import periods
from shared.messaging.errors import Refused

FOOD, CASH = ("food", "met"), ("cash", "open")


def shown(world: Any, *period: str) -> dict[tuple[str, ...], float]:
    cells = world.report("needs", *period).cells
    return {codes: value.shown for codes, value in cells.items() if value.shown != 0}


def test_counts_of_all_organisations_are_added_up(world: Any, counts: Any) -> None:
    world.hear(counts({FOOD: 10, CASH: 7}), sender="harbour")
    world.hear(counts({FOOD: 20}), sender="lantern")
    assert shown(world) == {FOOD: 30, CASH: 7}
    assert world.report("needs").contributors == 2


def test_the_highest_revision_stands_whenever_it_comes(world: Any, counts: Any) -> None:
    world.hear(counts({FOOD: 9}, revision=2), counts({FOOD: 8}, revision=3), sender="harbour")
    world.hear(counts({FOOD: 7}, revision=1), sender="harbour")
    assert shown(world) == {FOOD: 8}


def test_a_year_is_the_sum_of_its_quarters(world: Any, counts: Any) -> None:
    world.at += timedelta(days=60)
    world.hear(counts({FOOD: 9}), counts({FOOD: 8}, period="2026-Q2"), sender="harbour")
    assert shown(world, "2026") == {FOOD: 17}
    assert [str(period) for period in periods(world.database)] == ["2026-Q2", "2026-Q1", "2026"]


def test_a_closed_period_takes_nothing_more(world: Any, counts: Any) -> None:
    world.at -= timedelta(days=17)
    world.hear(counts({FOOD: 9}, period="2025-Q4"), sender="harbour")
    world.at += timedelta(days=3)
    with pytest.raises(Refused, match="period_closed"):
        world.hear(counts({FOOD: 8}, period="2025-Q4", revision=2), sender="harbour")
    assert shown(world, "2025-Q4") == {FOOD: 9}


def test_a_period_that_has_not_begun_takes_nothing_yet(world: Any, counts: Any) -> None:
    with pytest.raises(Refused, match="period_not_begun"):
        world.hear(counts({FOOD: 9}, period="2026-Q2"), sender="harbour")


@pytest.mark.parametrize(
    ("cells", "table", "code"),
    [
        ({("food", "met"): 5}, "secrets", "unknown_table"),
        ({("food",): 5}, "needs", "unknown_table"),
        ({("food", "solved"): 5}, "needs", "unknown_code"),
        ({("identified_victim", "XXX"): 5}, "persons_by_citizenship", "unknown_code"),
        ({("food", "met"): 1_000_001}, "needs", "count_too_large"),
    ],
)
def test_what_is_not_known_is_kept_for_a_person(
    world: Any, counts: Any, cells: Any, table: str, code: str
) -> None:
    with pytest.raises(Refused, match=code):
        world.hear(counts(cells, table), sender="harbour")
    assert shown(world) == {}


def test_a_cell_that_stands_twice_is_not_guessed_at(world: Any, counts: Any) -> None:
    once = counts({FOOD: 9})
    twice = once.load({**once.dump(), "cells": 2 * once.dump()["cells"]})
    with pytest.raises(Refused, match="cell_twice"):
        world.hear(twice, sender="harbour")


def test_a_newer_workbook_waits_for_an_upgrade(world: Any, counts: Any) -> None:
    newer = counts({FOOD: 9})
    with pytest.raises(Refused, match="newer_workbook"):
        world.hear(newer.load({**newer.dump(), "workbook": 99}), sender="harbour")


def test_age_bands_are_merged_to_the_published_ones(world: Any, counts: Any) -> None:
    cells = {("identified_victim", "Woman", band): 5 for band in ("9--11", "12--14", "unknown")}
    world.hear(counts(cells, "persons_identified"), sender="harbour")
    found = world.report("persons_identified").cells
    assert {codes[2]: value.shown for codes, value in found.items()} == {"9--17": 10, "unknown": 5}


def test_countries_are_known_by_their_codes_and_may_be_unknown(world: Any, counts: Any) -> None:
    cells = {("identified_victim", code): 9 for code in ("unknown", "UKR", "BLR")}
    world.hear(counts(cells, "persons_by_citizenship"), sender="harbour")
    assert world.report("persons_by_citizenship").codes[1] == ("BLR", "UKR", "unknown")
