"""What a bundle says, and what in it a person has to look at. Nothing is decided here, and nothing is stored."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.intake.domain import SAFE_CONTACT, SHAREABLE_FIELDS
from services.intake.interchange import systems
from services.intake.interchange.findings import Findings, Problem, below_path
from services.intake.interchange.person import read_patient
from services.intake.interchange.states import STATES, NotUnderstood, state_of
from services.intake.interchange.structure import KINDS, check_structure
from services.intake.interchange.writing import PRIORITIES
from shared.schemas.codes import SERVICE_TYPES
from shared.schemas.life import REASONS, State

URGENCY_OF = {priority: urgency for urgency, priority in PRIORITIES.items()}
SILENT = ("resourceType", "id", "meta", "language", "text")  #: say nothing of what is meant
MODIFIERS = ("modifierExtension", "implicitRules")  #: change what everything else means
READ = {
    "Patient": "active deceasedBoolean deceasedDateTime link extension name gender birthDate telecom address "
    "communication",
    "ServiceRequest": "identifier status intent doNotPerform priority code orderDetail subject occurrenceDateTime "
    "authoredOn requester performer reasonCode",
    "Task": "identifier status statusReason businessStatus intent priority code focus for authoredOn lastModified "
    "requester owner note restriction",
    "Consent": "status scope category patient dateTime organization provision policyRule sourceAttachment",
}
SAFE = {code: code for code in SAFE_CONTACT}


@dataclass(frozen=True)
class Arrival:
    """What a bundle says. What it does not say is None, and so is what was not understood: see ``problems``.

    ``source`` names the referral where it comes from, ``referral_id`` in the network. ``consent`` is FHIR's status of
    it, such as active; ``expired`` for one that is past.
    """

    source: str
    referral_id: UUID | None
    state: State | None
    person: dict[str, Any]
    service_type: str | None
    urgency: str | None
    consent: str | None
    texts: dict[str, str] = field(default_factory=dict)
    move_reason: str | None = None
    scheduled_for: datetime | None = None
    problems: tuple[Problem, ...] = ()
    passed_over: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Found:
    """One resource, its path, and what it is called by the others."""

    resource: Mapping[str, Any]
    at: str
    names: tuple[str, ...]


def read_bundle(bundle: Any, today: date) -> Arrival:
    """Read it; raises Malformed for what is no bundle of that structure."""
    check_structure(bundle)
    found = Findings()
    _refuse_modifiers(bundle, "Bundle", found)
    resources = _sorted(bundle, found)
    for kind, each in resources.items():
        _pass_over(kind, each, found)
    return _read(resources, found, today)


def _refuse_modifiers(value: Any, at: str, found: Findings) -> None:
    for name, below in _inside(value):
        path = below_path(at, name)
        if name in MODIFIERS:
            found.wrong(path, "changes_the_meaning")
        else:
            _refuse_modifiers(below, path, found)


def _inside(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _sorted(bundle: Mapping[str, Any], found: Findings) -> dict[str, _Found]:
    resources: dict[str, _Found] = {}
    for number, entry in enumerate(bundle["entry"]):
        resource, at = entry["resource"], f"Bundle.entry[{number}].resource"
        kind = resource["resourceType"]
        if kind == "Organization":
            found.passed_over.append(at)
        elif kind not in KINDS:
            found.wrong(at, "resource_not_understood")
        elif kind in resources:
            found.wrong(at, "more_than_one")
        else:
            local = f"{kind}/{resource['id']}" if isinstance(resource.get("id"), str) else ""
            resources[kind] = _Found(resource, at, tuple(filter(None, (entry.get("fullUrl"), local))))
    return resources


def _pass_over(kind: str, each: _Found, found: Findings) -> None:
    known = (*READ[kind].split(), *SILENT, *MODIFIERS)
    strange = [name for name in each.resource if name.lstrip("_") not in known]
    found.passed_over.extend(below_path(each.at, name) for name in strange)


NOTHING = _Found({}, "Bundle", ())


def _read(resources: dict[str, _Found], found: Findings, today: date) -> Arrival:
    request, task, consent, patient = (resources.get(kind, NOTHING) for kind in KINDS)
    for kind in ("ServiceRequest", "Task", "Patient"):
        if kind not in resources:
            found.wrong("Bundle.entry", f"no_{kind.lower()}")
    _check_references(request, task, patient, consent, found)
    state = _state(task, request, found) if task.resource and request.resource else None
    person = read_patient(patient.resource, patient.at, found)
    source, referral_id = _identified(request, found)
    return Arrival(
        source=source,
        referral_id=referral_id,
        state=state,
        person=person,
        consent=_consent(consent, person, found, today),
        **_asked(request, task, found),
        **_said(request, task, found),
        problems=tuple(found.problems),
        passed_over=tuple(found.passed_over),
    )


def _check_references(
    request: _Found, task: _Found, patient: _Found, consent: _Found, found: Findings
) -> None:
    meant = ((task, "focus", request), (task, "for", patient), (request, "subject", patient))
    for here, name, there in (*meant, (consent, "patient", patient)):
        reference = here.resource.get(name)
        if here.resource and there.resource and (reference or {}).get("reference") not in there.names:
            found.wrong(f"{here.at}.{name}", "reference_elsewhere")


def _identified(request: _Found, found: Findings) -> tuple[str, UUID | None]:
    source, referral_id = "", None
    for number, identifier in enumerate(request.resource.get("identifier", ())):
        at, system = f"{request.at}.identifier[{number}]", identifier.get("system")
        if identifier.get("use") == "old" or not identifier.get("value"):
            found.wrong(at, "not_understood")
        elif system == systems.REFERRAL:
            referral_id = _uuid(identifier["value"], at, found)
        source = source or f"{system or ''}|{identifier.get('value', '')}"
    return source, referral_id


def _uuid(value: str, at: str, found: Findings) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        found.wrong(at, "not_an_id")
        return None


def _state(task: _Found, request: _Found, found: Findings) -> State | None:
    business = task.resource.get("businessStatus")
    codings = [(c.get("system"), c.get("code")) for c in business.get("coding", ())] if business else None
    try:
        state = state_of(task.resource["status"], codings)
    except NotUnderstood as not_understood:
        found.wrong(f"{task.at}.{not_understood.where}", not_understood.code)
        return None
    if request.resource["status"] not in (STATES[state].request, "active"):
        found.wrong(f"{request.at}.status", "contradicts")
    return state


def _asked(request: _Found, task: _Found, found: Findings) -> dict[str, Any]:
    """The kind of service and the urgency, and that it is an order to do something."""
    if not request.resource:
        return {"service_type": None, "urgency": None}
    for here in filter(lambda one: one.resource, (request, task)):
        if here.resource["intent"] != "order":
            found.wrong(f"{here.at}.intent", "not_understood")
    if request.resource.get("doNotPerform"):
        found.wrong(f"{request.at}.doNotPerform", "not_understood")
    if task.resource:
        fulfil = {"fulfill": "fulfill"}
        found.code(task.resource.get("code"), systems.TASK_CODE, fulfil, f"{task.at}.code")
    services = {code: code for code in SERVICE_TYPES}
    service = found.code(request.resource.get("code"), systems.SERVICE_TYPE, services, f"{request.at}.code")
    return {"service_type": service, "urgency": _urgency(request, task, found)}


def _urgency(request: _Found, task: _Found, found: Findings) -> str | None:
    said = request.resource.get("priority")
    if said not in URGENCY_OF:
        found.wrong(f"{request.at}.priority", "unknown_code" if said else "needed")
    if task.resource.get("priority", said) != said:
        found.wrong(f"{task.at}.priority", "contradicts")
    return URGENCY_OF.get(said or "")


def _said(request: _Found, task: _Found, found: Findings) -> dict[str, Any]:
    """What is said freely, how contact is safe, and what goes with a move."""
    reasons = [concept.get("text") for concept in request.resource.get("reasonCode", ())]
    notes = [note["text"] for note in task.resource.get("note", ())]
    texts = {
        "reason": "\n".join(filter(None, reasons)),
        "safe_contact": _safe_contact(request, found),
        "note": "\n".join(notes),
    }
    return {
        "texts": {name: value for name, value in texts.items() if value},
        "move_reason": _move_reason(task, found),
        "scheduled_for": _moment(request, found),
    }


def _safe_contact(request: _Found, found: Findings) -> str | None:
    """Gravity's own code stands for the strictest of ours."""
    details = request.resource.get("orderDetail", ())
    if not details:
        return None
    at = f"{request.at}.orderDetail"
    codings = [coding for detail in details for coding in detail.get("coding", ())]
    forbidden = [coding for coding in codings if coding.get("system") == systems.SDOHCC]
    if len(details) == 1 and forbidden and len(forbidden) == len(codings):
        known = {"contacting-subject-prohibited": "do_not_contact"}
        return found.code(details[0], systems.SDOHCC, known, at)
    if len(details) > 1:
        found.wrong(at, "more_than_one")
    return found.code(details[0], systems.SAFE_CONTACT, SAFE, at)


