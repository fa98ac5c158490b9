"""Push on *What I am told, and how*: a browser is named by a script, seen and removed without; off where it is off."""

import re
from pathlib import Path

import pytest

from services.intake.storage.notices import wishes_of_all
from services.intake.storage.push_tables import push_wishes, subscriptions
from services.intake.tests.node import CHEAP
from services.intake.usecases.push import application_key
from services.intake.web import create_app
from services.intake.web.tests.site import Site, settings
from services.intake.web.tests.visitors import Browser, text, words
from shared.notices.saying import LANGUAGES, SENTENCES, Saying
from shared.notices.wording import subject
from shared.schemas.codes import NOTICE_GROUPS
from shared.sealing.tests.push_browser import PushBrowser
from shared.web.headers import CONTENT_SECURITY_POLICY

GIVEN = PushBrowser().given("https://push.example/to/1")
DAILY = dict.fromkeys(NOTICE_GROUPS, "daily")
WORKER_FILE = Path(__file__).parents[1] / "static" / "push-worker.js"


def names(browser: Browser, **changes: str) -> str:
    """Send what the script would have, and read the page that follows."""
    form = browser.form("/notices") | GIVEN | changes
    response = browser.client.post("/notices/push", data=form)
    assert (response.status_code, response.location) == (303, "/notices")
    return words(browser.get("/notices"))


def test_without_a_script_the_page_says_what_is_needed(site: Site, worker: Browser) -> None:
    page = worker.get("/notices")
    assert "This needs JavaScript, and a browser that knows push." in words(page)
    form = re.search(r"<form[^>]*data-push-key=[^>]*>", text(page))
    assert form
    assert form[0].endswith("hidden>")
    assert f'data-push-key="{application_key(site.node.database)}"' in form[0]
    assert page.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


def test_a_browser_is_named_seen_and_removed(site: Site, worker: Browser) -> None:
    assert "This browser tells you from now on." in names(worker)
    page = text(worker.get("/notices"))
    assert "Told by push since:" in page
    assert not [said for said in GIVEN.values() if said in page]
    [row] = site.node.rows(subscriptions)

    response = worker.client.post(f"/notices/push/{row['id']}/remove", data=worker.form("/notices"))
    assert response.status_code == 303
    assert "That browser tells you nothing any more." in words(worker.get("/notices"))
    assert site.node.rows(subscriptions) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"endpoint": "https://evil.example/"}, "The maker of this browser is not one through whom"),
        ({"auth": "AAAA"}, "The browser did not say its keys."),
        ({"p256dh": ""}, "Fill this in."),
    ],
)
def test_what_is_refused_is_said(site: Site, worker: Browser, changes: dict[str, str], said: str) -> None:
    assert said in names(worker, **changes)
    assert site.node.rows(subscriptions) == []


def test_each_says_of_what(site: Site, worker: Browser) -> None:
    assert worker.send("/notices", **DAILY, by_push=["moved", "late"]).status_code == 303
    assert worker.send("/notices", **DAILY, by_push=["by pigeon"]).status_code == 422
    focal = site.browser("ihar")
    assert focal.send("/notices", **DAILY, by_push=["emergency"]).status_code == 422
    assert focal.send("/notices", **DAILY).status_code == 303
    with site.node.database.reading() as tx:
        kept = wishes_of_all(tx, push_wishes)
    ticked = {name: [kind for kind, way in ways.items() if way == "instant"] for name, ways in kept.items()}
    assert ticked == {"olena": ["late", "moved"], "ihar": []}


def test_signing_out_everywhere_ends_it(site: Site, worker: Browser) -> None:
    names(worker)
    worker.client.post("/account/sign-out-everywhere", data=worker.form("/account"))
    assert site.node.rows(subscriptions) == []


def test_where_it_is_off_there_is_nothing_of_it(site: Site) -> None:
    off = create_app(site.node.database, settings(push_contact=""), hasher=CHEAP)
    browser = Browser(off.test_client()).signs_in("olena")
    page = text(browser.get("/notices"))
    assert "push" not in page
    assert browser.client.post("/notices/push", data=browser.form("/notices") | GIVEN).status_code == 404
    assert browser.send("/notices", **DAILY, by_push=["moved"]).status_code == 303
    with site.node.database.reading() as tx:
        assert wishes_of_all(tx, push_wishes) == {}


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_browser_says_what_a_mail_would_be_headed(sentence: str, language: str) -> None:
    of_sentence = WORKER_FILE.read_text("utf-8").partition(f"  {sentence}: {{")[2].partition("}")[0]
    said = re.findall(rf'    {language}: "([^"]*)",', of_sentence)
    assert said == [subject(Saying(1, "https://node.example/inbox", language, sentence))]
