"""The audit on pages: the auditor's first page, its file, who looked at a person; and that no page shows one unseen."""

import csv
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from services.intake.domain import Action, Entry, Role, Via
from services.intake.storage.audit import Wanted, add_entries, find_entries
from services.intake.storage.audit_tables import entries
from services.intake.storage.tables import cases
from services.intake.tests.node import CHEAP, HERE, WORKER, Node
from services.intake.tests.test_audit_chain import hub_keeps, partner_keeps
from services.intake.usecases.audit_chain import keep_chain
from services.intake.usecases.staff import NewStaff, add_staff
from services.intake.web.tests.cells import Asker, Belongings, World
from services.intake.web.tests.site import Site
from services.intake.web.tests.test_matrix import rows
from services.intake.web.tests.visitors import PASSWORD, Browser, Partner, text, words
from shared.clock import new_id

# Every address at which somebody is shown a person's name or a case's reference.
SHOWING = """
GET  /inbox
GET  /people
POST /people
GET  /people/<person>
GET  /people/<person>/team
GET  /cases/<case>
GET  /cases/<case>/close
GET  /cases/<case>/conferences/new
GET  /cases/<case>/files/<attachment>
GET  /cases/<case>/files/<attachment>/remove
GET  /cases/<case>/hold
GET  /cases/<case>/needs/<need>/refer
GET  /referrals
GET  /referrals/<out>
GET  /referrals/<in>
GET  /questions/<question>
GET  /referrals/<in>/forward
GET  /imports/<imported>
GET  /api/v1/people
POST /api/v1/people/search
POST /api/v1/cases
GET  /api/v1/cases/<case>
POST /api/v1/cases/<case>/closure
POST /api/v1/cases/<case>/reopening
POST /api/v1/referrals
GET  /api/v1/referrals
GET  /api/v1/referrals/<out>
GET  /api/v1/referrals/<in>
GET  /api/v1/referrals/<out>/fhir
GET  /api/v1/referrals/<in>/fhir
POST /api/v1/referrals/<out>/moves
POST /api/v1/referrals/<in>/moves
"""
ENDING = re.compile(
    "close|closure|reopening|withdraw|moves/<move>|settle|forward"
)  #: after which less can be done, so they come last
PEOPLE = {"worker": "olena", "focal": "ihar"}


@pytest.fixture
def auditor(site: Site) -> Browser:
    """An auditor, signed in."""
    add_staff(site.node.database, NewStaff("vera", PASSWORD, Role.AUDITOR, "Vera"), org=HERE, hasher=CHEAP)
    return site.browser("vera")


def kept(node: Node, **wanted: Any) -> list[Entry]:
    """Oldest first."""
    with node.database.reading() as tx:
        return find_entries(tx, Wanted(**wanted), limit=10_000)[::-1]


def kept_of(node: Node, username: str) -> int:
    """How many entries there are of what somebody did."""
    with node.database.reading() as tx:
        mine = select(func.count()).select_from(entries).where(entries.c.username == username)
        return int(tx.execute(mine).scalar_one())


def marks_of(node: Node, about: Belongings) -> set[str]:
    """What names the person or the case on a page, for those who know."""
    with node.database.reading() as tx:
        references = tx.execute(select(cases.c.reference).where(cases.c.person_id == about.person)).scalars()
        return {about.name, *references}


def test_whatever_shows_a_person_is_kept_before_it_is_shown(site: Site) -> None:
    for name, works_as in (("daria", Role.CASE_WORKER), ("vera", Role.AUDITOR)):
        add_staff(site.node.database, NewStaff(name, PASSWORD, works_as, name), org=HERE, hasher=CHEAP)
    world, showing, unseen = World(site), set(), []
    askers = {role: Asker(site, role) for role in PEOPLE}
    for method, rule, _ in sorted(rows(), key=lambda row: (row[0], bool(ENDING.search(row[1])))):
        for role, username in PEOPLE.items():
            asker = askers[role] if method == "GET" else Asker(site, role)  # some sign them out
            own = world.asked_about(role)[0]
            before = kept_of(site.node, username)
            answer = asker.asks(method, rule, own)
            if any(mark in answer.body for mark in marks_of(site.node, own)):
                showing.add(f"{method:<4} {rule}")
                if kept_of(site.node, username) == before:
                    unseen.append((method, rule, role))

    assert unseen == []
    assert showing == set(SHOWING.split("\n")) - {""}


