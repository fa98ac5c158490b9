"""The JSON API as a partner's own system uses it: one journey, both directions, what is not confirmed."""

from typing import Any

import pytest
from openapi_spec_validator import validate

from services.intake.storage.tables import people
from services.intake.tests.node import HERE, THERE, moved_on
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import Partner, referral
from shared.schemas.intake import MoveMade, ReferralSent
from shared.schemas.life import Move

OPERATIONS = {
    "post /api/v1/people",
    "get /api/v1/people",
    "post /api/v1/people/search",
    "post /api/v1/people/{person_id}/consents",
    "post /api/v1/cases",
    "get /api/v1/cases/{case_id}",
    "post /api/v1/cases/{case_id}/needs",
    "post /api/v1/cases/{case_id}/screenings",
    "post /api/v1/cases/{case_id}/assessments",
    "post /api/v1/cases/{case_id}/factors",
    "post /api/v1/cases/{case_id}/services",
    "post /api/v1/cases/{case_id}/follow-ups",
    "post /api/v1/follow-ups/{sheet_id}/done",
    "post /api/v1/cases/{case_id}/closure",
    "post /api/v1/cases/{case_id}/closure/decision",
    "post /api/v1/cases/{case_id}/reopening",
    "post /api/v1/referrals",
    "get /api/v1/referrals",
    "get /api/v1/referrals/{referral_id}",
    "post /api/v1/referrals/{referral_id}/moves",
    "post /api/v1/questions",
    "get /api/v1/questions",
    "get /api/v1/questions/{question_id}",
    "post /api/v1/questions/asked/{enquiry_id}",
    "get /api/v1/conferences",
    "get /api/v1/conferences/{conference_id}",
    "post /api/v1/conferences/{conference_id}/invite",
    "post /api/v1/referrals/{referral_id}/forward",
    "post /api/v1/referrals/{referral_id}/withdraw",
    "post /api/v1/referrals/{referral_id}/own-records",
    "post /api/v1/people/{person_id}/withdraw",
    "get /api/v1/referrals/{referral_id}/fhir",
    "post /api/v1/referrals/fhir",
    "get /api/v1/directory",
}  #: every one


def test_a_person_is_referred_and_every_answer_has_its_shape(site: Site, partner: Partner) -> None:
    person = partner.made(
        "/people", {"given_name": "Sample", "birth_date": "2004-05-17", "languages": ["ukr"]}
    )
    given = {
        "given_by": "individual",
        "purposes": ["referral", "statistics"],
        "organisations": [THERE],
        "fields": ["given_name", "age_band"],
        "expires_on": "2026-12-31",
    }
    consented = partner.made(f"/people/{person['id']}/consents", given)
    case = partner.made("/cases", {"person_id": person["id"]})
    need = partner.made(
        f"/cases/{case['id']}/needs", {"service_type": "legal_assistance", "priority": "high"}
    )
    body = referral(case["id"], need_id=need["id"], fields=["given_name", "age_band"])
    sent = partner.made("/referrals", body)

    assert (person["age_band"], person["alias"]) == ("21--23", None)
    assert (consented["version"], consented["expires_on"]) == (1, "2026-12-31")
    assert (case["status"], len(case["reference"])) == ("open", 9)
    assert (sent["state"], sent["unconfirmed"], sent["overdue"]) == ("sent", True, False)
    assert len(site.node.said(ReferralSent)) == 1
    page = partner.get(f"/referrals/{sent['id']}").get_json()
    assert page["shared"] == {
        "given_name": "Sample",
        "age_band": "21--23",
        "reason": "Needs a lawyer before the hearing.",
        "safe_contact": "phone",
        "case_reference": case["reference"],
    }
    assert [(line["move"], line["by_org"], line["unconfirmed"]) for line in page["history"]] == [
        ("send", HERE, True)
    ]
    assert page["allowed"] == ["cancel", "withdraw_consent", "entered_in_error"]


def test_a_case_says_what_comes_next(partner: Partner) -> None:
    person_id, case_id = partner.has_case()
    before = partner.get(f"/cases/{case_id}").get_json()
    partner.made(f"/cases/{case_id}/needs", {"service_type": "food", "priority": "low"})
    after = partner.get(f"/cases/{case_id}").get_json()

    assert (before["next_step"], after["next_step"]) == ("screen", "refer")
    assert (after["person_id"], after["consent"]["fields"]) == (person_id, ["given_name", "phone"])
    assert [(need["service_type"], need["state"]) for need in after["needs"]] == [("food", "open")]


def test_people_are_found_in_any_script(partner: Partner) -> None:
    for name in ("Алеся", "ሰላም", "فاطمة"):
        partner.made("/people", {"given_name": name})

    assert [one["given_name"] for one in partner.found("АЛЕ")] == ["Алеся"]
    assert len(partner.get("/people").get_json()["items"]) == 3


def test_the_receiver_reads_what_was_shared_and_answers(site: Site, partner: Partner) -> None:
    referral_id = site.node.received(given_name="Sample", reason="Needs a bed.")

    came = partner.get(f"/referrals/{referral_id}").get_json()
    moved = partner.post(f"/referrals/{referral_id}/moves", {"move": "accept", "note": "From Monday."})

    assert came["shared"]["given_name"] == "Sample"
    assert "accept" in came["allowed"]
    assert moved.status_code == 200
    answer = moved.get_json()
    assert (answer["state"], answer["confirmed_state"], answer["unconfirmed"]) == (
        "accepted",
        "delivered",
        True,
    )
    assert answer["history"][-1]["note"] == "From Monday."
    assert len(site.node.said(MoveMade)) == 1


