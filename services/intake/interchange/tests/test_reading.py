"""What nobody here may decide is found, with its place and why, and without what it says."""

from collections.abc import Callable
from typing import Any

import pytest

from services.intake.interchange.reading import read_bundle
from services.intake.interchange.structure import Malformed
from services.intake.interchange.tests.bundles import AT, as_json, changed, from_elsewhere, resource

Bundle = dict[str, Any]
SECRET = "Kryptonym"

CHANGED: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "a modifier extension": (
        "Task",
        {"modifierExtension": [{"url": SECRET}]},
        "modifierExtension",
        "changes_the_meaning",
    ),
    "rules of their own": ("Patient", {"implicitRules": SECRET}, "implicitRules", "changes_the_meaning"),
    "a modifier deep inside": (
        "Consent",
        {"provision": {"period": {"modifierExtension": [{}]}}},
        "provision.period.modifierExtension",
        "changes_the_meaning",
    ),
    "an unknown status": ("Task", {"status": SECRET}, "status", "unknown_code"),
    "an unknown business status": (
        "Task",
        {"businessStatus": {"coding": [{"system": SECRET, "code": SECRET}]}},
        "businessStatus",
        "unknown_code",
    ),
    "a business status in words": (
        "Task",
        {"businessStatus": {"text": SECRET}},
        "businessStatus",
        "not_coded",
    ),
    "a proposal": ("ServiceRequest", {"intent": "proposal"}, "intent", "not_understood"),
    "a task that is a plan": ("Task", {"intent": "plan"}, "intent", "not_understood"),
    "not to be done": ("ServiceRequest", {"doNotPerform": True}, "doNotPerform", "not_understood"),
    "a request that is over": ("ServiceRequest", {"status": "revoked"}, "status", "contradicts"),
    "another task": (
        "Task",
        {"code": {"coding": [{"system": "http://hl7.org/fhir/CodeSystem/task-code", "code": "abort"}]}},
        "code",
        "unknown_code",
    ),
    "an unknown service": ("ServiceRequest", {"code": {"text": SECRET}}, "code", "not_coded"),
    "a service of two kinds": (
        "ServiceRequest",
        {
            "code": {
                "coding": [{"system": "urn:throughline:service-type", "code": c} for c in ("food", "cash")]
            }
        },
        "code",
        "more_than_one",
    ),
    "an urgency that we have not": ("ServiceRequest", {"priority": "asap"}, "priority", "unknown_code"),
    "no urgency": ("ServiceRequest", {"priority": None}, "priority", "needed"),
    "two urgencies": ("Task", {"priority": "routine"}, "priority", "contradicts"),
    "instructions": ("ServiceRequest", {"orderDetail": [{"text": SECRET}]}, "orderDetail", "not_coded"),
    "an unknown reason": (
        "Task",
        {"statusReason": {"coding": [{"system": SECRET, "code": "other"}]}},
        "statusReason",
        "not_coded",
    ),
    "another subject": (
        "ServiceRequest",
        {"subject": {"reference": SECRET}},
        "subject",
        "reference_elsewhere",
    ),
    "another focus": ("Task", {"focus": {"reference": SECRET}}, "focus", "reference_elsewhere"),
    "another's consent": ("Consent", {"patient": {"reference": SECRET}}, "patient", "reference_elsewhere"),
    "an appointment without a zone": (
        "ServiceRequest",
        {"occurrenceDateTime": "2026-03-02"},
        "occurrenceDateTime",
        "not_a_moment",
    ),
    "an identifier that is past": (
        "ServiceRequest",
        {"identifier": [{"system": SECRET, "value": SECRET, "use": "old"}]},
        "identifier[0]",
        "not_understood",
    ),
    "an id that is none": (
        "ServiceRequest",
        {"identifier": [{"system": "urn:throughline:referral", "value": SECRET}]},
        "identifier[0]",
        "not_an_id",
    ),
    "a consent to something else": (
        "Consent",
        {
            "scope": {
                "coding": [
                    {"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "research"}
                ]
            }
        },
        "scope",
        "unknown_code",
    ),
    "a consent that denies": ("Consent", {"provision": {"type": "deny"}}, "provision", "not_understood"),
    "exceptions from it": ("Consent", {"provision": {"provision": [{}]}}, "provision", "not_understood"),
    "more than was consented": (
        "Consent",
        {"provision": {"code": []}},
        "provision.code",
        "field_not_consented",
    ),
    "somebody who died": ("Patient", {"deceasedBoolean": True}, "deceased", "not_understood"),
    "a record not in use": ("Patient", {"active": False}, "active", "not_understood"),
    "a record that was joined": ("Patient", {"link": [{}]}, "link", "not_understood"),
    "a name of before": (
        "Patient",
        {"name": [{"use": "old", "family": SECRET}]},
        "name[0].use",
        "not_understood",
    ),
    "a name in one piece": ("Patient", {"name": [{"text": SECRET}]}, "name[0]", "name_without_parts"),
    "two names": (
        "Patient",
        {"name": [{"family": SECRET}, {"use": "official", "family": SECRET}]},
        "name[1]",
        "more_than_one",
    ),
    "a year of birth": ("Patient", {"birthDate": "1999"}, "birthDate", "not_a_whole_date"),
    "two telephones": (
        "Patient",
        {"telecom": [{"system": "phone", "value": SECRET}, {"system": "phone", "value": "2"}]},
        "telecom",
        "more_than_one",
    ),
    "a telephone of before": (
        "Patient",
        {"telecom": [{"system": "phone", "use": "old", "value": SECRET}]},
        "telecom[0].use",
        "not_understood",
    ),
    "an unknown language": (
        "Patient",
        {"communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "ru-BY"}]}}]},
        "communication[0].language",
        "unknown_code",
    ),
    "another gender": ("Patient", {"gender": "other", "extension": []}, "gender", "unknown_code"),
    "two genders": ("Patient", {"gender": "male"}, "gender", "contradicts"),
    "an unknown age group": (
        "Patient",
        {"extension": [{"url": "urn:throughline:age-band", "valueCode": SECRET}], "gender": None},
        "extension[0].valueCode",
        "unknown_code",
    ),
}


@pytest.mark.parametrize(("kind", "elements", "below", "reason"), CHANGED.values(), ids=CHANGED)
def test_it_is_found(kind: str, elements: dict[str, Any], below: str, reason: str) -> None:
    bundle = changed(from_elsewhere(), kind, **elements)

    arrival = read_bundle(bundle, AT.date())

    number = [e["resource"]["resourceType"] for e in bundle["entry"]].index(kind)
    assert (f"Bundle.entry[{number}].resource.{below}", reason) in [
        (p.path, p.reason) for p in arrival.problems
    ]
    assert SECRET not in f"{arrival.problems}{arrival.passed_over}"


def test_nothing_is_wrong_with_what_we_write() -> None:
    arrival = read_bundle(from_elsewhere(), AT.date())

    assert (arrival.problems, arrival.passed_over, arrival.consent) == ((), (), "active")
    assert (arrival.source, arrival.referral_id) == ("urn:oid:1.2.3.4|A-17", None)


@pytest.mark.parametrize(
    ("end", "consent"),
    [("2026-03-01", "expired"), ("2026-03-02", "active"), ("2026-03", "active"), (None, "active")],
)
def test_a_consent_that_is_past_is_none(end: str | None, consent: str) -> None:
    period = {"period": {"end": end}} if end else {}
    bundle = changed(from_elsewhere(), "Consent", provision={"type": "permit"} | period)

    assert read_bundle(bundle, AT.date()).consent == consent


def test_more_resources_are_for_a_person_to_look_at_but_organisations() -> None:
    bundle = from_elsewhere()
    more = [{"resourceType": "Condition"}, {"resourceType": "Organization"}, resource(bundle, "Task")]
    bundle["entry"] += [{"resource": each} for each in more]

    arrival = read_bundle(bundle, AT.date())

    assert [(p.path, p.reason) for p in arrival.problems] == [
        ("Bundle.entry[4].resource", "resource_not_understood"),
        ("Bundle.entry[6].resource", "more_than_one"),
    ]
    assert arrival.passed_over == ("Bundle.entry[5].resource",)


@pytest.mark.parametrize("kind", ["ServiceRequest", "Task", "Patient"])
def test_without_one_of_the_three_it_is_none(kind: str) -> None:
    bundle = from_elsewhere()
    bundle["entry"] = [e for e in bundle["entry"] if e["resource"]["resourceType"] != kind]

    assert f"no_{kind.lower()}" in [problem.reason for problem in read_bundle(bundle, AT.date()).problems]


def test_what_has_no_place_here_is_named_and_a_strange_name_is_not_repeated() -> None:
    more = {
        "maritalStatus": {"text": SECRET},
        "text": {"div": SECRET},
        f"{SECRET} 1": 1,
        "extension": [{"url": SECRET}],
    }
    bundle = changed(from_elsewhere(), "Patient", gender="female", **more)

    arrival = read_bundle(bundle, AT.date())

    assert sorted(arrival.passed_over) == [
        f"Bundle.entry[3].resource.{n}" for n in ("?", "extension[0]", "maritalStatus")
    ]
    assert arrival.problems == ()


def take_away(kind: str, name: str) -> Callable[[Bundle], object]:
    return lambda bundle: resource(bundle, kind).pop(name)


def put(kind: str, name: str, value: Any) -> Callable[[Bundle], object]:
    return lambda bundle: resource(bundle, kind).update({name: value})


BROKEN: dict[str, tuple[Callable[[Bundle], object], str, str]] = {
    "another resource": (lambda b: b.update(resourceType="Patient"), "Bundle.resourceType", "wrong_type"),
    "a transaction": (lambda b: b.update(type="transaction"), "Bundle.type", "wrong_type"),
    "nothing in it": (lambda b: b.update(entry=[]), "Bundle.entry", "needed"),
    "no list": (lambda b: b.update(entry={"a": SECRET}), "Bundle.entry", "wrong_type"),
    "an entry without a resource": (
        lambda b: b["entry"][0].pop("resource"),
        "Bundle.entry[0].resource",
        "needed",
    ),
    "no status": (take_away("Task", "status"), "Bundle.entry[1].resource.status", "needed"),
    "no identifier": (
        take_away("ServiceRequest", "identifier"),
        "Bundle.entry[0].resource.identifier",
        "needed",
    ),
    "a number for a name": (
        put("Patient", "name", [{"given": [SECRET, 1]}]),
        "Bundle.entry[3].resource.name[0].given[1]",
        "wrong_type",
    ),
    "a list for a coding": (
        put("Task", "businessStatus", {"coding": [[SECRET]]}),
        "Bundle.entry[1].resource.businessStatus.coding[0]",
        "wrong_type",
    ),
    "text for a consent's fields": (
        put("Consent", "provision", {"code": SECRET}),
        "Bundle.entry[2].resource.provision.code",
        "wrong_type",
    ),
}


@pytest.mark.parametrize(("spoil", "path", "code"), BROKEN.values(), ids=BROKEN)
def test_a_wrong_structure_is_refused_with_its_path(
    spoil: Callable[[Bundle], object], path: str, code: str
) -> None:
    bundle = as_json(from_elsewhere())
    spoil(bundle)

    with pytest.raises(Malformed) as refused:
        read_bundle(bundle, AT.date())

    assert refused.value.errors == {path: code}
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("what", [None, [], "Bundle", 1])
def test_what_is_no_object_is_refused(what: Any) -> None:
    with pytest.raises(Malformed):
        read_bundle(what, AT.date())
