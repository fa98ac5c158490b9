"""The page of counts shows exactly what left, and what was answered; activities are noted there."""

from typing import Any

import pytest

from services.intake.domain import Action, Role
from services.intake.tests.node import CHEAP, HERE
from services.intake.tests.test_counting import PERIOD, somebody
from services.intake.usecases.counting import contribute_counts, hear_answers_to_counts
from services.intake.usecases.staff import NewStaff, add_staff
from services.intake.web.tests.site import Site
from services.intake.web.tests.test_audit_pages import kept
from services.intake.web.tests.visitors import PASSWORD, Browser
from shared.schemas.intake import CountsContributed
from shared.schemas.reporting import CountsAnswered


@pytest.fixture
def admin(site: Site) -> Browser:
    """Who looks after the node, signed in."""
    add_staff(site.node.database, NewStaff("vera", PASSWORD, Role.ADMIN, "Vera"), org=HERE, hasher=CHEAP)
    return site.browser("vera")


def answered(site: Site, answer: str) -> None:
    told: dict[str, Any] = {"period": PERIOD, "workbook_in_force": 2, "revision_held": 1}
    with site.node.database.transaction() as tx:
        hear_answers_to_counts(tx, [CountsAnswered(revision=1, answer=answer, **told)])


def test_the_page_shows_exactly_what_left_and_that_it_was_looked_at(site: Site, admin: Browser) -> None:
    for _ in range(7):
        somebody(site.node, gender="Woman", citizenship="UKR", case={"conclusion": "presumed_victim"})
    contribute_counts(site.node.database, PERIOD)
    page = admin.text("/counts")
    assert "not answered yet" in page
    [said] = site.node.said(CountsContributed)
    assert page.count('<td class="number">') == len(said.event.cells)
    assert page.count('<td class="number">7</td>') == sum(cell.count == 7 for cell in said.event.cells)
    assert "Presumed victim · Ukraine" in page
    assert "canary" not in page
    assert [entry.action for entry in kept(site.node, username="vera")][-1] is Action.COUNTS_READ


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("taken", "these are the counts that stand"),
        ("period_closed", "the quarter is closed"),
        ("newer_workbook", "by an earlier workbook"),
        ("replaced", "with a higher number"),
        ("count_too_large", "cannot be right"),
    ],
)
def test_each_answer_says_what_it_means(site: Site, admin: Browser, answer: str, words: str) -> None:
    somebody(site.node)
    contribute_counts(site.node.database, PERIOD)
    answered(site, answer)
    assert words in admin.text("/counts")


def test_activities_are_noted_and_a_number_replaces_the_one_before(site: Site, admin: Browser) -> None:
    admin.send("/counts", period=PERIOD, prevention="3", awareness="2")
    admin.send("/counts", period=PERIOD, prevention="4", awareness="0")
    assert "Prevention 4" in admin.text("/counts")
    assert "a number" not in admin.text("/counts")
    refused = admin.send("/counts", period=PERIOD, prevention="-1", awareness="0")
    assert refused.status_code == 422
    assert "Prevention 4" in admin.text("/counts")
