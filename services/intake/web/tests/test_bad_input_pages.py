"""Bad input at the forms: said at the field, nothing typed is lost, nothing runs, nothing is changed."""

from io import BytesIO
from typing import Any

import pytest

from services.intake.domain import SHAREABLE_FIELDS
from services.intake.storage.tables import cases, consents, people
from services.intake.tests.node import THERE, WORKER
from services.intake.usecases.consent import record_consent
from services.intake.usecases.people import register_person
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import Browser, text, words

SCRIPT = "<script>alert('x')</script>"
ADDRESSES = ("/people/new", "/people")

PERSON: dict[str, tuple[dict[str, Any], str]] = {
    "nothing at all": ({}, "Enter an alias or a name. One of them is enough."),
    "spaces for a name": ({"given_name": "   "}, "Enter an alias or a name. One of them is enough."),
    "born in the future": ({"alias": "x", "birth_date": "2030-01-01"}, "This date is in the future."),
    "born too long ago": ({"alias": "x", "birth_date": "1066-10-14"}, "This date is too long ago."),
    "no date": ({"alias": "x", "birth_date": "yesterday"}, "Enter a date, such as 2026-03-31."),
    "an unknown gender": ({"alias": "x", "gender": "Tree"}, "Choose one of the options."),
    "an unknown age": ({"alias": "x", "age_band": "999"}, "Choose one of the options."),
    "an unknown country": ({"alias": "x", "citizenship": "XXX"}, "Choose one of the options."),
    "an unknown language": ({"alias": "x", "language": "xx"}, "Choose one of the options."),
    "too long a name": ({"alias": "x" * 201}, "must not exceed 200"),
    "too long a phone": ({"alias": "x", "phone": "1" * 51}, "must not exceed 50"),
    "too long an address": ({"alias": "x", "address": "x" * 501}, "must not exceed 500"),
}


@pytest.mark.parametrize(("fields", "sentence"), PERSON.values(), ids=PERSON.keys())
def test_a_person_that_cannot_be_is_refused_with_what_to_do(
    site: Site, worker: Browser, fields: dict[str, Any], sentence: str
) -> None:
    response = worker.send("/people/new", **fields)

    assert response.status_code == 422
    assert words(response).count(sentence) >= 2  # in the summary and at the field
    assert site.node.rows(people) == []


def test_nothing_that_was_typed_is_lost(worker: Browser) -> None:
    page = text(
        worker.send("/people/new", given_name="Алеся", phone="+1", gender="Woman", birth_date="2030-01-01")
    )

    assert 'value="Алеся"' in page
    assert 'value="+1"' in page
    assert 'selected value="Woman"' in page
    assert 'value="2030-01-01"' in page
    assert 'href="#birth_date"' in page
    assert "autofocus" in page


def test_a_form_from_elsewhere_or_without_its_token_is_refused(site: Site, worker: Browser) -> None:
    form = worker.form("/people/new") | {"alias": "Stork"}
    forged = worker.client.post("/people/new", data={"alias": "Stork"})
    wrong = worker.client.post("/people/new", data=form | {"csrf_token": "0"})
    foreign = worker.client.post("/people/new", data=form, headers={"Sec-Fetch-Site": "cross-site"})

    assert {forged.status_code, wrong.status_code} == {400}
    assert foreign.status_code == 403
    assert site.node.rows(people) == []


def test_a_form_sent_twice_counts_once(site: Site, worker: Browser) -> None:
    form = worker.form("/people/new") | {"alias": "Stork"}
    twice = [worker.client.post("/people/new", data=form) for _ in range(2)]

    assert twice[0].location == twice[1].location
    assert len(site.node.rows(people)) == 1


def test_two_forms_that_were_opened_apart_count_twice(site: Site, worker: Browser) -> None:
    for _ in range(2):
        worker.send("/people/new", alias="Stork")

    assert len(site.node.rows(people)) == 2


def test_what_no_form_asks_for_is_not_taken(site: Site, worker: Browser) -> None:
    worker.send("/people/new", alias="Stork", role="admin", org="legal-aid", created_by="root")

    [row] = site.node.rows(people)
    assert (row["org"], row["created_by"]) == ("harbour-house", "olena")


def test_a_form_over_a_megabyte_is_too_large(site: Site, worker: Browser) -> None:
    response = worker.send("/people/new", alias="x" * 1_000_001)

    assert response.status_code == 413
    assert site.node.rows(people) == []


@pytest.mark.parametrize(
    "raw", [b"%00", b"%FF%FE", b"%ED%A0%80"], ids=["NUL", "invalid UTF-8", "a lone surrogate"]
)
def test_what_is_no_text_is_refused_or_made_text(site: Site, worker: Browser, raw: bytes) -> None:
    form = worker.form("/people/new")
    body = b"&".join(f"{n}={v}".encode() for n, v in form.items()) + b"&alias=a" + raw
    response = worker.client.post("/people/new", data=body, content_type="application/x-www-form-urlencoded")

    assert response.status_code in (303, 400)
    aliases = [person.alias or "" for person in site.node.people()]
    assert all("\x00" not in alias and alias.isprintable() for alias in aliases)


