"""A session that ends in the middle of a form loses nothing of what was written, and tells nobody else of it."""

from typing import Any

import pytest

from services.intake.storage.kept_forms import KEPT_FOR, MOST, kept_forms
from services.intake.storage.tables import people
from services.intake.tests.node import CHEAP, HERE
from services.intake.usecases.kept_forms import keep_form, kept_form
from services.intake.usecases.staff import NewStaff, add_staff
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import PASSWORD, Browser, text, words
from shared.sessions import IDLE

NEW = "/people/new"
WRITTEN = {"given_name": "Canary", "phone": "+000 12345"}


def sends_too_late(site: Site, browser: Browser, address: str = NEW, **fields: Any) -> Any:
    form = browser.form(address) | WRITTEN | fields
    site.node.pass_time(minutes=IDLE.total_seconds() / 60 + 1)
    return browser.client.post(address, data=form)


def test_what_was_written_is_there_again_after_the_sign_in(site: Site, worker: Browser) -> None:
    assert sends_too_late(site, worker).location == f"/sign-in?next={NEW}"
    assert "Canary" not in str(site.node.rows(kept_forms))

    worker.signs_in("olena")
    page = worker.get(NEW)

    assert "before this was stored" in words(page)
    assert 'value="Canary"' in text(page)
    assert site.node.rows(people) == []


def test_it_is_stored_once_when_it_is_sent_again_and_then_forgotten(site: Site, worker: Browser) -> None:
    sends_too_late(site, worker)
    worker.signs_in("olena")

    assert worker.send(NEW, **WRITTEN).status_code == 303

    assert len(site.node.rows(people)) == 1
    assert site.node.rows(kept_forms) == []
    assert "Canary" not in worker.text(NEW)


def test_nobody_else_is_shown_it(site: Site, worker: Browser) -> None:
    sends_too_late(site, worker)
    add_staff(site.node.database, NewStaff("daria", PASSWORD, "case_worker", "D"), org=HERE, hasher=CHEAP)

    worker.signs_in("daria")

    assert "Canary" not in worker.text(NEW)


def test_it_can_be_thrown_away(site: Site, worker: Browser) -> None:
    sends_too_late(site, worker)
    worker.signs_in("olena")
    form = worker.form(NEW)

    answer = worker.client.post("/kept/forget", data=form | {"path": NEW})

    assert answer.location == NEW
    assert "Canary" not in worker.text(NEW)


def test_what_is_sent_from_a_locked_page_waits_for_the_password(site: Site, worker: Browser) -> None:
    form = worker.form(NEW) | WRITTEN
    worker.client.post("/lock", data=form)

    assert worker.client.post(NEW, data=form).location == f"/unlock?next={NEW}"
    worker.send("/unlock", password=PASSWORD)

    assert 'value="Canary"' in worker.text(NEW)


@pytest.mark.parametrize("changed", [{"csrf_token": "forged"}, {"csrf_token": ""}])
def test_a_form_from_elsewhere_is_not_kept(site: Site, worker: Browser, changed: dict[str, str]) -> None:
    assert sends_too_late(site, worker, **changed).status_code == 400

    assert site.node.rows(kept_forms) == []


def test_whoever_signed_out_leaves_nothing(site: Site, worker: Browser) -> None:
    form = worker.form(NEW) | WRITTEN
    worker.client.post("/sign-out", data=form)

    worker.client.post(NEW, data=form)

    assert site.node.rows(kept_forms) == []


def test_it_waits_for_a_day_and_the_oldest_give_way(site: Site) -> None:
    database = site.node.database
    for number in range(MOST + 1):
        site.node.pass_time(seconds=1)
        assert keep_form(database, "olena", f"/{number}", {"once": ["x"]})
    assert kept_form(database, "olena", "/0") is None
    assert kept_form(database, "olena", "/1") == {"once": ["x"]}
    assert not keep_form(database, "olena", "/" + "x" * 300, {})

    site.node.pass_time(hours=KEPT_FOR.total_seconds() / 3600)
    assert kept_form(database, "olena", f"/{MOST}") == {"once": ["x"]}
    site.node.pass_time(seconds=1)
    assert kept_form(database, "olena", f"/{MOST}") is None
    keep_form(database, "daria", "/", {})
    assert len(site.node.rows(kept_forms)) == 1
