"""Bundles at the API, and the pages on which a person looks at what was not understood."""

from typing import Any

import pytest

from services.intake.interchange.tests.bundles import (
    changed,
    check_against_the_standard,
    from_elsewhere,
)
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import Browser, Partner, text, words

SECRET = "Kryptonym"
UNKNOWN = "This code is not known here."


def brought(partner: Partner, **content: Any) -> str:
    """Something to look at."""
    bundle = changed(from_elsewhere(**content), "Task", status="ready", businessStatus=None)
    answer = partner.post("/referrals/fhir", bundle).get_json()
    assert answer["outcome"] == "set_aside"
    return str(answer["import_id"])


def test_a_referral_goes_out_and_a_move_comes_back(site: Site, partner: Partner) -> None:
    came = site.node.received()

    bundle = partner.get(f"/referrals/{came}/fhir").get_json()
    check_against_the_standard(bundle)
    again = changed(bundle, "Task", status="accepted", businessStatus=None)
    answer = partner.post("/referrals/fhir", again).get_json()

    assert (answer["outcome"], answer["referral_id"], answer["problems"]) == ("moved", str(came), [])
    assert partner.get(f"/referrals/{came}").get_json()["state"] == "accepted"


def test_a_wrong_structure_is_told_by_its_paths(partner: Partner) -> None:
    bundle = changed(from_elsewhere(given_name=SECRET), "Patient", birthDate=[SECRET])

    response = partner.post("/referrals/fhir", bundle)

    assert (response.status_code, response.get_json()["errors"]) == (
        422,
        {"Bundle.entry[3].resource.birthDate": "wrong_type"},
    )
    assert SECRET not in text(response)


def test_what_is_not_understood_is_answered_without_what_it_says(partner: Partner) -> None:
    bundle = changed(from_elsewhere(given_name=SECRET), "Task", status=SECRET, businessStatus=None)
    response = partner.post("/referrals/fhir", bundle)

    assert response.get_json()["problems"] == [
        {"path": "Bundle.entry[1].resource.status", "reason": "unknown_code"}
    ]
    assert SECRET not in text(response)


def test_the_same_request_again_has_one_effect(site: Site, partner: Partner) -> None:
    answers = [
        partner.post("/referrals/fhir", from_elsewhere(), Idempotency_Key="once").get_json() for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert answers[0]["outcome"] == "registered"


def test_the_inbox_says_that_something_is_to_be_looked_at(worker: Browser, partner: Partner) -> None:
    assert "/imports" not in worker.text("/inbox")
    import_id = brought(partner)

    assert "Brought by other systems, to look at 1" in words(worker.get("/inbox"))
    listed = worker.text("/imports")
    assert f"/imports/{import_id}" in listed
    assert "Not understood: 1" in words(worker.get("/imports"))
    assert "Stork" not in listed


def test_the_page_says_why_and_shows_all_that_came(worker: Browser, partner: Partner) -> None:
    import_id = brought(partner, given_name="<b>Оксана</b>\u202e")

    page = worker.text(f"/imports/{import_id}")

    assert UNKNOWN in page
    assert "Bundle.entry[1].resource.status" in page
    assert "&lt;b&gt;Оксана&lt;/b&gt;\\u202e" in page
    assert "Needs a bed." in page


def test_trying_again_says_that_nothing_has_changed(worker: Browser, partner: Partner) -> None:
    import_id = brought(partner)
    response = worker.client.post(f"/imports/{import_id}/retry", data=worker.form(f"/imports/{import_id}"))

    assert (response.status_code, response.location) == (303, f"/imports/{import_id}")
    assert "It is still not understood." in words(worker.get(response.location))


def test_trying_again_leads_to_what_it_has_become(site: Site, worker: Browser, partner: Partner) -> None:
    bundle = changed(from_elsewhere(), "Patient", birthDate="2026-03-09")
    import_id = partner.post("/referrals/fhir", bundle).get_json()["import_id"]
    site.node.pass_time(days=9)
    worker = site.browser()

    response = worker.client.post(f"/imports/{import_id}/retry", data=worker.form(f"/imports/{import_id}"))

    page = words(worker.get(response.location))
    assert "It is a person and a case now." in page
    assert "What came from another system" in page
    assert "only through the case worker" in words(worker.get(f"/imports/{import_id}")).casefold()
    assert "/retry" not in worker.text(f"/imports/{import_id}")


def test_dismissing_takes_a_reason(worker: Browser, partner: Partner) -> None:
    import_id = brought(partner)
    refused = worker.send(f"/imports/{import_id}", reason="")
    done = worker.send(f"/imports/{import_id}", reason="Sent by mistake.")

    assert (refused.status_code, done.location) == (422, "/imports")
    assert "Write why." in words(refused)
    assert "There are none." in words(worker.get("/imports"))
    assert "Dismissed: Sent by mistake." in words(worker.get(f"/imports/{import_id}"))


@pytest.mark.parametrize("language", ["ru", "be", "uk"])
def test_every_reason_is_said_in_the_reader_s_language(site: Site, partner: Partner, language: str) -> None:
    page = words(site.browser().speaks(language).get(f"/imports/{brought(partner)}"))
    assert UNKNOWN not in page
    assert "Bundle.entry[1].resource.status" in page
