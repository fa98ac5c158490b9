"""A release as a file to publish: every figure with its error, what it cost, and nothing that is a formula."""

import csv
import io
from dataclasses import replace
from typing import Any

import pytest

from services.reporting.domain.consistent import Shown
from services.reporting.storage.ledger import Release
from services.reporting.tests.conftest import World
from services.reporting.tests.test_releases_page import page_of
from services.reporting.tests.test_releasing import TABLES, approved, asked, filled
from services.reporting.usecases.releasing import find_release
from services.reporting.web.exports import name_of_release, release_csv


@pytest.fixture
def hub(world: World) -> World:
    return filled(world)


@pytest.fixture
def release(hub: World) -> Release:
    made: Release = approved(hub, asked(hub, tables=[*TABLES, "persons_by_means"]))
    return made


def rows_of(release: Release) -> list[list[str]]:
    return list(csv.reader(io.StringIO(release_csv(release).decode(), newline="")))


def test_it_says_what_it_is_and_what_it_cost(release: Release) -> None:
    assert rows_of(release)[:8] == [
        ["release", "1"],
        ["period", "2026-Q1"],
        ["use", "They may be published, each with its error."],
        ["released_at", "2026-05-31T09:00:00+00:00"],
        ["organisations", "6"],
        ["workbook", "2"],
        ["epsilon", "0.4"],
        [],
    ]


def test_every_figure_stands_with_its_error_and_a_small_one_is_left_out(release: Release) -> None:
    header, *cells = rows_of(release)[8:]
    assert header == ["table", "service_type", "need_state", "means", "recruiter", "value", "error", "small"]
    assert len(cells) == sum(len(table) for table in release.tables.values())
    family = release.tables["persons_by_recruiter"]["Family",]
    assert [
        "persons_by_recruiter",
        "",
        "",
        "",
        "Family",
        str(family.value),
        str(family.error),
        "false",
    ] in cells
    small = release.tables["persons_by_recruiter"]["Friend",]
    assert small.is_small
    assert ["persons_by_recruiter", "", "", "", "Friend", "", "", "true"] in cells


def test_no_text_of_it_is_a_formula(release: Release) -> None:
    strange = replace(release, tables={"persons_by_recruiter": {("=1+1",): Shown(50, 3)}})
    assert rows_of(strange)[-1] == ["persons_by_recruiter", "'=1+1", "50", "3", "false"]


def test_the_page_offers_it(hub: World, release: Release) -> None:
    get = page_of(hub)
    assert 'href="/releases/1.csv"' in get()
    assert get("en", "/releases/1.csv").encode() == release_csv(release)
    assert name_of_release(release) == "release-1-2026-Q1.csv"


def test_what_was_only_asked_for_has_none(hub: World, release: Release) -> None:
    number = asked(hub, tables=TABLES[:1])
    assert find_release(hub.database, number) is None
    assert "Check the address" in page_of(hub)("en", f"/releases/{number}.csv")


def test_nobody_who_is_not_signed_in_has_it(release: Release, client: Any) -> None:
    assert client.get("/releases/1.csv").status_code == 302
