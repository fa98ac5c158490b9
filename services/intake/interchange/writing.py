"""A referral as a FHIR R4 bundle: ServiceRequest, Task, Consent and Patient, with exactly what was disclosed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from services.intake.domain import SHAREABLE_FIELDS, Direction, HistoryLine, Referral
from services.intake.interchange import systems
from services.intake.interchange.person import patient_of
from services.intake.interchange.states import STATES
from shared.schemas.life import State

PRIORITIES = {"emergency": "stat", "urgent": "urgent", "normal": "routine"}
NO_CONTACT = ("do_not_contact", "only_through_the_worker")
ENDED = (
    State.WITHDRAWN,
    State.ENTERED_IN_ERROR,
)  #: in which nothing more may be done with what was disclosed

Resource = dict[str, Any]


def bundle_of(
    referral: Referral, content: Mapping[str, Any], history: tuple[HistoryLine, ...], org: str, at: datetime
) -> Resource:
    """The bundle; ``org`` is our own organisation, ``at`` the moment of the export."""
    standing = [line for line in history if not line.refused]
    last = standing[-1] if standing else None
    resources = [
        _request(referral, content, last, org),
        _task(referral, last, org),
        _consent(referral, content, org),
        {"resourceType": "Patient"} | patient_of(content),
    ]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": at.isoformat(),
        "entry": [
            {"fullUrl": _url(referral.id, found["resourceType"]), "resource": found} for found in resources
        ],
    }


def _request(referral: Referral, content: Mapping[str, Any], last: HistoryLine | None, org: str) -> Resource:
    found = {
        "resourceType": "ServiceRequest",
        "identifier": [_referral(referral.id), *_case(content.get("case_reference"))],
        "status": STATES[referral.shown_state].request,
        "intent": "order",
        "priority": PRIORITIES[referral.urgency],
        "code": _concept(systems.SERVICE_TYPE, referral.service_type),
        "orderDetail": _contact(content.get("safe_contact")),
        "subject": _reference(referral.id, "Patient"),
        "occurrenceDateTime": _appointment(referral, last),
        "authoredOn": referral.sent_at.isoformat(),
        "requester": _organisation(_sender(referral, org)),
        "performer": [_organisation(_receiver(referral, org))],
        "reasonCode": [{"text": content["reason"]}] if content.get("reason") else [],
    }
    return _said(found)


def _task(referral: Referral, last: HistoryLine | None, org: str) -> Resource:
    known = STATES[referral.shown_state]
    codings = [{"system": systems.STATE, "code": str(referral.shown_state)}]
    if known.bser:
        codings.append({"system": systems.BSER_STATUS, "code": known.bser})
    found = {
        "resourceType": "Task",
        "identifier": [_referral(referral.id)],
        "status": known.task,
        "statusReason": _concept(systems.REASON, last.reason) if last and last.reason else None,
        "businessStatus": {"coding": codings},
        "intent": "order",
        "priority": PRIORITIES[referral.urgency],
        "code": {"coding": [{"system": systems.TASK_CODE, "code": "fulfill"}]},
        "focus": _reference(referral.id, "ServiceRequest"),
        "for": _reference(referral.id, "Patient"),
        "authoredOn": referral.sent_at.isoformat(),
        "lastModified": (last.made_at if last else referral.sent_at).isoformat(),
        "requester": _organisation(_sender(referral, org)),
        "owner": _organisation(_receiver(referral, org)),
        "restriction": {"period": {"end": referral.reply_by.isoformat()}} if referral.reply_by else None,
    }
    return _said(found)


def _consent(referral: Referral, content: Mapping[str, Any], org: str) -> Resource:
    """What the sender recorded for this referral: these fields, to that organisation. The form itself stays there."""
    receiver = _organisation(_receiver(referral, org))
    disclosed = [name for name in SHAREABLE_FIELDS if content.get(name)]
    is_receiver = {"coding": [{"system": systems.PARTICIPATION, "code": "IRCP"}]}
    provision = {
        "type": "permit",
        "actor": [{"role": is_receiver, "reference": receiver}],
        "code": [_concept(systems.PERSON_FIELD, name) for name in disclosed],
    }
    return {
        "resourceType": "Consent",
        "status": "inactive" if referral.shown_state in ENDED else "active",
        "scope": {"coding": [{"system": systems.CONSENT_SCOPE, "code": "patient-privacy"}]},
        "category": [{"coding": [{"system": systems.ACT_CODE, "code": "IDSCL"}]}],
        "patient": _reference(referral.id, "Patient"),
        "dateTime": referral.sent_at.isoformat(),
        "organization": [_organisation(_sender(referral, org))],
        "sourceAttachment": {"title": "Recorded by the organisation that sent the referral"},
        "policyRule": {"coding": [{"system": systems.ACT_CODE, "code": "OPTIN"}]},
        "provision": _said(provision),
    }


def _said(found: Resource) -> Resource:
    """FHIR has no empty elements."""
    return {name: value for name, value in found.items() if value}


def _url(referral_id: UUID, kind: str) -> str:
    """A name within the bundle. It is the referral's, so that two referrals of a person show no common name."""
    return f"urn:uuid:{uuid5(referral_id, kind)}"


def _reference(referral_id: UUID, kind: str) -> Resource:
    return {"reference": _url(referral_id, kind), "type": kind}


def _referral(referral_id: UUID) -> Resource:
    return {"system": systems.REFERRAL, "value": str(referral_id)}


def _case(reference: str | None) -> list[Resource]:
    return [{"system": systems.CASE_REFERENCE, "value": reference}] if reference else []


def _concept(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code}], "text": code.replace("_", " ")}


def _contact(safe_contact: str | None) -> list[Resource]:
    if not safe_contact:
        return []
    found = _concept(systems.SAFE_CONTACT, safe_contact)
    if safe_contact in NO_CONTACT:
        found["coding"].append({"system": systems.SDOHCC, "code": "contacting-subject-prohibited"})
    return [found]


def _appointment(referral: Referral, last: HistoryLine | None) -> str | None:
    scheduled = referral.shown_state is State.SCHEDULED and last and last.scheduled_for
    return scheduled.isoformat() if scheduled else None


def _organisation(org: str) -> Resource:
    return {"type": "Organization", "identifier": {"system": systems.ORGANISATION, "value": org}}


def _sender(referral: Referral, org: str) -> str:
    return org if referral.direction is Direction.OUT else referral.other_org


def _receiver(referral: Referral, org: str) -> str:
    return referral.other_org if referral.direction is Direction.OUT else org
