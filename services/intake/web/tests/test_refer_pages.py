"""Send a referral from a person's page: three pages, and exactly what was ticked and consented leaves."""

from typing import Any

import pytest

from services.intake.domain import Need
from services.intake.storage.tables import referrals
from services.intake.tests.node import KEYLESS, THERE, WORKER
from services.intake.usecases.cases import add_need
from services.intake.usecases.consent import withdraw_consent
from services.intake.web.tests.site import ELSEWHERE, Site
from services.intake.web.tests.visitors import Browser, text, words
from shared.schemas.intake import ReferralSent

WHERE = {"urgency": "urgent", "to_org": THERE}
WHAT = {"fields": ["given_name"], "reason": "Needs a lawyer.", "safe_contact": "only_through_the_worker"}


@pytest.fixture
def need(site: Site) -> Need:
    """A need of a person who agreed to share given name and phone with the one organisation."""
    _person, case = site.node.has_case(gender="Woman")
    return add_need(site.node.database, case.id, "legal_assistance", "high", WORKER)


def address(need: Need) -> str:
    return f"/cases/{need.case_id}/needs/{need.id}/refer"


def step(worker: Browser, need: Need, go: str, **said: Any) -> Any:
    return worker.send(address(need), go=go, **said)


def test_a_referral_leaves_after_three_pages(site: Site, worker: Browser, need: Need) -> None:
    first = worker.get(address(need))
    second = step(worker, need, "what", **WHERE)
    third = step(worker, need, "check", **WHERE, **WHAT)
    sent = step(worker, need, "send", **WHERE, **WHAT)

    assert "page 1 of 3" in words(first)
    assert "page 2 of 3" in words(second)
    assert "page 3 of 3" in words(third)
    assert sent.status_code == 303
    [row] = site.node.rows(referrals)
    assert sent.location == f"/referrals/{row['id']}"
    page = site.node.page(row["id"])
    assert page.content == {
        "given_name": "Sample",
        "reason": "Needs a lawyer.",
        "safe_contact": "only_through_the_worker",
        "case_reference": page.referral.reference,
    }
    assert len(site.node.said(ReferralSent)) == 1


def test_the_check_page_shows_exactly_what_leaves(worker: Browser, need: Need) -> None:
    page = words(step(worker, need, "check", **WHERE, **WHAT))

    assert "Exactly this leaves this node" in page
    assert "Given name Sample Reason for the referral Needs a lawyer." in page
    assert "Only through the case worker" in page
    assert "+000" not in page
    assert "Nowhere" not in page


def test_only_consented_fields_can_be_ticked_and_their_values_are_seen_before(
    worker: Browser, need: Need
) -> None:
    response = step(worker, need, "what", **WHERE)

    assert text(response).count('name="fields"') == 2
    assert "Given name Sample" in words(response)
    assert "Phone +000 00 000" in words(response)
    assert "stays here: Family name, Gender, Address." in words(response)
    assert "checked" not in text(response)


def test_what_was_said_travels_in_the_form_and_not_in_the_address(worker: Browser, need: Need) -> None:
    back = step(worker, need, "where", **WHERE, **WHAT)

    assert 'name="reason" value="Needs a lawyer."' in text(back)
    assert 'name="fields" value="given_name"' in text(back)
    assert 'value="urgent"' in text(back)
    assert back.request.query_string == b""


def test_organisations_that_cannot_take_it_are_shown_with_the_reason(worker: Browser, need: Need) -> None:
    response = worker.get(address(need))

    assert text(response).count('name="to_org"') == 1
    assert "Legal Aid Counsel and representation Hrodna, Minsk · Belarusian, Russian" in words(response)
    assert "Clinic nothing can be sealed for it yet" in words(response)
    assert "Night Shelter the consent does not name it" in words(response)
    assert "Our own lawyer" not in words(response)


def test_area_and_language_narrow_the_organisations_down(worker: Browser, need: Need) -> None:
    narrowed = words(step(worker, need, "where", language="ukr", area="Minsk"))

    assert "Legal Aid Counsel" not in narrowed
    assert "None of those that can be chosen offers this." in narrowed
    assert "Please check this" not in narrowed


@pytest.mark.parametrize("to_org", [KEYLESS, ELSEWHERE, "harbour-house", "nobody", ""])
def test_an_organisation_that_cannot_be_chosen_is_refused(
    site: Site, worker: Browser, need: Need, to_org: str
) -> None:
    response = step(worker, need, "send", urgency="urgent", to_org=to_org, **WHAT)

    assert response.status_code == 422
    assert "page 1 of 3" in words(response)
    assert site.node.rows(referrals) == []


def test_a_field_without_consent_is_refused(site: Site, worker: Browser, need: Need) -> None:
    response = step(worker, need, "send", **WHERE, **WHAT | {"fields": ["given_name", "address"]})

    assert response.status_code == 422
    assert site.node.rows(referrals) == []


def test_what_is_missing_is_said_at_its_page(worker: Browser, need: Need) -> None:
    where = step(worker, need, "what")
    what = step(worker, need, "send", **WHERE)

    assert "Say how urgent it is." in words(where)
    assert "Choose an organisation." in words(where)
    assert "Say why you refer the person." in words(what)
    assert 'href="#reason"' in text(what)


def test_without_consent_nothing_is_asked_and_nothing_leaves(site: Site, worker: Browser, need: Need) -> None:
    [row] = [row for row in site.node.rows(referrals.metadata.tables["cases"]) if row["id"] == need.case_id]
    withdraw_consent(site.node.database, row["person_id"], WORKER)

    response = step(worker, need, "send", **WHERE, **WHAT)

    assert "Consent comes first" in words(response)
    assert site.node.said(ReferralSent) == []


def test_sent_twice_from_one_page_it_leaves_once(site: Site, worker: Browser, need: Need) -> None:
    form = worker.form(address(need)) | {"go": "send"} | WHERE | WHAT
    twice = [worker.client.post(address(need), data=form) for _ in range(2)]

    assert twice[0].location == twice[1].location
    assert len(site.node.said(ReferralSent)) == 1


def test_sent_again_with_other_words_from_one_page_is_a_conflict(
    site: Site, worker: Browser, need: Need
) -> None:
    form = worker.form(address(need)) | {"go": "send"} | WHERE | WHAT
    worker.client.post(address(need), data=form)
    again = worker.client.post(address(need), data=form | {"reason": "Something else."})

    assert again.status_code == 409
    assert len(site.node.said(ReferralSent)) == 1


def test_the_only_open_need_is_not_asked_for(site: Site, worker: Browser, need: Need) -> None:
    straight = worker.get(f"/cases/{need.case_id}/refer")
    add_need(site.node.database, need.case_id, "food", "low", WORKER)
    asked = worker.get(f"/cases/{need.case_id}/refer")

    assert straight.location == address(need)
    assert "Which need is it for?" in words(asked)


def test_the_whole_case_can_be_handed_over_with_a_referral(site: Site, worker: Browser, need: Need) -> None:
    transfer = {"purpose": ["transfer"]}
    assert 'name="purpose"' in text(worker.get(address(need)))
    assert 'type="hidden" name="purpose" value="transfer"' in text(
        step(worker, need, "what", **WHERE, **transfer)
    )
    check = words(step(worker, need, "check", **WHERE, **WHAT, **transfer))
    assert "What for To hand over the whole case to whoever accepts it" in check

    sent = step(worker, need, "send", **WHERE, **WHAT, **transfer)

    assert "To hand over the whole case to whoever accepts it" in words(worker.get(sent.location))
    [said] = site.node.said(ReferralSent)
    assert said.event.purpose == "transfer"
