"""Bad input at the API: refused with a code for each field, never with the value, and nothing is changed."""

from typing import Any
from uuid import uuid4

import pytest

from services.intake.storage.tables import consents, people, referrals
from services.intake.tests.node import KEYLESS, WORKER
from services.intake.usecases.consent import withdraw_consent
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import Partner, consent, referral, text
from shared.schemas.intake import MoveMade

DEEP = b'{"alias":' + b"[" * 10_000 + b"]" * 10_000 + b"}"
NOT_JSON = {
    "nothing": b"",
    "half": b'{"alias": "x"',
    "a key twice": b'{"alias": "one", "alias": "two"}',
    "a key twice, deeper": b'{"alias": {"a": 1, "a": 2}}',
    "too deep": DEEP,
    "NaN": b'{"alias": NaN}',
    "invalid UTF-8": b'{"alias": "\xff\xfe"}',
    "NUL": b'{"alias": "a\\u0000b"}',
    "a lone surrogate": b'{"alias": "\\ud800"}',
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_what_is_no_proper_json_is_refused(site: Site, partner: Partner, body: bytes) -> None:
    response = partner.raw("/people", body)

    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"
    assert site.node.rows(people) == []


def test_a_body_over_a_megabyte_is_too_large(site: Site, partner: Partner) -> None:
    response = partner.raw("/people", b'{"alias": "' + b"x" * 1_000_001 + b'"}')

    assert response.status_code == 413
    assert site.node.rows(people) == []


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "text/xml", "multipart/form-data; boundary=x", None],
)
def test_another_content_type_is_refused(site: Site, partner: Partner, content_type: str | None) -> None:
    response = partner.raw("/people", b'{"alias": "x"}', content_type)

    assert response.status_code == 415
    assert site.node.rows(people) == []


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_another_method_is_refused_and_the_right_ones_are_named(partner: Partner, method: str) -> None:
    response = getattr(partner.client, method)("/api/v1/people", headers=partner.headers(), json={})

    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


PEOPLE: dict[str, tuple[Any, dict[str, str]]] = {
    "no name": ({"gender": "Man"}, {"alias": "name_needed"}),
    "spaces for a name": ({"alias": "   "}, {"alias": "name_needed"}),
    "born in the future": ({"alias": "x", "birth_date": "2030-01-01"}, {"birth_date": "in_the_future"}),
    "born too long ago": ({"alias": "x", "birth_date": "1066-10-14"}, {"birth_date": "too_long_ago"}),
    "no date": ({"alias": "x", "birth_date": "17.05.2004"}, {"birth_date": "not_a_date"}),
    "an unknown gender": ({"alias": "x", "gender": "Tamarisk"}, {"gender": "unknown_code"}),
    "an unknown age band": ({"alias": "x", "age_band": "5--6"}, {"age_band": "unknown_code"}),
    "an unknown country": ({"alias": "x", "citizenship": "XXX"}, {"citizenship": "unknown_code"}),
    "an unknown language": ({"alias": "x", "languages": ["q!"]}, {"languages": "unknown_code"}),
    "no list": ({"alias": "x", "languages": "rus"}, {"languages": "not_a_list"}),
    "a number for a name": ({"alias": 7}, {"alias": "not_text"}),
    "an object for a name": ({"alias": {"a": "b"}}, {"alias": "not_text"}),
    "too long a name": ({"alias": "x" * 201}, {"alias": "too_long"}),
    "too long an address": ({"alias": "x", "address": "x" * 501}, {"address": "too_long"}),
    "another's role": ({"alias": "x", "role": "admin"}, {"role": "unknown_field"}),
    "another's organisation": ({"alias": "x", "org": "legal-aid"}, {"org": "unknown_field"}),
    "a chosen id": ({"alias": "x", "id": str(uuid4())}, {"id": "unknown_field"}),
    "a list": ([], {"_schema": "not_an_object"}),
}


