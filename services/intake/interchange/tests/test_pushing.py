"""A push service on this machine: what it takes, refuses, or never answers, and what it learns, which is nothing."""

import json
import socket
from collections.abc import Collection
from datetime import timedelta
from uuid import uuid4

import pytest
from urllib3 import Timeout

from services.intake.domain import Actor, Role
from services.intake.interchange import posting, pushing
from services.intake.interchange.pushing import PushChannel
from services.intake.interchange.tests.receiver import Receiver
from services.intake.storage.push_tables import pushed, subscriptions
from services.intake.tests.node import CHEAP, FOCAL_POINT, HERE, THERE, WORKER, Node, moved_on
from services.intake.usecases.calling import call_members
from services.intake.usecases.notices import choose
from services.intake.usecases.push import application_key, how_pushed, keep_contacts, send_due, subscribe
from services.intake.usecases.staff import NewStaff, add_staff
from shared.notices.saying import LONGEST_LINK, Allowed, Saying
from shared.notices.sending import Rules
from shared.schemas.codes import NOTICE_GROUPS
from shared.schemas.intake import PeopleCalled
from shared.schemas.life import Move
from shared.sealing.tests.push_browser import PushBrowser, signed_by

HOSTS = ("127.0.0.1", "push.example")
INBOX = "https://node.example/inbox"
CONTACT = "mailto:push@mail.invalid"
AT_ONCE = dict.fromkeys(NOTICE_GROUPS, "instant")


def named(
    node: Node,
    receiver: Receiver,
    by: Actor = WORKER,
    path: str = "/to/1",
    by_push: Collection[str] | None = NOTICE_GROUPS,
) -> PushBrowser:
    """A browser of theirs, who wants to be told of everything, or has not chosen."""
    browser = PushBrowser()
    subscribe(node.database, browser.given(f"http://127.0.0.1:{receiver.port}{path}"), by, HOSTS)
    application_key(node.database)
    choose(node.database, AT_ONCE, by, by_push=by_push)
    keep_contacts(node.database, INBOX, is_on=True)
    return browser


def pushes(node: Node, rules: Rules | None = None, hosts: tuple[str, ...] = HOSTS) -> int:
    return send_due(node.database, PushChannel(node.database, CONTACT, hosts), rules or Rules())


def mails(node: Node) -> list[tuple[str, int, str | None]]:
    return [(row["state"], row["attempts"], row["last_error"]) for row in node.rows(pushed.mails)]


def states(node: Node) -> list[str]:
    return [row["state"] for row in node.rows(pushed.notices)]


def test_a_browser_opens_what_the_rule_allows(staffed: Node, receiver: Receiver) -> None:
    browser = named(staffed, receiver)
    staffed.received(), staffed.received()
    assert pushes(staffed) == 1

    [(path, headers, body)] = receiver.got
    said = json.loads(browser.opens(body))
    assert said == {"sentence": "something_waits", "count": 2, "link": INBOX, "language": "en"}
    assert Allowed().load(said) == said
    assert path == "/to/1"
    claims, key = signed_by(headers.pop("authorization"))
    assert key == application_key(staffed.database)
    assert (claims["aud"], claims["sub"]) == (f"http://127.0.0.1:{receiver.port}", CONTACT)
    assert {name: headers[name] for name in ("content-encoding", "ttl", "urgency", "topic")} == {
        "content-encoding": "aes128gcm",
        "ttl": "86400",
        "urgency": "high",
        "topic": "inbox",
    }
    assert how_pushed(staffed.database, WORKER).counts == {"sent": 2}


def test_a_push_service_cannot_tell_one_from_another(staffed: Node, receiver: Receiver) -> None:
    """An emergency from a daily matter, one thing from many, or whom and what it is about."""
    canary = f"canary{uuid4().hex}"
    named(staffed, receiver)
    came = staffed.received(given_name=canary, reason=canary)
    pushes(staffed)
    for _ in range(30):
        staffed.received(family_name=canary)
    staffed.hears(*moved_on(came, THERE, HERE, Move.DELIVER, Move.CANCEL)[2:])
    staffed.pass_time(minutes=15)
    pushes(staffed)

    first, second = receiver.got
    assert canary not in repr(receiver.got) + HERE
    assert len(first[2]) == len(second[2])
    quiet = [{n: v for n, v in headers.items() if n != "authorization"} for _, headers, _ in receiver.got]
    assert quiet[0] == quiet[1]


@pytest.mark.parametrize("status", [429, 500, 503, 403])
def test_what_is_not_taken_now_is_tried_again(staffed: Node, receiver: Receiver, status: int) -> None:
    browser = named(staffed, receiver)
    receiver.answers = [status, status, 201]
    staffed.received()
    assert pushes(staffed) == 0
    assert mails(staffed) == [("waiting", 1, f"http_{status}")]
    assert pushes(staffed) == 0
    assert len(receiver.got) == 1
    for minutes, went_out in ((1, 0), (1, 0), (1, 1)):
        staffed.pass_time(minutes=minutes)
        assert pushes(staffed) == went_out
    assert mails(staffed) == [("sent", 3, None)]
    assert states(staffed) == ["sent"]
    assert [json.loads(browser.opens(body))["count"] for _, _, body in receiver.got] == [1, 1, 1]


