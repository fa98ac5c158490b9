"""Legal holds on pages, and how what was erased or tampered with reads."""

from uuid import UUID

import pytest

from services.intake.domain import Case, Person
from services.intake.storage.tables import legal_holds, moves, people, referrals
from services.intake.tests.node import WORKER
from services.intake.usecases.closing import close_case
from services.intake.usecases.erasing import erase_case
from services.intake.web.tests.site import Site
from services.intake.web.tests.test_languages import untranslated
from services.intake.web.tests.visitors import Browser, words


@pytest.fixture
def closed(site: Site) -> tuple[Person, Case, UUID]:
    """A closed case of which something was sent."""
    person, case = site.node.has_case(alias="Swallow")
    sent = site.node.sends(case)
    site.browser().send(f"/referrals/{sent.id}/moves/cancel", reason="other")
    close_case(site.node.database, case.id, "plan_completed", WORKER)
    return person, case, sent.id


def address(closed: tuple[Person, Case, UUID]) -> str:
    return f"/cases/{closed[1].id}/hold"


def test_two_people_put_a_hold_and_two_lift_it(
    site: Site, worker: Browser, closed: tuple[Person, Case, UUID]
) -> None:
    page, other = address(closed), site.browser("ihar")

    assert worker.send(page, reason="A court has asked.").location == page
    mine, theirs = words(worker.get(page)), words(other.get(page))
    assert "You were the first." in mine
    assert "Confirm the legal hold" not in mine
    assert "A court has asked." in theirs
    other.send(page)
    assert "Ask to lift it" in words(worker.get(page))
    other.send(page, reason="The court has closed the matter.")
    assert "You were the first." in words(other.get(page))
    worker.send(page)

    [row] = site.node.rows(legal_holds)
    names = ("asked_by", "confirmed_by", "lift_asked_by", "lifted_by")
    assert [row[name] for name in names] == ["olena", "ihar", "ihar", "olena"]
    assert "Ask for a legal hold" in words(worker.get(page))


def test_a_hold_needs_a_reason(worker: Browser, closed: tuple[Person, Case, UUID]) -> None:
    response = worker.send(address(closed))

    assert response.status_code == 422
    assert "Write why." in words(response)


def test_the_first_of_two_does_not_confirm_by_a_request_of_their_own(
    site: Site, worker: Browser, closed: tuple[Person, Case, UUID]
) -> None:
    page = address(closed)
    worker.send(page, reason="A court has asked.")

    response = worker.send(page, seen="asked")

    assert "You were the first." in words(response)
    assert [row["confirmed_by"] for row in site.node.rows(legal_holds)] == [None]


def test_a_step_that_was_taken_meanwhile_is_not_taken_again(
    site: Site, worker: Browser, closed: tuple[Person, Case, UUID]
) -> None:
    page, other = address(closed), site.browser("ihar")
    form = other.form(page)
    worker.send(page, reason="A court has asked.")

    response = other.client.post(page, data=form | {"seen": "none", "reason": "Another reason."})

    assert response.status_code == 422
    assert "has changed in the meantime" in words(response)
    assert len(site.node.rows(legal_holds)) == 1


def test_a_hold_on_what_came_is_put_from_its_page(site: Site, worker: Browser) -> None:
    came = site.node.received()

    assert f"/referrals/{came}/hold" in worker.get(f"/referrals/{came}").text
    worker.send(f"/referrals/{came}/hold", reason="A court has asked.")

    assert [row["record_id"] for row in site.node.rows(legal_holds)] == [came]


def test_of_what_we_sent_the_case_is_held(site: Site, worker: Browser) -> None:
    sent = site.node.sends()

    assert worker.get(f"/referrals/{sent.id}/hold").status_code == 404


def test_an_administrator_sees_no_hold(site: Site, closed: tuple[Person, Case, UUID]) -> None:
    assert site.browser("root").get(address(closed)).status_code in (403, 404)


def test_what_was_erased_reads_as_erased(
    site: Site, worker: Browser, closed: tuple[Person, Case, UUID]
) -> None:
    person, case, sent = closed
    erase_case(site.node.database, case.reference)

    page = words(worker.get(f"/people/{person.id}"))
    assert "What was known of the person has been erased." in page
    assert f"Case {case.reference} erased" in page
    assert f"{case.reference}: erased on 2 March 2026" in page
    assert "Open a case" not in page
    assert "Record" not in page
    assert "What was shared has been erased." in words(worker.get(f"/referrals/{sent}"))
    assert "Erased registered" in words(worker.send("/people", q=case.reference))
    assert worker.get("/inbox").status_code == 200
    assert "has been erased" in words(worker.send(f"/people/{person.id}/cases/new"))


def test_what_was_tampered_with_reads_as_unreadable(site: Site, worker: Browser) -> None:
    person, _case = site.node.has_case()
    came = site.node.received()
    worker.send(f"/referrals/{came}/moves/accept", note="From Monday.")
    with site.node.database.transaction() as tx:
        for table in (people, referrals, moves):
            tx.execute(table.update().where(table.c.sealed.is_not(None)).values(sealed=b"nonsense"))

    assert "Tell whoever looks after this node" in words(worker.get(f"/people/{person.id}"))
    page = words(worker.get(f"/referrals/{came}"))
    assert "What was shared cannot be read." in page
    assert "What was said here cannot be read." in page
    assert "Cannot be read" in words(worker.get("/people"))


@pytest.mark.parametrize("language", ["ru", "be", "uk"])
def test_these_pages_speak_the_language_and_no_other(
    site: Site, worker: Browser, closed: tuple[Person, Case, UUID], language: str
) -> None:
    person, case, sent = closed
    page, other = address(closed), site.browser("ihar")
    for browser in (worker, other):
        browser.speaks(language)
    shown = [worker.get(page), worker.send(page)]
    worker.send(page, reason="Sample")
    shown += [worker.get(page), other.get(page)]
    other.send(page)
    shown += [worker.get(page)]
    other.send(page, reason="Sample")
    shown += [other.get(page), worker.get(page)]
    worker.send(page)
    erase_case(site.node.database, case.reference)
    shown += [worker.get(f"/people/{person.id}"), worker.get(f"/referrals/{sent}")]

    strange = [[w for w in untranslated(words(one)) if w not in {"olena", "ihar", "Ihar"}] for one in shown]

    assert strange == [[]] * len(shown)
