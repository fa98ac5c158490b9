"""Tables of the same people share totals: what one withholds cannot be computed from the others."""

from random import Random
from typing import Any

from services.reporting.domain.protection import TOTAL, Grid, _Equations, withheld_together
from shared.schemas.workbook import ANY, UNKNOWN

CONCLUSIONS = ("identified_victim", "presumed_victim", "vulnerable_migrant")
SMALL = {("identified_victim", "UKR"): 3, ("presumed_victim", "UKR"): 40, ("presumed_victim", "BLR"): 30}
OTHER = {("identified_victim", "Family"): 3, ("presumed_victim", "Friend"): 70}


def grid(counts: Any, *names: str) -> Grid:
    codes = [tuple(dict.fromkeys(codes[place] for codes in counts)) for place in range(len(names))]
    return Grid.of(counts, codes, names)


def test_a_total_that_one_table_withholds_another_does_not_show() -> None:
    citizens, recruiters = grid(SMALL, "conclusion", "citizenship"), grid(OTHER, "conclusion", "recruiter")
    hidden = withheld_together([recruiters, citizens])
    assert ("identified_victim", TOTAL) in hidden
    assert ("identified_victim", TOTAL) in withheld_together([citizens, recruiters])


def test_without_the_other_table_less_is_withheld_and_it_would_be_found_out() -> None:
    """Of one kind three people, by far the most of one country: each table alone would show what the other hides."""
    large = {(kind, code): 50 for kind in CONCLUSIONS for code in ("UKR", "BLR", "MDA")}
    citizens = grid(
        {**large, ("identified_victim", "UKR"): 2, ("presumed_victim", "UKR"): 3}, "conclusion", "citizenship"
    )
    totals = {kind: sum(n for codes, n in citizens.counts if codes[0] == kind) for kind in CONCLUSIONS}
    recruiters = grid({(kind, "Family"): totals[kind] for kind in CONCLUSIONS}, "conclusion", "recruiter")
    alone = withheld_together([citizens])
    together = withheld_together([citizens, recruiters])
    assert alone <= together | alone
    assert ("identified_victim", "UKR") in together


def solved(grids: list[Grid]) -> set[tuple[str, ...]]:
    """What somebody computes who has all tables, each with what it withholds, and solves all their equations."""
    shared = tuple(dict.fromkeys(name for one in grids for name in one.names))
    hidden: set[tuple[str, ...]] = set()
    for place, one in enumerate(grids):
        found = withheld_together([one, *grids[:place], *grids[place + 1 :]])
        hidden |= {one.placed(codes, shared) for codes in found}
    equations = _Equations()
    for one in grids:
        for line in one.lines():
            placed = [one.placed(codes, shared) for codes in line]
            equations.add({codes: -1 if codes == placed[-1] else 1 for codes in placed if codes in hidden})
    return equations.determined()


def test_nothing_withheld_is_computed_from_all_tables_together() -> None:
    random = Random(3)  # noqa: S311 - the same tables at every run
    for _ in range(6):
        people = [
            (random.choice(CONCLUSIONS), random.choice("ABCD"), random.choice("xyz"), random.choice("pqr"))
            for _ in range(random.choice((20, 60, 150)))
        ]
        tables: list[dict[tuple[str, ...], int]] = [{}, {}, {}]
        for person in people:
            for place, table in enumerate(tables):
                codes = person[0], person[place + 1]
                table[codes] = table.get(codes, 0) + 1
        grids = [grid(table, "conclusion", name) for table, name in zip(tables, ("a", "b", "c"), strict=True)]
        assert solved(grids) == set()


def test_people_with_several_codes_are_counted_once_in_the_total(world: Any, counts: Any) -> None:
    cells = {
        ("presumed_victim", code): n
        for code, n in (("meansThreats", 20), ("meansFalsePromises", 30), (ANY, 40))
    }
    world.hear(counts({**cells, ("presumed_victim", UNKNOWN): 9}, "persons_by_means"), sender="harbour")
    report = world.report("persons_by_means")
    assert report.total.shown == 49
    assert report.withheld == 0


def test_those_who_have_any_do_not_give_away_a_small_one(world: Any, counts: Any) -> None:
    cells = {
        ("presumed_victim", code): n
        for code, n in (("meansThreats", 20), ("meansFalsePromises", 2), (ANY, 22))
    }
    world.hear(counts({**cells, ("presumed_victim", UNKNOWN): 9}, "persons_by_means"), sender="harbour")
    report = world.report("persons_by_means")
    hidden = {codes[1] for codes, value in report.cells.items() if value.shown is None}
    assert "meansFalsePromises" in hidden
    assert len(hidden & {"meansThreats", ANY}) >= 1


def test_a_report_withholds_what_the_other_tables_of_these_people_would_give_away(
    world: Any, counts: Any
) -> None:
    random = Random(0)  # noqa: S311 - the same people at every run
    said: list[tuple[str, dict[tuple[str, ...], int]]] = []
    codes_of = (CONCLUSIONS, ("UKR", "BLR", "MDA"), ("Family", "Friend"))
    people = [tuple(random.choice(codes) for codes in codes_of) for _ in range(30)]
    tables = {"persons_by_citizenship": 1, "persons_by_recruiter": 2}
    for name, place in tables.items():
        cells: dict[tuple[str, ...], int] = {}
        for person in people:
            cells[person[0], person[place]] = cells.get((person[0], person[place]), 0) + 1
        said.append((name, cells))
    both = [cell for name, cells in said for cell in counts(cells, name).cells]
    event = counts({("food", "met"): 1})
    world.hear(event.load({**event.dump(), "cells": [cell.dump() for cell in both]}), sender="harbour")
    grids = [grid(cells, "conclusion", name) for name, cells in said]
    report = world.report("persons_by_citizenship")
    hidden = {codes for codes, value in {**report.cells, **report.totals}.items() if value.shown is None}
    assert hidden == withheld_together(grids)
    assert hidden != withheld_together(grids[:1])