def test_who_comes_in_and_who_cannot_is_kept(site: Site) -> None:
    browser = site.browser(None)
    browser.send("/sign-in", username="olena", password="wrong")
    browser.signs_in("olena")
    browser.client.post("/sign-out", data=browser.form("/account"))

    mine = [(entry.username, entry.action, entry.via) for entry in kept(site.node, username="olena")[1:]]
    assert mine == [
        ("olena", Action.SIGN_IN_REFUSED, Via.PAGE),
        ("olena", Action.SIGNED_IN, Via.PAGE),
        ("olena", Action.SIGNED_OUT, Via.PAGE),
    ]


def test_from_where_it_came_is_kept(site: Site, worker: Browser, partner: Partner) -> None:
    person, _ = site.node.has_case()
    worker.get(f"/people/{person.id}")
    partner.get("/people")

    assert [entry.via for entry in kept(site.node, record_id=person.id)] == [
        *[Via.COMMAND] * 3,
        Via.PAGE,
        Via.API,
    ]


def test_an_answer_that_is_given_again_is_kept_too(site: Site, partner: Partner) -> None:
    for _ in range(2):
        partner.post("/people", {"given_name": "Stork"}, Idempotency_Key="once")

    mine = [entry.action for entry in kept(site.node, username="olena")]
    assert mine[-2:] == [Action.PERSON_REGISTERED, Action.ANSWER_REPEATED]


def test_a_person_s_page_says_who_looked(site: Site, worker: Browser) -> None:
    person, _ = site.node.has_case()
    for _ in range(2):
        site.browser("ihar").get(f"/people/{person.id}")

    page = words(worker.get(f"/people/{person.id}"))

    assert "Who looked at it Olena Person looked at · 2 Mar 2026, 12:00 Ihar Person looked at" in page
    assert "Person looked at \u00d7 2" in page


def test_a_referral_that_came_in_says_so_too(site: Site, worker: Browser) -> None:
    came = site.node.received()

    assert "Who looked at it Olena Referral looked at" in words(worker.get(f"/referrals/{came}"))


def test_older_looks_stand_behind_a_fold(site: Site, worker: Browser) -> None:
    person, _ = site.node.has_case()
    for _ in range(8):
        site.node.pass_time(days=1)
        worker = site.browser()
        worker.get(f"/people/{person.id}")

    page = worker.text(f"/people/{person.id}")
    assert re.search(r'<summary>Older ones <span class="count">2</span></summary>', page)


def test_the_auditor_begins_with_all_entries_newest_first(site: Site, auditor: Browser) -> None:
    person, _ = site.node.has_case()

    page = words(auditor.get(auditor.get("/").location))

    assert "0 entries in the chain, 9 wait for their place. No checkpoint yet." in page
    newest = "waits 2 Mar 2026, 12:00 Vera Audit looked at page"
    opened = f"waits 2 Mar 2026, 12:00 Olena Case opened Person {str(person.id)[-8:]} command"
    assert newest in page
    assert page.index(newest) < page.index(opened)
    assert "Sample" not in page


def test_the_auditor_sees_how_far_it_is_proven(site: Site, auditor: Browser) -> None:
    keep_chain(site.node.database)
    hub_keeps(site.node)
    partner_keeps(site.node)
    number = len(kept(site.node))

    page = words(auditor.get("/audit")).replace(" .", ".")

    assert f"{number} entries in the chain, 1 wait" in page
    assert f"Last checkpoint: entry {number}, 2 Mar 2026, 12:00. Witnessed by: the hub, Legal Aid." in page