def _move_reason(task: _Found, found: Findings) -> str | None:
    said = task.resource.get("statusReason")
    if not said or not said.get("coding"):
        return None
    return found.code(said, systems.REASON, {code: code for code in REASONS}, f"{task.at}.statusReason")


def _moment(request: _Found, found: Findings) -> datetime | None:
    said = request.resource.get("occurrenceDateTime")
    try:
        at = datetime.fromisoformat(said) if said else None
    except ValueError:
        at = None
    if said and (at is None or at.tzinfo is None):
        found.wrong(f"{request.at}.occurrenceDateTime", "not_a_moment")
        return None
    return at


def _consent(consent: _Found, person: Mapping[str, Any], found: Findings, today: date) -> str | None:
    """Its status. It must be one that permits, and cover every field of the person."""
    if not consent.resource:
        return None
    scope = {"patient-privacy": "patient-privacy"}
    found.code(consent.resource["scope"], systems.CONSENT_SCOPE, scope, f"{consent.at}.scope")
    provision = consent.resource.get("provision", {})
    if provision.get("type", "permit") != "permit" or provision.get("provision"):
        found.wrong(f"{consent.at}.provision", "not_understood")
    _check_fields(provision, consent, person, found)
    last = provision.get("period", {}).get("end", "")[:10]  # a month alone lasts until its end
    return "expired" if last < str(today)[: len(last)] else str(consent.resource["status"])


def _check_fields(
    provision: Mapping[str, Any], consent: _Found, person: Mapping[str, Any], found: Findings
) -> None:
    at, known = f"{consent.at}.provision.code", {name: name for name in SHAREABLE_FIELDS}
    concepts = provision.get("code")
    if concepts is None:
        return
    named = {found.code(one, systems.PERSON_FIELD, known, f"{at}[{n}]") for n, one in enumerate(concepts)}
    if set(person) - named:
        found.wrong(at, "field_not_consented")
