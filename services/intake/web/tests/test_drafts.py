"""Whoever leaves a form of several pages half-way finds it again, on another machine too, or throws it away."""

import re
from typing import Any

import pytest

from services.intake.domain import Need
from services.intake.storage.erasing import forget_answers
from services.intake.storage.kept_forms import KEPT_FOR, kept_forms
from services.intake.tests.node import THERE, WORKER
from services.intake.usecases.cases import add_need
from services.intake.usecases.kept_forms import forget_old_forms
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import Browser, text, words
from shared.clock import new_id

WHERE = {"urgency": "urgent", "to_org": THERE}
WHAT = {"fields": ["given_name"], "reason": "Canary reason.", "safe_contact": "only_through_the_worker"}


@pytest.fixture
def need(site: Site) -> Need:
    _person, case = site.node.has_case(gender="Woman")
    return add_need(site.node.database, case.id, "legal_assistance", "high", WORKER)


@pytest.fixture
def page(worker: Browser, need: Need) -> str:
    """Where a referral was written up to its last page, and not sent."""
    address = f"/cases/{need.case_id}/needs/{need.id}/refer"
    worker.send(address, go="what", **WHERE)
    worker.send(address, go="check", **WHERE, **WHAT)
    return address


def at_another_machine(site: Site, username: str = "olena") -> Browser:
    return site.browser(username)


def test_all_that_was_written_is_there_again(site: Site, page: str) -> None:
    again = at_another_machine(site)
    assert f'href="{page}"' in again.text("/inbox")

    shown = again.text(page)

    assert "before this was stored" in shown
    assert 'value="Canary reason."' in shown
    [urgent] = [tag for tag in re.findall("<input[^>]*>", shown) if 'value="urgent"' in tag]
    assert "checked" in urgent
    assert "Canary" not in str(site.node.rows(kept_forms))


def test_it_goes_on_to_the_end_and_is_gone(site: Site, page: str) -> None:
    again = at_another_machine(site)
    again.get(page)

    assert again.send(page, go="send", **WHERE, **WHAT).status_code == 303

    assert site.node.rows(kept_forms) == []
    assert "Begun and not finished" not in words(again.get("/inbox"))


def test_it_can_be_thrown_away(site: Site, page: str) -> None:
    again = at_another_machine(site)
    again.client.post("/kept/forget", data=again.form(page) | {"path": page})

    assert "Canary" not in again.text(page)
    assert page not in again.text("/inbox")


def test_nobody_else_finds_it(site: Site, page: str) -> None:
    colleague = at_another_machine(site, "ihar")

    assert page not in colleague.text("/inbox")
    assert "Canary" not in text(colleague.get(page))


def test_it_is_gone_after_a_day_and_with_the_person(site: Site, page: str) -> None:
    case_id: Any = page.split("/")[2]
    with site.node.database.transaction() as tx:
        forget_answers(tx, [new_id()])
    assert len(site.node.rows(kept_forms)) == 1

    site.node.pass_time(hours=KEPT_FOR.total_seconds() / 3600)
    forget_old_forms(site.node.database)
    assert len(site.node.rows(kept_forms)) == 1
    with site.node.database.transaction() as tx:
        forget_answers(tx, [case_id])
    assert site.node.rows(kept_forms) == []


def test_the_clock_alone_makes_it_go(site: Site, page: str) -> None:
    site.node.pass_time(hours=KEPT_FOR.total_seconds() / 3600 + 1)

    assert page not in at_another_machine(site).text("/inbox")
    forget_old_forms(site.node.database)

    assert site.node.rows(kept_forms) == []
