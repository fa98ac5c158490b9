"""From the first meeting to an open case: what the pages keep and what they say comes next."""

import re

import pytest

from services.intake.storage.tables import cases, consents, needs
from services.intake.tests.node import THERE, WORKER
from services.intake.usecases.cases import add_need
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import Browser, text, words

PERSON = {"alias": "Swallow", "birth_date": "2004-05-17", "gender": "Woman", "citizenship": "UKR"}


def registered(worker: Browser, **person: str) -> str:
    response = worker.send("/people/new", **(person or PERSON))
    assert response.status_code == 303, words(response)
    return response.location


def test_a_person_is_registered_with_little_and_shown_with_the_next_step(site: Site, worker: Browser) -> None:
    address = registered(worker, **PERSON, language="ukr", other_language="rus")

    [person] = site.node.people()
    assert (person.alias, person.given_name, person.age_band) == ("Swallow", None, "21--23")
    assert person.languages == ("ukr", "rus")
    page = words(worker.get(address))
    assert "Swallow" in page
    assert "Next step Record consent" in page
    assert "Ukrainian, Russian" in page


@pytest.mark.parametrize("name", ["ሰላም", "فاطمة", "မြတ်နိုး", "Ж", "🐦", "O'Neil-Ольшанская"])
def test_names_of_any_script_and_length_are_accepted(site: Site, worker: Browser, name: str) -> None:
    page = words(worker.get(registered(worker, given_name=name)))

    assert [person.given_name for person in site.node.people()] == [name]
    assert name in page


def test_people_are_found_by_a_part_of_a_name_that_stands_in_no_address(worker: Browser) -> None:
    registered(worker, given_name="Алеся", family_name="Вымышленная")
    registered(worker, alias="Stork")

    response = worker.send("/people", q="вымыш")

    assert "Алеся Вымышленная" in words(response)
    assert "1 person found" in words(response)
    assert "Stork" not in text(response)
    assert response.status_code == 200
    assert 'method="post"' in text(response)


def test_consent_is_recorded_shown_and_withdrawn(site: Site, worker: Browser) -> None:
    address = registered(worker)
    given = {
        "given_by": "guardian",
        "purposes": ["referral"],
        "organisations": [THERE],
        "fields": ["alias", "phone"],
        "expires_on": "2026-12-31",
    }

    assert worker.send(f"{address}/consent", **given).location == address
    page = words(worker.get(address))
    worker.send(f"{address}/consent/withdraw")

    assert "The guardian" in page
    assert "Alias, Phone" in page
    assert "31 December 2026" in page
    assert "Withdrawn on 2 March 2026" in words(worker.get(address))
    assert [row["withdrawn_at"] is None for row in site.node.rows(consents)] == [True, False]


def test_nothing_of_a_consent_is_ticked_beforehand(worker: Browser) -> None:
    page = text(worker.get(registered(worker) + "/consent"))

    assert "checked" not in page


def test_an_expired_consent_is_said_to_be_expired(site: Site) -> None:
    person = site.node.registers()
    site.node.has_consent(person, expires_on="2026-03-03")
    site.node.pass_time(days=2)
    later = site.browser()

    assert "Expired on 3 March 2026" in words(later.get(f"/people/{person.id}"))


def test_case_need_and_closure_lead_the_person_from_step_to_step(site: Site, worker: Browser) -> None:
    address = registered(worker)
    consent = {
        "given_by": "individual",
        "purposes": ["referral"],
        "organisations": [THERE],
        "fields": ["alias"],
    }
    worker.send(f"{address}/consent", **consent)
    assert "Next step Open a case" in words(worker.get(address))

    worker.send(f"{address}/cases/new", conclusion="presumed_victim", exploitation=["isForcedLabour"])
    case_id = site.node.rows(cases)[0]["id"]
    worker.send(f"/cases/{case_id}/needs/new", service_type="food", priority="high")
    page = words(worker.get(address))
    assert "Next step Refer" in page
    assert "Presumed victim" in page
    assert "Food High priority open" in page

    need_id = site.node.rows(needs)[0]["id"]
    worker.send(f"/cases/{case_id}/needs/{need_id}/settle", outcome="already_received_elsewhere")
    assert "Next step Plan a follow-up" in words(worker.get(address))

    worker.send(f"/cases/{case_id}/close", reason="plan_completed")
    page = words(worker.get(address))
    assert "Closed case" in page
    assert "closed: The case plan is completed" in page
    assert "Next step" not in page


def test_a_case_with_an_open_referral_says_why_it_cannot_be_closed(site: Site, worker: Browser) -> None:
    sent = site.node.sends()

    response = worker.send(f"/cases/{sent.case_id}/close", reason="reintegrated")

    assert response.status_code == 422
    assert "A referral of this case is still open." in words(response)


def test_the_timeline_tells_what_happened_in_its_order(site: Site, worker: Browser) -> None:
    _person, case = site.node.has_case()
    add_need(site.node.database, case.id, "food", "low", WORKER)
    site.node.pass_time(minutes=1)
    site.node.sends(case)

    page = words(worker.get(f"/people/{case.person_id}"))

    told = ["Referral sent to Legal Aid", f"Case {case.reference} opened", "Consent recorded", "Registered"]
    places = [page.index(words_) for words_ in told]
    assert places == sorted(places)


def test_addresses_carry_ids_only(site: Site, worker: Browser) -> None:
    address = registered(worker, given_name="Tamarisk")
    site.node.sends()
    seen = text(worker.get(address)) + text(worker.get("/people")) + text(worker.get("/referrals"))

    links = re.findall(r'(?:href|action)="([^"]*)"', seen)
    assert links
    assert not [link for link in links if "amarisk" in link or "Sample" in link]