FILES = {
    "a picture that can run": (
        "face.svg",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        "image/svg+xml",
    ),
    "a page": ("face.html", b"<script>alert(1)</script>", "text/html"),
    "a name that leads away": ("../../etc/passwd", b"x", "text/plain"),
    "something packed": ("a.zip", b"PK\x03\x04" + bytes(64), "application/zip"),
}


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("field", ["alias", "photo"])
def test_no_form_takes_a_file(site: Site, worker: Browser, field: str, file: str) -> None:
    name, content, kind = FILES[file]
    sent: dict[str, Any] = worker.form("/people/new") | {"given_name": "Stork"}
    sent |= {field: (BytesIO(content), name, kind)}

    response = worker.client.post("/people/new", data=sent, content_type="multipart/form-data")

    assert response.status_code == 400
    assert site.node.rows(people) == []
    assert name not in text(response)


def test_a_form_of_very_many_fields_is_refused(site: Site, worker: Browser) -> None:
    many = {f"f{number}": "x" for number in range(2_000)}

    response = worker.client.post(
        "/people/new",
        data=worker.form("/people/new") | many | {"alias": "x"},
        content_type="multipart/form-data",
    )

    assert response.status_code == 413
    assert site.node.rows(people) == []


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_another_method_is_refused(worker: Browser, method: str) -> None:
    form = worker.form("/people/new")

    assert getattr(worker.client, method)("/people/new", data=form).status_code == 405


def test_script_in_every_field_is_inert(site: Site, worker: Browser) -> None:
    names = dict.fromkeys(("alias", "given_name", "family_name"), SCRIPT)
    person = register_person(site.node.database, {**names, "phone": SCRIPT, "address": SCRIPT}, WORKER)
    scope = {"purposes": ["referral"], "organisations": [THERE], "fields": SHAREABLE_FIELDS}
    record_consent(site.node.database, person.id, {"given_by": "individual", **scope}, WORKER)
    worker.send(f"/people/{person.id}/cases/new")
    [case] = site.node.rows(cases)
    worker.send(f"/cases/{case['id']}/needs/new", service_type="legal_assistance", priority="high")
    need_id = site.node.rows(cases.metadata.tables["needs"])[0]["id"]
    refer = f"/cases/{case['id']}/needs/{need_id}/refer"
    said = {"urgency": "urgent", "to_org": THERE, "fields": ["alias", "address"]}
    said |= {"reason": SCRIPT, "safe_contact": "phone"}
    sent = worker.send(refer, go="send", **said)
    came = site.node.received(given_name=SCRIPT, reason=SCRIPT, case_reference=SCRIPT)
    worker.send(f"/referrals/{came}/moves/accept", note=SCRIPT)

    shown = [
        worker.get("/people"),
        worker.send("/people", q=SCRIPT),
        worker.get(f"/people/{person.id}"),
        worker.send(refer, go="what", **said),
        worker.send(refer, go="check", **said),
        worker.get(sent.location),
        worker.get(f"/referrals/{came}"),
        worker.get("/referrals"),
    ]
    assert ["<script>alert" in text(page) for page in shown] == [False] * len(shown)
    assert ["&lt;script&gt;" in text(page) for page in shown] == [True] * len(shown)


def test_an_override_of_the_direction_is_kept_and_shown_as_what_it_is(site: Site, worker: Browser) -> None:
    name = "Ann\u202egnp.exe"
    response = worker.send("/people/new", alias=name)
    page = text(worker.get(response.location))

    assert [person.alias for person in site.node.people()] == [name]
    assert "Ann\\u202egnp.exe" in page
    assert "\u202e" not in page


CONSENT: dict[str, tuple[dict[str, Any], str]] = {
    "by nobody": ({"given_by": ""}, "Say who gives consent."),
    "by an unknown one": ({"given_by": "neighbour"}, "Choose one of the options."),
    "for nothing": ({"purposes": []}, "Tick at least one purpose."),
    "to an unknown organisation": ({"organisations": ["ghosts"]}, "There is no option"),
    "to nobody": ({"organisations": []}, "Fill this in."),
    "of an unknown field": ({"fields": ["password_hash"]}, "There is no option"),
    "expired": ({"expires_on": "2020-01-01"}, "This date has passed."),
}


@pytest.mark.parametrize(("change", "sentence"), CONSENT.values(), ids=CONSENT.keys())
def test_a_consent_that_cannot_be_is_refused(
    site: Site, worker: Browser, change: dict[str, Any], sentence: str
) -> None:
    person = site.node.registers()
    given = {
        "given_by": "individual",
        "purposes": ["referral"],
        "organisations": [THERE],
        "fields": ["phone"],
    }

    response = worker.send(f"/people/{person.id}/consent", **given | change)

    assert response.status_code == 422
    assert sentence in words(response)
    assert site.node.rows(consents) == []


def test_withdrawing_a_consent_that_there_is_not_changes_nothing(site: Site, worker: Browser) -> None:
    person = site.node.registers()

    response = worker.send(f"/people/{person.id}/consent/withdraw")

    assert response.status_code == 422
    assert "The person has not given consent." in words(response)
    assert site.node.rows(consents) == []
