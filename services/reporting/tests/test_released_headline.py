"""The year in one sentence, from figures that may be published where there are some: with their error."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from services.reporting.domain.consistent import Shown
from services.reporting.domain.protection import TOTAL
from services.reporting.storage.ledger import Release
from services.reporting.tests.conftest import World
from services.reporting.tests.test_releases_page import page_of
from services.reporting.tests.test_releasing import ORGS, approved, asked, filled
from services.reporting.usecases.overview import ReleasedHeadline, overview
from services.reporting.web import words
from shared.web.languages import LANGUAGES, speaking

TABLES = ["persons_by_conclusion", "persons_by_gender_and_age"]
PEOPLE = {("identified_victim", "Woman", "9--11"): 20, ("identified_victim", "Man", "21--23"): 30}


@pytest.fixture
def hub(world: World, counts: Any) -> World:
    """Six organisations with fifty victims each, and a year that is closed."""
    for org in ORGS:
        world.hear(counts(PEOPLE, "persons_identified"), sender=org)
    hub = filled(world)
    hub.at += timedelta(days=330)
    return hub


def exactly(counts: Sequence[int], *_: object) -> list[int]:
    return list(counts)


def released(hub: World, tables: Sequence[str] = TABLES, draw: Any = exactly) -> Release:
    return approved(hub, asked(hub, period="2026", tables=tables), draw=draw)


def test_it_is_that_of_the_release_with_its_error_and_leads_there(hub: World) -> None:
    release = released(hub)
    persons = release.tables["persons_by_conclusion"]["identified_victim",]
    bands = [release.tables["persons_by_gender_and_age"][TOTAL, band] for band in ("0--8", "9--17")]
    children = Shown(120, bands[0].error + bands[1].error)
    number = release.charge.proposal
    found = overview(hub.database)
    assert found.headline is None
    assert found.released == ReleasedHeadline("2026", persons, children, number)
    shown = page_of(hub)("en", "/")
    assert f"2026: 300 ± {persons.error} victims of trafficking identified and assisted; " in shown
    assert f"children among everybody counted: 120 ± {children.error}." in shown
    assert f'href="/releases#release-{number}"' in shown
    assert f'id="release-{number}"' in page_of(hub)()


def test_a_release_that_lacks_one_of_the_tables_says_nothing_of_the_year(hub: World) -> None:
    released(hub, TABLES[:1])
    assert overview(hub.database).released is None
    assert overview(hub.database).headline is not None


def test_a_number_that_noise_could_have_made_is_no_headline(hub: World) -> None:
    released(hub, draw=lambda counts, *_: [0] * len(counts))
    assert overview(hub.database).released is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_error_stands_in_the_sentence_of_every_language(app: Any, language: str) -> None:
    with speaking(app, language):
        said = [
            words.released_headline(ReleasedHeadline("2026", Shown(number, 4), Shown(40, 9), 1))
            for number in (1, 2, 97)
        ]
    assert all(f"{number} ± 4 " in one for number, one in zip((1, 2, 97), said, strict=True))
    assert all("40 ± 9" in one and "2026" in one and one.endswith(".") for one in said)
    nouns = {one.replace("97 ±", "2 ±").replace("1 ±", "2 ±") for one in said}
    assert len(nouns) == (2 if language == "en" else 3)
