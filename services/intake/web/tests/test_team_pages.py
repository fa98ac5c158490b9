"""What pages say about who works on what, and what was opened in an emergency; and what bad input gets there."""

import re

import pytest
from flask import Flask

from services.intake.domain import Role
from services.intake.storage.staff_tables import file_workers, openings
from services.intake.storage.tables import metadata
from services.intake.tests.node import CHEAP, HERE
from services.intake.usecases.staff import NewStaff, add_staff
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import PASSWORD, Browser, text, words
from shared.clock import new_id

WHY = "She is at the door."


@pytest.fixture
def daria(site: Site) -> Browser:
    """Another case worker, signed in."""
    add_staff(
        site.node.database, NewStaff("daria", PASSWORD, Role.CASE_WORKER, "Daria"), org=HERE, hasher=CHEAP
    )
    return site.browser("daria")


@pytest.fixture
def focal(site: Site) -> Browser:
    """A focal point, signed in."""
    return site.browser("ihar")


def test_a_case_opens_by_its_reference_says_until_when_and_shows_in_the_focal_point_s_inbox(
    site: Site, daria: Browser, focal: Browser
) -> None:
    person, case = site.node.has_case(given_name="Tamarisk")
    assert daria.get(f"/people/{person.id}").status_code == 404

    opened = daria.send("/emergency", reference=case.reference, reason=WHY)

    assert opened.location == f"/people/{person.id}"
    assert "Opened in an emergency. It closes at: 2 Mar 2026, 13:00" in words(daria.get(opened.location))
    inbox = words(focal.get("/inbox"))
    assert "Inbox (1)" in inbox
    assert f"Daria {case.reference}" in inbox
    assert WHY in inbox
    assert "Tamarisk" not in inbox
    assert WHY not in words(site.browser("olena").get("/inbox"))


def test_the_focal_point_says_that_it_was_looked_into(site: Site, daria: Browser, focal: Browser) -> None:
    _, case = site.node.has_case()
    daria.send("/emergency", reference=case.reference, reason=WHY)
    [opening] = site.node.rows(openings)

    answer = focal.client.post(f"/inbox/openings/{opening['id']}/reviewed", data=focal.form("/inbox"))

    assert answer.location == "/inbox"
    assert WHY not in words(focal.get("/inbox"))
    assert site.node.rows(openings)[0]["reviewed_by"] == "ihar"


@pytest.mark.parametrize(
    ("reference", "reason", "said"),
    [
        ("AAAA-AAAA", WHY, "There is no case with this reference."),
        ("", WHY, "Enter the reference of the case."),
        ("AAAA-AAAA", " ", "Fill this in."),
        ("AAAA-AAAA", "", "Say why it cannot wait."),
        ("<script>alert(1)</script>", WHY, "There is no case with this reference."),
    ],
)
def test_what_does_not_open_says_what_to_do(
    site: Site, daria: Browser, reference: str, reason: str, said: str
) -> None:
    answer = daria.send("/emergency", reference=reference, reason=reason)

    assert answer.status_code == 422
    assert said in words(answer)
    assert "<script>alert" not in text(answer)
    assert site.node.rows(openings) == []


def test_a_referral_that_is_opened_says_until_when(site: Site, worker: Browser, daria: Browser) -> None:
    came = site.node.received(case_reference="K7QM-2XRD")
    worker.send(f"/referrals/{came}/moves/acknowledge")

    opened = daria.send("/emergency", reference="K7QM-2XRD", reason=WHY)

    assert opened.location == f"/referrals/{came}"
    assert "Opened in an emergency. It closes at: 2 Mar 2026, 13:00" in words(daria.get(opened.location))
    assert "Opened in an emergency" not in words(worker.get(opened.location))


def test_references_tried_one_after_the_other_have_to_wait(daria: Browser) -> None:
    answers = [daria.send("/emergency", reference="AAAA-AAAA", reason=WHY) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [422] * 4 + [429]
    assert "Try again in 2 seconds." in words(answers[-1])


def test_a_page_says_who_works_on_it_and_a_focal_point_changes_that(
    site: Site, worker: Browser, daria: Browser, focal: Browser
) -> None:
    person, _ = site.node.has_case()
    page = f"/people/{person.id}"
    assert "Who works on this Olena" in words(worker.get(page))
    assert f"{page}/team" not in text(worker.get(page))
    assert f"{page}/team" in text(focal.get(page))
    assert 'checked class="form-check-input" id="members-0"' in text(focal.get(f"{page}/team"))

    focal.send(f"{page}/team", members=["daria", "olena"], role="admin", username="root", org="legal-aid")

    assert "Who works on this Daria Olena" in words(daria.get(page))
    assert {(row["username"], row["until"]) for row in site.node.rows(file_workers)} == {
        ("olena", None),
        ("daria", None),
    }


@pytest.mark.parametrize("member", ["root", "nobody", "' OR 1=1 --", "olena\u202e"])
def test_nobody_is_put_on_a_team_who_cannot_be(site: Site, focal: Browser, member: str) -> None:
    person = site.node.registers()

    answer = focal.send(f"/people/{person.id}/team", members=[member])

    assert answer.status_code == 422
    assert [row["username"] for row in site.node.rows(file_workers)] == ["olena"]


def test_a_referral_that_came_in_says_that_it_waits_for_all(site: Site, worker: Browser) -> None:
    came = site.node.received()
    page = f"/referrals/{came}"
    assert "Nobody yet. It waits for all case workers." in words(worker.get(page))

    worker.send(f"{page}/moves/acknowledge")

    assert "Who works on this Olena" in words(worker.get(page))


def test_no_page_does_anything_without_its_csrf_token(site: Site, web: Flask, focal: Browser) -> None:
    site.node.has_case()
    rules = {rule.rule: rule.endpoint for rule in web.url_map.iter_rules() if "POST" in (rule.methods or ())}
    traceless = {r for r, view in rules.items() if hasattr(web.view_functions[view], "is_traceless")}
    pages = sorted(rule for rule in rules.keys() - traceless if not rule.startswith("/api/"))
    kept = [table for table in metadata.sorted_tables if table.name != "audit_entries"]  # that she looks, is
    before = [site.node.rows(table) for table in kept]

    for page in pages:
        address = re.sub(r"<(?:uuid:)?\w+>", str(new_id()), page)
        for given in ({}, {"csrf_token": "0"}, {"csrf_token": focal.form("/inbox")["csrf_token"] + "x"}):
            assert focal.client.post(address, data=given).status_code == 400, page

    assert len(pages) > 20
    assert traceless == {"/look"}  # where no cookie lets anybody in
    assert [site.node.rows(table) for table in kept] == before


def test_an_auditor_begins_with_the_audit(site: Site) -> None:
    new = NewStaff("vera", PASSWORD, Role.AUDITOR, "Vera")
    add_staff(site.node.database, new, org=HERE, hasher=CHEAP)

    auditor = site.browser("vera")

    assert auditor.get("/").location == "/audit"
    assert "Vera · vera · auditor" in words(auditor.get("/account"))
    assert "Inbox" not in words(auditor.get("/account"))
    assert "Directory" not in words(auditor.get("/account"))
