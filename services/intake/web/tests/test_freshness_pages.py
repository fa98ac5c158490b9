"""What people see of an old directory: calm words on their pages, a clear refusal, and nothing lost."""

from datetime import timedelta
from typing import Any

import pytest

from services.intake.domain import Need, Role
from services.intake.storage.network_tables import word_of_hub
from services.intake.storage.tables import referrals
from services.intake.tests.node import CHEAP, HERE, START, THERE, WORKER
from services.intake.usecases.cases import add_need
from services.intake.usecases.freshness import watch_freshness
from services.intake.usecases.staff import NewStaff, add_staff
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import PASSWORD, Browser, Partner, referral, text, words

WHERE = {"urgency": "urgent", "to_org": THERE}
WHAT = {"fields": ["given_name"], "reason": "Needs a lawyer.", "safe_contact": "only_through_the_worker"}
DAY, THREE_DAYS, TWO_WEEKS = timedelta(hours=24), timedelta(hours=72), timedelta(days=14)


@pytest.fixture
def counting(site: Site) -> Site:
    """A site that counts the age of its directory from the beginning."""
    watch_freshness(site.node.database)
    return site


def is_aged(site: Site, age: timedelta) -> None:
    """As if that were the age; sessions end sooner than time passes."""
    with site.node.database.transaction() as tx:
        tx.execute(word_of_hub.update().values(fresh_at=START - age))


@pytest.fixture
def need(counting: Site) -> Need:
    _person, case = counting.node.has_case(gender="Woman")
    return add_need(counting.node.database, case.id, "legal_assistance", "high", WORKER)


def sends(worker: Browser, need: Need, go: str = "send") -> Any:
    return worker.send(f"/cases/{need.case_id}/needs/{need.id}/refer", go=go, **WHERE, **WHAT)


@pytest.mark.parametrize(
    ("age", "says"),
    [
        (DAY, "Everything goes on as before."),
        (THREE_DAYS, "nothing can be sent to an organisation that nothing was sent to before"),
        (TWO_WEEKS, "no new referral can be sent"),
    ],
)
@pytest.mark.parametrize(
    ("username", "page"), [("olena", "/inbox"), ("ihar", "/inbox"), ("root", "/directory")]
)
def test_who_sends_or_looks_after_the_node_is_warned(
    counting: Site, age: timedelta, says: str, username: str, page: str
) -> None:
    browser = counting.browser(username)
    is_aged(counting, age - timedelta(seconds=1))
    assert says not in words(browser.get(page))

    is_aged(counting, age)

    seen = words(browser.get(page))
    assert "The hub last confirmed this node's directory at:" in seen
    assert says in seen
    assert "Tell whoever looks after this node" in seen


def test_an_auditor_is_not(counting: Site) -> None:
    new = NewStaff("vera", PASSWORD, Role.AUDITOR, "Vera")
    add_staff(counting.node.database, new, org=HERE, hasher=CHEAP)
    is_aged(counting, TWO_WEEKS)

    assert "directory" not in words(counting.browser("vera").get("/audit"))


@pytest.mark.parametrize(
    ("language", "says"),
    [("ru", "Центральный узел"), ("be", "Цэнтральны вузел"), ("uk", "Центральний вузол")],
)
def test_it_is_said_in_each_language(counting: Site, worker: Browser, language: str, says: str) -> None:
    is_aged(counting, DAY)

    assert says in words(worker.speaks(language).get("/inbox"))


def test_the_first_page_shows_who_cannot_be_chosen_and_why(
    counting: Site, worker: Browser, need: Need
) -> None:
    is_aged(counting, THREE_DAYS)

    page = worker.get(f"/cases/{need.case_id}/needs/{need.id}/refer")

    assert "Legal Aid nothing was sent to it before, and the directory here is old" in words(page)
    assert 'name="to_org"' not in text(page)


@pytest.mark.parametrize(
    ("age", "says"),
    [
        (THREE_DAYS, "The directory here is old, and nothing was sent to this organisation before."),
        (TWO_WEEKS, "The directory here is too old to send anything new."),
    ],
)
def test_when_it_grows_too_old_while_somebody_writes_nothing_is_lost(
    counting: Site, worker: Browser, need: Need, age: timedelta, says: str
) -> None:
    assert sends(worker, need, "check").status_code == 200
    is_aged(counting, age)

    refused = sends(worker, need)

    assert refused.status_code == 422
    assert says in words(refused)
    assert "Nothing that you filled in is lost." in words(refused)
    assert 'name="reason" value="Needs a lawyer."' in text(refused)
    assert counting.node.rows(referrals) == []
    is_aged(counting, timedelta(0))
    assert sends(worker, need).status_code == 303


def test_who_was_sent_something_before_is_still_sent_more(
    counting: Site, worker: Browser, need: Need
) -> None:
    sends(worker, need)
    is_aged(counting, THREE_DAYS)

    assert sends(worker, need).status_code == 303


@pytest.mark.parametrize(("age", "code"), [(THREE_DAYS, "directory_old"), (TWO_WEEKS, "directory_too_old")])
def test_a_partners_system_is_told_by_a_code(
    counting: Site, partner: Partner, age: timedelta, code: str
) -> None:
    _person, case_id = partner.has_case()
    is_aged(counting, age)

    answer = partner.post("/referrals", referral(case_id))

    assert (answer.status_code, answer.get_json()["errors"]) == (422, {"to_org": code})