@pytest.mark.parametrize(("body", "errors"), PEOPLE.values(), ids=PEOPLE.keys())
def test_a_person_that_cannot_be_is_refused(
    site: Site, partner: Partner, body: Any, errors: dict[str, str]
) -> None:
    response = partner.post("/people", body)

    assert response.status_code == 422
    assert response.get_json()["errors"] == errors
    assert site.node.rows(people) == []
    assert "Tamarisk" not in text(response)


CONSENTS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "by nobody": (consent(given_by="neighbour"), {"given_by": "unknown_code"}),
    "for nothing": (consent(purposes=[]), {"purposes": "needed"}),
    "for an unknown purpose": (consent(purposes=["advertising"]), {"purposes": "unknown_code"}),
    "to nobody": (consent(organisations=[]), {"organisations": "needed"}),
    "to an unknown organisation": (
        consent(organisations=["ghosts"]),
        {"organisations": "organisation_unknown"},
    ),
    "of an unknown field": (consent(fields=["password_hash"]), {"fields": "unknown_code"}),
    "expired": (consent(expires_on="2020-01-01"), {"expires_on": "in_the_past"}),
    "withdrawn from the start": (consent(withdrawn_at=None), {"withdrawn_at": "unknown_field"}),
}


@pytest.mark.parametrize(("body", "errors"), CONSENTS.values(), ids=CONSENTS.keys())
def test_a_consent_that_cannot_be_is_refused(
    site: Site, partner: Partner, body: dict[str, Any], errors: dict[str, str]
) -> None:
    person = partner.made("/people", {"alias": "Stork"})
    response = partner.post(f"/people/{person['id']}/consents", body)

    assert (response.status_code, response.get_json()["errors"]) == (422, errors)
    assert site.node.rows(consents) == []


REFERRALS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "to nobody": ({"to_org": "ghosts"}, {"to_org": "organisation_unknown"}),
    "to ourselves": ({"to_org": "harbour-house"}, {"to_org": "own_organisation"}),
    "to one without a key": ({"to_org": KEYLESS}, {"to_org": "organisation_without_key"}),
    "to one without consent": ({"to_org": "night-shelter"}, {"to_org": "organisation_not_consented"}),
    "with a field without consent": ({"fields": ["address"]}, {"fields": "field_not_consented"}),
    "with an unknown field": ({"fields": ["created_by"]}, {"fields": "unknown_code"}),
    "without a reason": ({"reason": " "}, {"reason": "needed"}),
    "with too long a reason": ({"reason": "x" * 2001}, {"reason": "too_long"}),
    "of unknown urgency": ({"urgency": "yesterday"}, {"urgency": "unknown_code"}),
    "for an unknown service": ({"service_type": "magic"}, {"service_type": "unknown_code"}),
    "with an unknown safe contact": ({"safe_contact": "pigeon"}, {"safe_contact": "unknown_code"}),
    "with a state": ({"state": "accepted"}, {"state": "unknown_field"}),
    "of no case": ({"case_id": "1 OR 1=1"}, {"case_id": "not_an_id"}),
}


@pytest.mark.parametrize(("change", "errors"), REFERRALS.values(), ids=REFERRALS.keys())
def test_a_referral_that_cannot_be_is_refused(
    site: Site, partner: Partner, change: dict[str, Any], errors: dict[str, str]
) -> None:
    _person_id, case_id = partner.has_case(address="Nowhere 1")
    response = partner.post("/referrals", referral(case_id) | change)

    assert (response.status_code, response.get_json()["errors"]) == (422, errors)
    assert site.node.rows(referrals) == []


def test_after_consent_was_withdrawn_nothing_is_sent(site: Site, partner: Partner) -> None:
    _person_id, case_id = partner.has_case()
    [row] = site.node.rows(people)
    withdraw_consent(site.node.database, row["id"], WORKER)

    response = partner.post("/referrals", referral(case_id))

    assert (response.status_code, response.get_json()["code"]) == (422, "consent_withdrawn")
    assert site.node.rows(referrals) == []


