"""Which browsers somebody is told in: whose, how many, where they may lead, how they lie here, and when they go."""

from collections.abc import Callable
from typing import Any

import pytest

from services.intake.domain import Action
from services.intake.storage.audit_tables import entries
from services.intake.storage.notices import wishes_of_all
from services.intake.storage.push import subscriptions_of
from services.intake.storage.push_tables import keys, push_wishes, pushed, subscriptions
from services.intake.tests.node import ADMIN, CHEAP, FOCAL_POINT, WORKER, Node
from services.intake.usecases.notices import choose
from services.intake.usecases.push import (
    application_key,
    how_pushed,
    is_at_push_service,
    keep_contacts,
    subscribe,
    unsubscribe,
)
from services.intake.usecases.refusals import Invalid, NotFound, NotPermitted
from services.intake.usecases.staff import accounts
from shared.accounts import Accounts
from shared.notices.contacts import contacts_of
from shared.schemas.codes import NOTICE_GROUPS
from shared.sealing.push import from_text, is_point
from shared.sealing.tests.push_browser import PushBrowser
from shared.sessions import Sessions

HOSTS = ("push.example", "*.services.example")
INBOX = "https://node.example/inbox"
ENDPOINT = "https://push.example/to/1"
DAILY = dict.fromkeys(NOTICE_GROUPS, "daily")


def names(node: Node, endpoint: str = ENDPOINT, by: Any = WORKER) -> None:
    subscribe(node.database, PushBrowser().given(endpoint), by, HOSTS)


def endpoints(node: Node, username: str = "olena") -> list[str]:
    with node.database.reading() as tx:
        return [one.endpoint for one in subscriptions_of(tx, username)]


@pytest.mark.parametrize(
    "url",
    [
        "https://push.example/to/1",
        "https://push.example:8443/to/1?a=b",
        "https://updates.push.services.example/wpush/v2/gAAA",
    ],
)
def test_a_browser_may_lead_to_a_push_service(staffed: Node, url: str) -> None:
    names(staffed, url)
    assert endpoints(staffed) == [url]


@pytest.mark.parametrize(
    "url",
    [
        "http://push.example/to/1",
        "https://push.example.evil.example/",
        "https://evil.example/push.example",
        "https://services.example/",
        "https://evilservices.example/",
        "https://push.example@evil.example/",
        "https://a:b@push.example/",
        "https://push.example:none/",
        "https://push.example/#x",
        "https://push.example/\nHost: evil",
        "https://push.example\\@evil.example/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest",
        "https://пуш.example/",
        "file:///etc/passwd",
        "push.example",
        "https://push.example/" + "a" * 1000,
        "",
        None,
        7,
    ],
)
def test_and_nowhere_else(staffed: Node, url: Any) -> None:
    with pytest.raises(Invalid) as refused:
        subscribe(staffed.database, PushBrowser().given("") | {"endpoint": url}, WORKER, HOSTS)
    assert refused.value.errors.keys() == {"endpoint"}
    assert staffed.rows(subscriptions) == []


def test_this_machine_is_a_push_service_only_where_the_setting_names_it() -> None:
    for url in ("http://127.0.0.1:5000/to/1", "https://localhost/to/1"):
        assert not is_at_push_service(url, HOSTS)
        assert is_at_push_service(url, ("127.0.0.1", "localhost"))


