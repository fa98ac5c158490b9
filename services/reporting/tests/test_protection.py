"""No small count can be found in a table about people, neither by looking nor by computing."""

from collections import Counter
from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from services.reporting.domain.periods import parse_period
from services.reporting.domain.protection import TOTAL, Counts, round_total, rounded, with_totals, withheld
from services.reporting.storage.contributed import Contribution, keep_contributions

ROWS, COLUMNS = ("a", "b", "c"), ("x", "y", "z")


def solutions(counts: Counts) -> list[set[int]]:
    """What each withheld small count could be for somebody who tries every way to fill the table."""
    cells = with_totals(counts, (ROWS, COLUMNS))
    hidden = withheld(counts, (ROWS, COLUMNS))
    inner = sorted(codes for codes in hidden if TOTAL not in codes)
    small = [codes for codes in inner if counts[codes] <= 4]
    fits = [
        filled
        for guess in product(range(1, 13), repeat=len(inner))
        if _fits(filled := dict(zip(inner, guess, strict=True)), counts, cells, hidden)
    ]
    return [{filled[codes] for filled in fits} for codes in small]


def _fits(filled: Any, counts: Any, cells: Any, hidden: Any) -> bool:
    guessed = with_totals({**counts, **filled}, (ROWS, COLUMNS))
    return all(guessed[codes] == cells[codes] for codes in cells.keys() - hidden if TOTAL in codes)


def test_a_table_of_large_counts_is_shown_as_it_is() -> None:
    counts: Counts = dict.fromkeys(product(ROWS, COLUMNS), 5)
    assert withheld(counts, (ROWS, COLUMNS)) == frozenset()


@pytest.mark.parametrize("small", [1, 2, 3, 4])
def test_one_small_count_takes_others_with_it(small: int) -> None:
    large: Counts = dict.fromkeys(product(ROWS, COLUMNS), 9)
    counts: Counts = {**large, ("b", "y"): small}
    hidden = withheld(counts, (ROWS, COLUMNS))
    assert ("b", "y") in hidden
    assert all(sum(codes[place] == code for codes in hidden) != 1 for place, code in ((0, "b"), (1, "y")))


def test_no_way_of_filling_the_table_tells_a_small_count() -> None:
    random = Random(7)  # noqa: S311 - the same tables at every run
    for _ in range(6):
        counts: Counts = {codes: random.choice((0, 1, 3, 6, 8, 9, 11)) for codes in product(ROWS, COLUMNS)}
        if sum(TOTAL not in codes for codes in withheld(counts, (ROWS, COLUMNS))) <= 5:
            assert all(len(possible) > 1 for possible in solutions(counts)), counts


def test_two_small_counts_that_add_up_to_little_are_not_left_to_their_total() -> None:
    large: Counts = dict.fromkeys(product(("a", "b"), COLUMNS), 9)
    counts: Counts = {**large, ("a", "x"): 1, ("a", "y"): 1}
    assert ("a", "z") in withheld(counts, (("a", "b"), COLUMNS))


def test_a_count_that_is_alone_takes_its_total_along() -> None:
    assert withheld({("a", "x"): 3}, (("a",), ("x",))) == {
        ("a", "x"),
        (TOTAL, "x"),
        ("a", TOTAL),
        (TOTAL, TOTAL),
    }


def test_a_chain_across_the_table_is_cut() -> None:
    """Every row and column hides two, and still one cell is a difference of sums: it must be covered."""
    block: Counts = {("a", "x"): 3, ("a", "y"): 4, ("b", "x"): 4, ("b", "y"): 3}
    other: Counts = {("c", "z"): 3, ("c", "w"): 4, ("d", "z"): 4, ("d", "w"): 3}
    rows, columns = ("a", "b", "c", "d"), ("x", "y", "z", "w")
    large: Counts = dict.fromkeys(product(rows, columns), 30)
    counts: Counts = {**large, **block, **other, ("b", "z"): 2}
    hidden = withheld(counts, (rows, columns))
    bridges = {codes for codes in hidden - block.keys() - other.keys() if TOTAL not in codes}
    assert len(bridges) > 1


tables = some.dictionaries(
    some.tuples(*(some.sampled_from(codes) for codes in (ROWS, COLUMNS, ("p", "q")))),
    some.integers(0, 12),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(tables)
def test_in_no_line_can_the_total_give_a_small_count_away(counts: dict[tuple[str, ...], int]) -> None:
    dimensions = (ROWS, COLUMNS, ("p", "q"))
    cells, hidden = with_totals(counts, dimensions), withheld(counts, dimensions)
    assert {codes for codes, count in cells.items() if 1 <= count <= 4} <= hidden
    for place, fixed in product(range(3), cells):
        line = [(*fixed[:place], code, *fixed[place + 1 :]) for code in dimensions[place]]
        inner = [codes for codes in line if codes in hidden]
        total = (*fixed[:place], TOTAL, *fixed[place + 1 :])
        if inner and total not in hidden:
            assert len(inner) > 1
            assert sum(cells[codes] for codes in inner) > 4


def test_totals_over_withheld_counts_are_rounded() -> None:
    assert rounded([("a", "x")]) == {("a", TOTAL), (TOTAL, "x"), (TOTAL, TOTAL)}
    assert [round_total(count) for count in (5, 7, 8, 12, 13)] == [5, 5, 10, 10, 15]


def test_a_year_gives_no_quarter_away(world: Any) -> None:
    """What a quarter withholds the year withholds, so that no difference of the two is exact."""
    random = Random(3)  # noqa: S311 - the same counts at every run
    codes = list(product(("food", "cash", "shelter"), ("open", "met", "not_met")))
    with world.database.transaction() as tx:
        for quarter in range(1, 5):
            period = parse_period(f"2026-Q{quarter}")
            cells = [("needs", code, random.choice((0, 2, 6, 9, 14))) for code in codes]
            keep_contributions(tx, [Contribution("harbour", period, 1, 1, cells)])
    year = world.report("needs", "2026")
    for quarter in range(1, 5):
        report = world.report("needs", f"2026-Q{quarter}")
        hidden = [code for code, value in {**report.cells, **report.totals}.items() if value.shown is None]
        assert hidden
        assert all({**year.cells, **year.totals}[code].shown is None for code in hidden)


def test_what_is_shown_adds_up_to_what_was_counted(world: Any, counts: Any) -> None:
    cells = Counter({("food", "met"): 12, ("food", "open"): 30, ("cash", "met"): 8, ("cash", "open"): 6})
    world.hear(counts(cells), sender="harbour")
    report = world.report("needs")
    assert report.total.shown == cells.total()
    assert (report.withheld, report.rounded) == (0, 0)


def test_withheld_and_rounded_values_are_marked(world: Any, counts: Any) -> None:
    cells = {("food", "met"): 2, ("food", "open"): 30, ("cash", "met"): 8, ("cash", "open"): 6}
    world.hear(counts(cells), sender="harbour")
    report = world.report("needs")
    assert all(value.shown is None and value.protected for value in report.cells.values())
    assert (report.total.shown, report.total.protected) == (45, True)