def shown(auditor: Browser, **asked: Any) -> str:
    """The table alone."""
    page = words(auditor.get("/audit", query_string=asked))
    return page[page.index("From where", page.index("Download")) :] if "From where" in page else ""


def test_the_auditor_narrows_it_down(site: Site, auditor: Browser) -> None:
    person, _ = site.node.has_case()
    other = site.node.registers()
    site.node.pass_time(days=1)
    site.browser("ihar").get(f"/people/{person.id}")
    tag = str(person.id)[-8:]

    auditor = site.browser("vera")  # a day later the session is over
    assert "Ihar Person looked at" in shown(auditor, username="ihar")
    assert "Olena" not in shown(auditor, username="ihar")
    assert tag in shown(auditor, record=person.id)
    assert str(other.id)[-8:] not in shown(auditor, record=person.id)
    assert "Case opened" in shown(auditor, action="case_opened")
    assert "Consent" not in shown(auditor, action="case_opened")
    assert "Ihar" in shown(auditor, day="2026-03-03")
    assert "Ihar Person" not in shown(auditor, day="2026-03-02")
    assert shown(auditor, record=site.node.received()) == ""


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"record": "Stork"}, "This is no id."),
        ({"day": "yesterday"}, "Enter a date, such as 2026-03-31."),
        ({"username": "nobody"}, "Choose one of the options."),
        ({"action": "deleted"}, "Choose one of the options."),
    ],
)
def test_what_cannot_be_asked_is_said(auditor: Browser, asked: dict[str, str], said: str) -> None:
    response = auditor.get("/audit", query_string=asked)

    assert response.status_code == 422
    assert said in words(response)
    assert auditor.get("/audit.csv", query_string=asked).status_code == 422


def test_pages_go_on_where_the_last_one_ended(site: Site, auditor: Browser) -> None:
    for _ in range(101):
        site.node.registers()

    page = auditor.text("/audit?action=person_registered")
    [following] = re.findall(r'href="([^"]*after=[^"]*)"', page)

    older = auditor.text(following.replace("&amp;", "&"))
    assert (page.count("<tr>"), older.count("<tr>")) == (101, 2)


def test_the_file_holds_what_was_asked_for_and_is_an_action_too(site: Site, auditor: Browser) -> None:
    person, case = site.node.has_case()

    response = auditor.get(f"/audit.csv?record={person.id}")

    assert response.headers["Content-Disposition"] == 'attachment; filename="audit-2026-03-02.csv"'
    lines = list(csv.DictReader(text(response).splitlines()))
    assert [line["action"] for line in lines] == ["case_opened", "consent_recorded", "person_registered"]
    assert lines[0] | {"at": "2026-03-02T09:00:00+00:00", "username": "olena", "via": "command"} == lines[0]
    assert (lines[0]["person_id"], lines[0]["case_id"]) == (str(person.id), str(case.id))
    assert kept(site.node, username="vera")[-1].action is Action.AUDIT_EXPORTED


def test_nothing_in_the_file_is_a_formula(site: Site, auditor: Browser) -> None:
    at = site.node.at - timedelta(days=9)
    odd = [Entry(new_id(), at, name, Action.INBOX_READ, Via.PAGE) for name in ("=1+1", "+x", "-x", "@x")]
    with site.node.database.transaction() as tx:
        add_entries(tx, odd)

    lines = csv.DictReader(text(auditor.get("/audit.csv?day=2026-02-21")).splitlines())
    assert [line["username"] for line in lines] == ["'@x", "'-x", "'+x", "'=1+1"]


@pytest.mark.parametrize("who", ["olena", "ihar", "root"])
def test_nobody_else_comes_in(site: Site, who: str) -> None:
    browser = site.browser(who)

    assert [browser.get(path).status_code for path in ("/audit", "/audit.csv")] == [403, 403]
    assert WORKER.sees_the_audit is False