@pytest.mark.parametrize(
    "changes",
    [{"p256dh": "AAAA"}, {"p256dh": "§"}, {"auth": "AAAA"}, {"p256dh": ""}, {"auth": None}, {"more": "x"}],
)
def test_what_is_no_key_is_refused(staffed: Node, changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        subscribe(staffed.database, PushBrowser().given(ENDPOINT) | changes, WORKER, HOSTS)
    assert refused.value.errors.keys() == changes.keys()


def test_administrators_and_others_browsers_are_not_meant(staffed: Node) -> None:
    names(staffed)
    [row] = staffed.rows(subscriptions)
    for do in (lambda: names(staffed, by=ADMIN), lambda: how_pushed(staffed.database, ADMIN)):
        with pytest.raises(NotPermitted):
            do()
    with pytest.raises(NotFound):
        unsubscribe(staffed.database, row["id"], FOCAL_POINT)
    unsubscribe(staffed.database, row["id"], WORKER)
    with pytest.raises(NotFound):
        unsubscribe(staffed.database, row["id"], WORKER)
    assert [row["action"] for row in staffed.rows(entries)].count(Action.NOTICES_CHOSEN) == 2


def test_a_browser_is_told_for_whoever_named_it_last(staffed: Node) -> None:
    names(staffed)
    names(staffed, by=FOCAL_POINT)
    assert (endpoints(staffed), endpoints(staffed, "ihar")) == ([], [ENDPOINT])


def test_the_five_newest_are_kept(staffed: Node) -> None:
    for number in range(7):
        names(staffed, f"{ENDPOINT}{number}")
        staffed.pass_time(minutes=1)
    assert [one[-1] for one in endpoints(staffed)] == list("23456")


def test_nothing_of_it_lies_in_the_clear(staffed: Node) -> None:
    browser = PushBrowser()
    given = browser.given(ENDPOINT)
    subscribe(staffed.database, given, WORKER, HOSTS)
    key = application_key(staffed.database)
    lies = str(staffed.rows(subscriptions)) + str(staffed.rows(keys))
    for said in (*given.values(), browser.auth.decode(), "push.example", "PRIVATE", key):
        assert said not in lies


def test_the_node_has_one_key_and_keeps_it(staffed: Node) -> None:
    first = application_key(staffed.database)
    assert is_point(from_text(first))
    assert application_key(staffed.database) == first
    assert len(staffed.rows(keys)) == 1


ENDINGS: list[Callable[[Accounts], Any]] = [
    lambda of: of.set_active("olena", active=False),
    lambda of: of.change_password("olena", "nine calm harbours", CHEAP),
    lambda of: of.reset_second_factor("olena"),
    lambda of: Sessions(of.database, of.sessions, ending_with=of.ending_with).end_all("olena"),
]


@pytest.mark.parametrize("end", ENDINGS)
def test_it_goes_with_the_person_and_with_all_their_sessions(
    staffed: Node, end: Callable[[Accounts], Any]
) -> None:
    names(staffed)
    names(staffed, f"{ENDPOINT}2", FOCAL_POINT)
    keep_contacts(staffed.database, INBOX, is_on=True)
    end(accounts(staffed.database))
    assert (endpoints(staffed), len(endpoints(staffed, "ihar"))) == ([], 1)
    keep_contacts(staffed.database, INBOX, is_on=True)
    with staffed.database.reading() as tx:
        assert [one.email for one in contacts_of(tx, pushed, [WORKER.org])] == ["ihar"]


def test_what_nobody_chose_is_pushed_where_a_mail_would_come_at_once(staffed: Node) -> None:
    assert how_pushed(staffed.database, WORKER).kinds == ["emergency", "called"]
    choose(staffed.database, DAILY, WORKER, by_push=["moved"])
    assert how_pushed(staffed.database, WORKER).kinds == ["moved"]
    choose(staffed.database, DAILY, WORKER)  # by a page that does not ask
    assert how_pushed(staffed.database, WORKER).kinds == ["moved"]
    choose(staffed.database, DAILY, FOCAL_POINT, by_push=[])
    assert how_pushed(staffed.database, FOCAL_POINT).kinds == ["emergency"]
    with staffed.database.reading() as tx:
        assert wishes_of_all(tx)["olena"] == DAILY
        assert wishes_of_all(tx, push_wishes)["olena"]["moved"] == "instant"


def test_where_nobody_is_told_nothing_is_kept_to_be_told(staffed: Node) -> None:
    staffed.received()
    assert staffed.rows(pushed.notices) == []
    names(staffed)
    keep_contacts(staffed.database, INBOX, is_on=True)
    staffed.received()
    assert len(staffed.rows(pushed.notices)) == 1
    keep_contacts(staffed.database, INBOX, is_on=False)
    assert all(staffed.rows(table) == [] for table in vars(pushed).values())
    assert endpoints(staffed) == [ENDPOINT]
    keep_contacts(staffed.database, INBOX, is_on=True)
    staffed.received()
    assert len(staffed.rows(pushed.notices)) == 1


def test_what_does_not_change_is_not_shared_out_anew(staffed: Node) -> None:
    names(staffed)
    keep_contacts(staffed.database, INBOX, is_on=True)
    [before] = staffed.rows(pushed.lists)
    staffed.pass_time(days=1)
    keep_contacts(staffed.database, INBOX, is_on=True)
    assert staffed.rows(pushed.lists) == [before]
