"""The page of releases: figures with their errors, the ledger, what waits, and who has sent counts."""

import re
from typing import Any

import pytest

from services.reporting.settings import ReportingWebSettings
from services.reporting.tests.conftest import CHEAP, World
from services.reporting.tests.test_releasing import TABLES, approved, asked, filled
from services.reporting.web import create_app
from shared.settings import Secret


@pytest.fixture
def hub(world: World) -> World:
    return filled(world)


@pytest.fixture
def page(hub: World) -> Any:
    return page_of(hub)


def page_of(hub: World) -> Any:
    """The pages as anna sees them, in the language named; of releases unless another is named."""
    settings = ReportingWebSettings(
        reporting_database_url="sqlite://",
        secret_key=Secret("k" * 32),
        public_url="http://localhost",
        second_factor="optional",
    )
    client = create_app(hub.database, settings, hasher=CHEAP).test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token
    said = {"username": "anna", "password": "seven quiet lanterns anna", "csrf_token": token[1]}
    client.post("/sign-in", data=said)
    return lambda language="en", path="/releases": (
        client.get(path, headers={"Accept-Language": language}).text
    )


def test_before_any_release_it_says_what_may_be_spent(page: Any) -> None:
    shown = page()
    assert "Nothing has been released yet." in shown
    assert "no more than 1 is ever spent" in shown
    assert shown.count('<th scope="row">harbour</th>') == 1


def test_a_release_is_shown_with_errors_and_in_the_ledger(hub: World, page: Any) -> None:
    number = asked(hub)
    assert f"throughline report approve {number} --as" in page()
    release = approved(hub, number)
    shown = page()
    family = release.tables["persons_by_recruiter"]["Family",]
    assert re.search(
        rf'Family</th>\s*<td class="number">{family.value}</td><td class="number">{family.error}</td>', shown
    )
    assert "People of 2026-Q1: 0.4 of 1" in shown
    assert "Asked for by anna, approved by boris." in shown
    assert "report approve" not in shown


@pytest.mark.parametrize("language", ["ru", "be", "uk"])
def test_it_speaks_every_language(hub: World, page: Any, language: str) -> None:
    approved(hub, asked(hub, tables=[*TABLES, "persons_by_means"]))
    assert f'<html lang="{language}">' in page(language)
    assert "Releases" not in page(language)


def test_nobody_who_is_not_signed_in_sees_it(hub: World) -> None:
    settings = ReportingWebSettings(
        reporting_database_url="sqlite://", secret_key=Secret("k" * 32), public_url="http://localhost"
    )
    assert create_app(hub.database, settings).test_client().get("/releases").status_code == 302