def test_a_move_that_is_not_allowed_names_the_state_and_the_allowed_ones(
    site: Site, partner: Partner
) -> None:
    referral_id = site.node.received()

    response = partner.post(f"/referrals/{referral_id}/moves", {"move": "start"})

    assert response.status_code == 409
    body = response.get_json()
    assert body["state"] == "delivered"
    assert body["allowed"] == [
        "acknowledge",
        "accept",
        "reject",
        "waitlist",
        "ask_for_information",
        "forward",
    ]
    assert site.node.said(MoveMade) == []


def test_a_move_that_did_not_stand_is_marked_in_the_history(site: Site, partner: Partner) -> None:
    referral_id = site.node.received()
    made = partner.post(f"/referrals/{referral_id}/moves", {"move": "accept"}).get_json()
    site.node.hears(*moved_on(referral_id, THERE, HERE, Move.DELIVER, Move.CANCEL)[2:])
    [line] = [row for row in site.node.table_of_moves(referral_id) if row["move"] == "accept"]
    site.refuses(referral_id, line["move_id"], Move.ACCEPT, "cancelled")

    page = partner.get(f"/referrals/{referral_id}").get_json()

    assert made["unconfirmed"] is True
    assert (page["state"], page["unconfirmed"]) == ("cancelled", False)
    refused = [line for line in page["history"] if line["refused"]]
    assert [(line["move"], line["state"], line["unconfirmed"]) for line in refused] == [
        ("accept", "cancelled", False)
    ]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({}, 3),
        ({"direction": "out"}, 1),
        ({"direction": "in", "state": "delivered"}, 2),
        ({"overdue": "true"}, 1),
        ({"overdue": "false"}, 2),
    ],
)
def test_referrals_are_listed_by_what_is_asked(
    site: Site, partner: Partner, wanted: dict[str, Any], count: int
) -> None:
    site.node.sends()
    site.node.received()
    site.overdue(site.node.received(), ours=False)

    assert len(partner.get("/referrals", **wanted).get_json()["items"]) == count


def test_a_long_list_is_read_page_by_page(site: Site, partner: Partner) -> None:
    sent = {str(site.node.received()) for _ in range(51)}

    first = partner.get("/referrals").get_json()
    second = partner.get("/referrals", cursor=first["next"]).get_json()

    assert (len(first["items"]), len(second["items"]), second["next"]) == (50, 1, None)
    assert {one["id"] for one in first["items"] + second["items"]} == sent


def test_the_directory_is_narrowed_down(partner: Partner) -> None:
    asked = {"service_type": "legal_assistance", "language": "ukr", "age_band": "30--32"}
    found = partner.get("/directory", **asked).get_json()["items"]

    assert [(one["org"], one["name"], one["maximum_age"]) for one in found] == [
        ("night-shelter", "Help with papers", 65)
    ]
    assert partner.get("/directory", area="Brest", service_type="legal_assistance").get_json()["items"]


def test_the_same_request_twice_has_one_effect_and_one_answer(site: Site, partner: Partner) -> None:
    _person_id, case_id = partner.has_case()
    answers = [partner.post("/referrals", referral(case_id), Idempotency_Key="one") for _ in range(3)]

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.get_data() for answer in answers}) == 1
    assert len(site.node.said(ReferralSent)) == 1


def test_a_key_is_not_used_up_by_another_body_path_or_person(site: Site, partner: Partner) -> None:
    first = partner.post("/people", {"alias": "Stork"}, Idempotency_Key="one")
    other_body = partner.post("/people", {"alias": "Heron"}, Idempotency_Key="one")
    other_path = partner.post("/cases", {"alias": "Stork"}, Idempotency_Key="one")
    colleague = site.partner("ihar").post("/people", {"alias": "Heron"}, Idempotency_Key="one")

    assert (first.status_code, colleague.status_code) == (201, 201)
    assert (other_body.status_code, other_path.status_code) == (409, 409)
    assert other_body.get_json()["code"] == "idempotency_key_reused"
    assert {person.alias for person in site.node.people()} == {"Stork", "Heron"}


def test_a_refused_request_leaves_its_key_free(site: Site, partner: Partner) -> None:
    refused = partner.post("/people", {"gender": "Man"}, Idempotency_Key="one")
    accepted = partner.post("/people", {"alias": "Stork"}, Idempotency_Key="one")

    assert (refused.status_code, accepted.status_code) == (422, 201)
    assert len(site.node.rows(people)) == 1


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_that_is_none_is_refused(site: Site, partner: Partner, key: str) -> None:
    response = partner.post("/people", {"alias": "Stork"}, Idempotency_Key=key)

    assert response.status_code == 422
    assert site.node.rows(people) == []


def test_the_description_is_openapi_3_1_and_names_every_operation(site: Site) -> None:
    document = site.app.test_client().get("/openapi.json").get_json()

    validate(document)
    assert document["openapi"] == "3.1.0"
    operations = {
        f"{verb} {path}" for path, item in document["paths"].items() for verb in item if verb != "parameters"
    }
    assert operations == OPERATIONS


def test_an_empty_code_in_a_list_says_nothing(partner: Partner) -> None:
    assert partner.made("/people", {"alias": "Stork", "languages": ["", "ukr"]})["languages"] == ["ukr"]
