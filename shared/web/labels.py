"""What the network's codes are called in the reader's language; the words are those of the glossary."""

from collections.abc import Mapping
from functools import lru_cache

import pycountry
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from shared.schemas import workbook
from shared.schemas.life import Move, State

Labels = Mapping[str, object]

COUNTED: Labels = {
    "persons_identified": _l("Persons by gender and age"),
    "persons_by_citizenship": _l("Persons by citizenship"),
    "persons_by_exploitation": _l("Persons by exploitation"),
    "persons_by_exploitation_type": _l("Persons by type of exploitation"),
    "persons_by_means": _l("Persons by means of control"),
    "persons_by_sector": _l("Persons by sector of exploitation"),
    "persons_by_recruiter": _l("Persons by recruiter"),
    "persons_by_case_state": _l("Persons assisted, by the state of the case"),
    "needs": _l("Needs by service"),
    "activities": _l("Prevention and awareness raising"),
}  #: the workbook's tables

ROSTERS_REFUSED: Labels = {
    "mask_lifted": _l("It has lifted its mask for another roster of the quarter."),
    "roster_old": _l("It knows a newer roster."),
    "node_restored": _l("The node was restored from a backup after the quarter had ended."),
    "counted_openly": _l("Its counts of the quarter have left unmasked before."),
    "roster_network": _l("The roster is of another network."),
    "roster_small": _l("The roster has fewer than five organisations."),
    "roster_key": _l("A key of the roster is not the one that its register names."),
    "newer_workbook": _l("Its version of Throughline does not know the workbook."),
    "roster_cells": _l("Its version of Throughline has other lists of codes."),
    "counts_undeclared": _l("It counted something that is in no declared list."),
}  #: why a node contributes nothing to a roster

STATES: Labels = {
    State.SENT: _l("sent"),
    State.DELIVERED: _l("delivered"),
    State.ACKNOWLEDGED: _l("acknowledged"),
    State.WAITLISTED: _l("waiting list"),
    State.INFORMATION_REQUESTED: _l("information requested"),
    State.ACCEPTED: _l("accepted"),
    State.SCHEDULED: _l("scheduled"),
    State.IN_PROGRESS: _l("in progress"),
    State.ON_HOLD: _l("on hold"),
    State.REJECTED: _l("rejected"),
    State.COMPLETED: _l("completed"),
    State.PARTIALLY_COMPLETED: _l("completed in part"),
    State.FAILED: _l("not achieved"),
    State.CANCELLED: _l("cancelled"),
    State.WITHDRAWN: _l("consent withdrawn"),
    State.FORWARDED: _l("forwarded"),
    State.ENTERED_IN_ERROR: _l("entered in error"),
}

MOVES: Labels = {
    Move.SEND: _l("Send"),
    Move.DELIVER: _l("Deliver"),
    Move.ACKNOWLEDGE: _l("Acknowledge"),
    Move.ACCEPT: _l("Accept"),
    Move.REJECT: _l("Reject"),
    Move.WAITLIST: _l("Put on the waiting list"),
    Move.ASK_FOR_INFORMATION: _l("Ask for information"),
    Move.ANSWER: _l("Answer"),
    Move.SCHEDULE: _l("Schedule"),
    Move.NOT_ATTENDED: _l("Did not come"),
    Move.START: _l("Start"),
    Move.HOLD: _l("Put on hold"),
    Move.RESUME: _l("Resume"),
    Move.COMPLETE: _l("Complete"),
    Move.COMPLETE_IN_PART: _l("Complete in part"),
    Move.FAIL: _l("Close as not achieved"),
    Move.CANCEL: _l("Cancel the referral"),
    Move.WITHDRAW_CONSENT: _l("Withdraw consent"),
    Move.FORWARD: _l("Forward"),
    Move.ASK_TO_CANCEL: _l("Ask to cancel it"),
    Move.ASK_FOR_TRANSFER: _l("Ask for the whole case"),
    Move.TRANSFER: _l("Hand over the case"),
    Move.DECLINE: _l("Say no to the request"),
    Move.ENTERED_IN_ERROR: _l("Mark as entered in error"),
}

URGENCIES: Labels = {"emergency": _l("emergency"), "urgent": _l("urgent"), "normal": _l("normal")}

SERVICE_TYPES: Labels = {
    "safe_accommodation": _l("Safe accommodation"),
    "health_and_medical": _l("Health and medical care"),
    "mental_health_and_psychosocial": _l("Mental health and psychosocial support"),
    "legal_assistance": _l("Legal assistance"),
    "police_and_security": _l("Police and security"),
    "livelihoods_and_vocational_training": _l("Livelihoods and vocational training"),
    "child_protection_and_guardianship": _l("Child protection and guardianship"),
    "family_tracing_and_reunification": _l("Family tracing and reunification"),
    "education": _l("Education"),
    "cash": _l("Cash assistance"),
    "core_relief_items": _l("Core relief items"),
    "food": _l("Food"),
    "shelter": _l("Shelter"),
    "documentation_and_registration": _l("Documentation and registration"),
    "interpretation": _l("Interpretation"),
    "assisted_voluntary_return_and_reintegration": _l("Assisted voluntary return and reintegration"),
    "accompaniment": _l("Accompaniment"),
    "other": _l("Other service"),
}