def test_one_that_never_answers_is_not_waited_for(
    staffed: Node, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    named(staffed, receiver)
    receiver.hold.clear()
    monkeypatch.setattr(posting, "PATIENCE", Timeout(connect=5, read=0.1))
    staffed.received()
    assert pushes(staffed) == 0
    assert mails(staffed) == [("waiting", 1, "timeout")]


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_no_more_is_forgotten(staffed: Node, receiver: Receiver, status: int) -> None:
    named(staffed, receiver)
    receiver.answers = [status]
    staffed.received()
    assert pushes(staffed) == 0
    assert (staffed.rows(subscriptions), states(staffed)) == ([], ["failed"])
    keep_contacts(staffed.database, INBOX, is_on=True)
    assert all(staffed.rows(table) == [] for table in vars(pushed).values())


def test_of_several_browsers_one_is_enough(staffed: Node, receiver: Receiver, other: Receiver) -> None:
    named(staffed, receiver)
    second = named(staffed, other, path="/to/2")
    receiver.answers = [410]
    staffed.received()
    assert pushes(staffed) == 1
    assert json.loads(second.opens(other.got[0][2]))["count"] == 1
    assert len(staffed.rows(subscriptions)) == 1


def calls(node: Node, *names: str, urgent: bool = False) -> None:
    with node.database.transaction() as tx:
        call_members(tx, names, urgent=urgent)


def test_one_push_in_fifteen_minutes_but_for_an_emergency(staffed: Node, receiver: Receiver) -> None:
    browser = named(staffed, receiver)
    calls(staffed)
    assert pushes(staffed) == 1
    calls(staffed)
    staffed.pass_time(minutes=14)
    assert pushes(staffed) == 0
    calls(staffed, urgent=True)
    assert pushes(staffed) == 1
    assert [json.loads(browser.opens(body))["count"] for _, _, body in receiver.got] == [1, 2]


def test_beyond_the_cap_it_waits_for_the_next_day(staffed: Node, receiver: Receiver) -> None:
    named(staffed, receiver)
    capped = Rules(brake=timedelta(), cap=1)
    calls(staffed)
    assert pushes(staffed, capped) == 1
    calls(staffed)
    staffed.pass_time(hours=1)
    assert pushes(staffed, capped) == 0
    staffed.pass_time(days=1)
    assert pushes(staffed, capped) == 1


def test_what_is_not_ticked_is_not_pushed_on_another_day_either(staffed: Node, receiver: Receiver) -> None:
    named(staffed, receiver, by_push=None)
    calls(staffed)
    staffed.pass_time(days=2)
    assert pushes(staffed) == 0
    assert [row["dropped_because"] for row in staffed.rows(pushed.notices)] == ["muted"]


def test_what_a_colleague_has_answered_is_told_to_nobody(staffed: Node, receiver: Receiver) -> None:
    named(staffed, receiver)
    came = staffed.received()
    staffed.hears(*moved_on(came, THERE, HERE, Move.DELIVER, Move.ACKNOWLEDGE)[2:])
    assert pushes(staffed) == 0
    assert [row["dropped_because"] for row in staffed.rows(pushed.notices)] == ["handled"]


def test_a_host_that_is_taken_from_the_setting_is_asked_no_more(staffed: Node, receiver: Receiver) -> None:
    named(staffed, receiver)
    staffed.received()
    assert pushes(staffed, hosts=("push.example",)) == 0
    assert mails(staffed) == [("waiting", 1, "host_not_allowed")]
    assert receiver.got == []


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "fd00::1"])
def test_a_push_service_does_not_lead_into_our_own_network(
    staffed: Node, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    browser = PushBrowser()
    subscribe(staffed.database, browser.given("https://push.example/to/1"), WORKER, HOSTS)
    application_key(staffed.database)
    keep_contacts(staffed.database, INBOX, is_on=True)
    found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (address, 443))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: found)
    staffed.received()
    staffed.received()
    assert pushes(staffed) == 0
    assert mails(staffed) == [("waiting", 1, "address_not_allowed")]


def test_whoever_is_called_by_name_is_told_and_their_colleagues_are_not(
    staffed: Node, receiver: Receiver, other: Receiver
) -> None:
    named(staffed, receiver, WORKER)
    named(staffed, other, FOCAL_POINT)
    calls(staffed, "olena")
    pushes(staffed)
    assert (len(receiver.got), len(other.got)) == (1, 0)
    assert staffed.said(PeopleCalled) == []
    by_mail = NewStaff(
        "nadia", "seven quiet lanterns", Role.CASE_WORKER, "Nadia", email="nadia@harbour.example"
    )
    add_staff(staffed.database, by_mail, org=HERE, hasher=CHEAP)
    calls(staffed, "nadia", urgent=True)
    pushes(staffed)
    assert (len(receiver.got), len(other.got)) == (1, 0)
    assert len(staffed.said(PeopleCalled)) == 1
    calls(staffed, "daria", urgent=True)  # who has named no browser, and has no address either
    pushes(staffed)
    assert (len(receiver.got), len(other.got)) == (2, 1)


def test_what_lies_there_unreadable_is_not_sent_and_is_seen(staffed: Node, receiver: Receiver) -> None:
    named(staffed, receiver)
    with staffed.database.transaction() as tx:
        tx.execute(subscriptions.update().values(sealed=b"nothing"))
    staffed.received()
    assert pushes(staffed) == 0
    assert mails(staffed) == [("waiting", 1, "host_not_allowed")]


def test_the_size_leaves_room_for_the_longest_that_may_be_said() -> None:
    link = "https://node.example/".ljust(LONGEST_LINK - 6, "x") + "/inbox"
    longest = json.dumps(Saying(1_000_000, link, "uk").dump())
    assert len(longest) <= pushing.SIZE
