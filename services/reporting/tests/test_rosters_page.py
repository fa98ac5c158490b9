"""The page of releases says of each roster who has said what and what can be read, and a report what is to come."""

from typing import Any

import pytest

from services.reporting.storage import masked as rows
from services.reporting.storage.masked import Roster, Said
from services.reporting.tests.conftest import QUARTER, World
from services.reporting.tests.test_releases_page import page_of
from services.reporting.tests.test_releasing import filled
from services.reporting.usecases import deciding

ORGS = ("bridge", "harbour", "lantern", "oak", "river")


@pytest.fixture
def hub(world: World) -> World:
    return filled(world)


def decide(hub: World, quarter: str) -> None:
    number = deciding.propose_rules(hub.database, {"masked_from": quarter}, "anna")
    deciding.approve_rules(hub.database, number, "boris")


def signed(hub: World, number: int, *said: str, **known: Any) -> None:
    """A roster to which the first organisations said these words: counts, mask, or why not."""
    with hub.database.transaction() as tx:
        about: dict[str, Any] = {"network": "tests", "workbook": 2, "cells": "0" * 64}
        about |= {"members": dict.fromkeys(ORGS, "1:"), "signed_at": tx.at}
        rows.add_roster(tx, Roster(number, QUARTER, **about | known))
        for org, word in zip(ORGS, said, strict=False):
            refused = word if word not in {"counts", "mask"} else None
            lifted_at = tx.at if word == "mask" else None
            rows.put_said(tx, Said(number, org, 1, tx.at, refused=refused, lifted_at=lifted_at))


def test_each_roster_says_who_is_missing_and_what_became_of_its_sum(hub: World) -> None:
    signed(hub, 3, *["counts"] * 4)
    signed(hub, 4, *["mask"] * 5, completed_at=hub.at, opened_at=hub.at, wrong="tables_disagree")
    shown = page_of(hub)()
    assert "another has taken its place: its sum can never be read" in shown
    assert "the sum cannot be right, and is not used" in shown
    assert (
        shown.count("has contributed"),
        shown.count("has lifted its mask"),
        shown.count("nothing yet"),
    ) == (
        4,
        5,
        1,
    )


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({}, "lacks the counts of 4 of 5"),
        ({"completed_at": 1}, "all have contributed, masks are being lifted"),
        ({"completed_at": 1, "opened_at": 1}, "the sum is read"),
    ],
)
def test_the_newest_roster_says_what_it_waits_for(hub: World, known: Any, said: str) -> None:
    signed(hub, 3, "counts", "roster_key", **dict.fromkeys(known, hub.at))
    shown = page_of(hub)()
    assert said in shown
    assert "contributes nothing: A key of the roster is not the one that its register names." in shown


def test_without_rosters_the_page_is_as_it_was(hub: World) -> None:
    assert "asked" not in (shown := page_of(hub)())
    assert "mask" not in shown.casefold()
    decide(hub, QUARTER)
    assert f"From {QUARTER} on counts are taken masked only." in page_of(hub)()


def test_a_report_says_which_quarters_are_still_to_come(hub: World) -> None:
    quarter = str(hub.report("needs", "2026").period.quarters[0])
    assert hub.report("needs", quarter).waiting == ()
    decide(hub, quarter)
    assert hub.report("needs", quarter).waiting == (quarter,)
    shown = page_of(hub)(path=f"/report?table=needs&period={quarter}")
    assert f"Not in it yet: {quarter}." in shown
    assert "Not in it yet" not in page_of(hub)(path=f"/report?table=referrals&period={quarter}")
    with hub.database.transaction() as tx:
        signed_ = Roster(9, quarter, "tests", 2, "0" * 64, dict.fromkeys(ORGS, "1:"), tx.at)
        rows.add_roster(tx, signed_)
        rows.set_opened(tx, signed_, [])
    assert hub.report("needs", quarter).waiting == ()