REASONS: Labels = {
    "no_capacity": _l("No capacity"),
    "waiting_list_full": _l("The waiting list is full"),
    "not_eligible": _l("Not eligible"),
    "not_eligible_age": _l("Not eligible: age"),
    "not_eligible_sex": _l("Not eligible: sex"),
    "not_eligible_nationality": _l("Not eligible: nationality"),
    "not_eligible_status": _l("Not eligible: status"),
    "outside_area": _l("Outside the area served"),
    "service_discontinued": _l("The service has ended"),
    "duplicate": _l("Duplicate"),
    "insufficient_information": _l("Too little information"),
    "person_unreachable": _l("The person cannot be reached"),
    "person_declined": _l("The person declined"),
    "did_not_attend": _l("The person did not come"),
    "safety_risk": _l("Risk to safety"),
    "consent_withdrawn": _l("Consent was withdrawn"),
    "other": _l("Other reason"),
}

CONCLUSIONS: Labels = {
    "identified_victim": _l("Victim of trafficking"),
    "presumed_victim": _l("Presumed victim"),
    "vulnerable_migrant": _l("Vulnerable migrant"),
    "not_vulnerable": _l("Not vulnerable"),
}

GENDERS: Labels = {
    "Man": _l("Man"),
    "Woman": _l("Woman"),
    "Trans/Transgender/NonConforming": _l("Trans, transgender or non-conforming"),
}

EXPLOITATION: Labels = {
    "isForcedLabour": _l("Forced labour"),
    "isSexualExploit": _l("Sexual exploitation"),
    "isForcedMarriage": _l("Forced marriage"),
    "isForcedMilitary": _l("Forced military service"),
    "isOrganRemoval": _l("Removal of organs"),
    "isSlaveryAndPractices": _l("Slavery and similar practices"),
    "isOtherExploit": _l("Other exploitation"),
}

ANY = _l("At least one of these")

MEANS: Labels = {
    "meansDebtBondageEarnings": _l("Debt bondage, earnings taken"),
    "meansThreats": _l("Threats"),
    "meansAbusePsyPhySex": _l("Psychological, physical or sexual abuse"),
    "meansFalsePromises": _l("False promises"),
    "meansDrugsAlcohol": _l("Drugs or alcohol"),
    "meansDenyBasicNeeds": _l("Basic needs or movement denied"),
    "meansExcessiveWorkHours": _l("Excessive working hours"),
    "meansWithholdDocs": _l("Papers withheld"),
    "any": ANY,
}

SECTORS: Labels = {
    "typeOfLabourAgriculture": _l("Agriculture"),
    "typeOfLabourConstruction": _l("Construction"),
    "typeOfLabourDomesticWork": _l("Domestic work"),
    "typeOfLabourHospitality": _l("Hotels and restaurants"),
    "any": ANY,
}

RECRUITERS: Labels = {
    "IntimatePartner": _l("Intimate partner"),
    "Friend": _l("Friend or acquaintance"),
    "Family": _l("Family"),
    "Other": _l("Somebody else"),
}

CASE_STATES: Labels = {
    "active": _l("active"),
    "plan_completed": _l("closed: plan completed"),
    "reintegrated": _l("closed: reintegrated"),
    "returned": _l("closed: returned"),
    "transferred": _l("closed: transferred"),
    "person_declined": _l("closed: the person declined"),
    "contact_lost": _l("closed: contact lost"),
    "died": _l("closed: death"),
    "not_eligible": _l("closed: not eligible"),
    "other": _l("closed: other reason"),
}

ACTIVITIES: Labels = {"prevention": _l("Prevention"), "awareness": _l("Awareness raising")}

NEED_STATES: Labels = {
    "open": _l("open"),
    "planned": _l("planned"),
    "met": _l("met"),
    "not_met": _l("not met"),
    "no_longer_needed": _l("no longer needed"),
    "unmet": _l("not met yet"),
}

LEVELS: Labels = {"high": _l("high"), "medium": _l("medium"), "low": _l("low")}

KINDS: Mapping[str, Labels] = {
    "state": STATES,
    "move": MOVES,
    "urgency": URGENCIES,
    "service_type": SERVICE_TYPES,
    "reason": REASONS,
    "conclusion": CONCLUSIONS,
    "gender": GENDERS,
    "exploitation": EXPLOITATION,
    "exploitation_type": {**EXPLOITATION, "any": ANY},
    "means": MEANS,
    "sector": SECTORS,
    "recruiter": RECRUITERS,
    "case_state": CASE_STATES,
    "activity": ACTIVITIES,
    "need_state": NEED_STATES,
    "level": LEVELS,
}

UNKNOWN = _l("Unknown")


def label(kind: str, code: str) -> str:
    """The code in the reader's language; a code without words, such as an age band, as it is."""
    return _label_in(str(get_locale()), kind, code)


@lru_cache(maxsize=4096)
def _label_in(_language: str, kind: str, code: str) -> str:
    """Pages show hundreds of the same few; the language is the one that is spoken at that moment."""
    if code == workbook.UNKNOWN:
        return str(UNKNOWN)
    if kind == "citizenship":
        return country(code)
    if kind == "age_band":
        return code.replace("--", "–")  # noqa: RUF001 - the dash of a range, for people
    return str(KINDS.get(kind, {}).get(code, code))


def country(alpha_3: str) -> str:
    """The country of an ISO 3166-1 code of three letters."""
    found = pycountry.countries.get(alpha_3=alpha_3)
    name = _locale_names("territories").get(found.alpha_2) if found else None
    return name or alpha_3


def language(alpha_3: str) -> str:
    """The language of an ISO 639-3 code."""
    found = pycountry.languages.get(alpha_3=alpha_3)
    names = _locale_names("languages")
    return names.get(getattr(found, "alpha_2", alpha_3)) or names.get(alpha_3) or alpha_3


def _locale_names(of: str) -> Mapping[str, str]:
    locale = get_locale()
    return getattr(locale, of) if locale else {}
