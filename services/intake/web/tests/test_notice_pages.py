"""What I am told, and how, on a page; and the count of what waits, for a page that stays open."""

import json
from datetime import timedelta
from threading import BoundedSemaphore

import pytest
from sqlalchemy import select

from services.intake.storage.notice_tables import wishes
from services.intake.storage.tables import sessions
from services.intake.web import unread
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import Browser, text, words
from shared.schemas.codes import NOTICE_GROUPS

WAYS = dict.fromkeys(NOTICE_GROUPS, "instant")


def test_a_worker_chooses_and_sees_it_kept(site: Site, worker: Browser) -> None:
    page = text(worker.get("/notices"))
    assert page.count("checked") == len(NOTICE_GROUPS) + len({"emergency", "called"})  # which push tells, too
    assert "No mail address of yours is known here" in page

    assert worker.send("/notices", **WAYS | {"moved": "never"}).status_code == 303
    assert "It is noted how you want to be told." in words(worker.get("/notices"))
    kept = {row["kind"]: row["way"] for row in site.node.rows(wishes)}
    assert kept == WAYS | {"moved": "never"}


def test_a_focal_point_is_not_asked_about_emergencies(site: Site) -> None:
    focal = site.browser("ihar")
    assert "An emergency is always told to focal points at once." in words(focal.get("/notices"))
    assert focal.send("/notices", **dict.fromkeys(NOTICE_GROUPS, "never")).status_code == 303
    assert "emergency" not in {row["kind"] for row in site.node.rows(wishes)}


def test_what_is_no_choice_is_refused(site: Site, worker: Browser) -> None:
    response = worker.send("/notices", **WAYS | {"moved": "by pigeon"})
    assert response.status_code == 422
    assert site.node.rows(wishes) == []


def test_the_count_stands_in_the_page_itself_and_is_told_to_who_asks(site: Site, worker: Browser) -> None:
    assert worker.get("/inbox/unread").json == {"unread": 0}
    site.node.received()
    assert worker.get("/inbox/unread").json == {"unread": 1}
    assert "Inbox (1)" in words(worker.get("/notices"))


def test_a_stream_says_a_count_and_nothing_else(
    site: Site, worker: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.node.received(given_name="Kryptonym")
    monkeypatch.setattr(unread, "LASTS", 0.2)
    monkeypatch.setattr(unread, "LOOK", 0.05)
    monkeypatch.setattr(unread, "KEEP_ALIVE", 0.1)

    response = worker.get("/inbox/unread/live")
    first, *others = [line for line in text(response).split("\n\n") if line]

    assert response.mimetype == "text/event-stream"
    assert json.loads(first.removeprefix("data: ")) == {"unread": 1}
    assert set(others) == {": still here"}


@pytest.mark.parametrize("how", ["/lock", "/sign-out"])
def test_a_stream_ends_with_the_session_and_the_lock(
    site: Site, worker: Browser, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unread, "LASTS", 60)
    monkeypatch.setattr(unread, "LOOK", 0)
    form = worker.form("/inbox")
    with worker.client.get("/inbox/unread/live", buffered=False) as response:
        said = response.iter_encoded()
        assert next(said) == b'data: {"unread":0}\n\n'
        worker.client.post(how, data=form)
        assert list(said) == []
    assert worker.get("/inbox/unread").status_code == 302


def test_there_are_so_many_streams_and_no_more(worker: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unread, "_free", BoundedSemaphore(1))
    monkeypatch.setattr(unread, "LASTS", 60)
    with worker.client.get("/inbox/unread/live", buffered=False):
        assert worker.get("/inbox/unread/live").status_code == 204
    monkeypatch.setattr(unread, "LASTS", 0)
    assert worker.get("/inbox/unread/live").status_code == 200


def test_a_page_that_only_looks_does_not_keep_the_session_alive(site: Site, worker: Browser) -> None:
    for _ in range(15):
        site.node.pass_time(minutes=1)
        worker.get("/inbox/unread")
    with site.node.database.reading() as tx:
        seen = tx.execute(select(sessions.c.seen_at)).scalar_one()
    assert site.node.at - seen >= timedelta(minutes=14)
    site.node.pass_time(minutes=1)
    assert worker.get("/inbox/unread").status_code == 302