MOVES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "unknown": ({"move": "explode"}, {"move": "unknown_code"}),
    "none": ({}, {"move": "needed"}),
    "without its reason": ({"move": "reject"}, {"reason": "needed"}),
    "with an unknown reason": ({"move": "reject", "reason": "rain"}, {"reason": "unknown_code"}),
    "without its note": ({"move": "ask_for_information"}, {"note": "needed"}),
    "with too long a note": ({"move": "accept", "note": "x" * 2001}, {"note": "too_long"}),
    "at no moment": ({"move": "accept", "scheduled_for": "soon"}, {"scheduled_for": "not_a_moment"}),
    "without a zone": (
        {"move": "accept", "scheduled_for": "2026-05-01T10:00:00"},
        {"scheduled_for": "not_a_moment"},
    ),
    "by another": ({"move": "accept", "by_org": "legal-aid"}, {"by_org": "unknown_field"}),
}


@pytest.mark.parametrize(("body", "errors"), MOVES.values(), ids=MOVES.keys())
def test_a_move_that_cannot_be_is_refused(
    site: Site, partner: Partner, body: dict[str, Any], errors: dict[str, str]
) -> None:
    response = partner.post(f"/referrals/{site.node.received()}/moves", body)

    assert (response.status_code, response.get_json()["errors"]) == (422, errors)
    assert site.node.said(MoveMade) == []


@pytest.mark.parametrize(
    "query",
    [
        {"direction": "sideways"},
        {"state": "exploded"},
        {"overdue": "perhaps"},
        {"cursor": "1; DROP TABLE people"},
    ],
    ids=lambda query: next(iter(query)),
)
def test_a_filter_that_is_none_is_refused(partner: Partner, query: dict[str, str]) -> None:
    response = partner.get("/referrals", **query)

    assert response.status_code == 422
    assert list(response.get_json()["errors"]) == list(query)


@pytest.mark.parametrize("id_", [str(uuid4()), "1", "..%2F..%2Fetc%2Fpasswd", "null"])
def test_what_is_not_there_is_absent(partner: Partner, id_: str) -> None:
    assert partner.get(f"/cases/{id_}").status_code == 404
    assert partner.get(f"/referrals/{id_}").status_code == 404
    assert partner.post(f"/referrals/{id_}/moves", {"move": "accept"}).status_code == 404
    assert partner.post(f"/people/{id_}/consents", consent()).status_code == 404


@pytest.mark.parametrize(
    "address", ["/people?q=%00", "/referrals?cursor=%00", "/cases/%00", "/referrals?cursor=%ED%A0%80"]
)
def test_an_address_that_is_no_text_is_refused(partner: Partner, address: str) -> None:
    response = partner.client.get(f"/api/v1{address}", headers=partner.headers())

    assert response.status_code in {400, 422}


@pytest.mark.parametrize(
    "address", ["/referrals?stat=sent", "/directory?servicetype=food", "/people?q=Stork"]
)
def test_a_filter_that_does_not_exist_is_refused_and_not_passed_over(partner: Partner, address: str) -> None:
    response = partner.client.get(f"/api/v1{address}", headers=partner.headers())

    assert (response.status_code, set(response.get_json()["errors"].values())) == (422, {"unknown_field"})


def test_an_error_says_what_to_do_and_quotes_nothing(partner: Partner) -> None:
    response = partner.post("/people", {"Tamarisk": "Tamarisk", "gender": "Tamarisk"})

    body = response.get_json()
    assert body["type"] == "urn:throughline:problem:invalid"
    assert (body["status"], body["title"]) == (422, "Something is missing or not right")
    assert body["detail"] == "Check the fields named here and send it again."
    assert body["errors"]["gender"] == "unknown_code"


@pytest.mark.parametrize(
    "name", ["ሰላም", "فاطمة", "မြတ်နိုး", "Ж", "🐦", "\u202etxt.exe", "<script>alert(1)</script>"]
)
def test_names_are_kept_exactly_as_given(partner: Partner, name: str) -> None:
    kept = partner.made("/people", {"given_name": name})

    assert kept["given_name"] == name
    assert [one["given_name"] for one in partner.found(name)] == [name]
