"""Invite one more organisation to an open conference: it gets the case as it was put, and what is said from then on."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from services.intake.domain import Action, Actor, Consent, ConsentMissing
from services.intake.domain.conference import INVITED, OF_THE_PERSON, OPENED, Act, Conference
from services.intake.domain.telltale import KNOWN, marks
from services.intake.storage import conferences as rows
from services.intake.usecases import audit
from services.intake.usecases.checks import checked, text
from services.intake.usecases.conference_acts import say
from services.intake.usecases.conference_thread import take_part
from services.intake.usecases.conferences import (
    about_conference,
    in_force,
    known_of,
    open_file,
    require_organisations,
)
from services.intake.usecases.people import PersonFile
from services.intake.usecases.refusals import Conflict, Invalid, NotPermitted
from shared.database import Database, Transaction
from shared.schemas.conferences import MOST_INVITED


def who_may_be_invited(database: Database, conference_id: UUID, by: Actor) -> tuple[str, ...]:
    """Those that the consent names and that never took part, whether or not they can be reached.

    Raises what ``invite`` raises, but for what is wrong with an organisation.
    """
    with database.reading() as tx:
        conference, consent, _ = _ready(tx, take_part(tx, conference_id, by, "open", lock=False), by)
        return tuple(org for org in consent.organisations if org not in conference.members)


def invite(database: Database, conference_id: UUID, given: Mapping[str, Any], by: Actor) -> Act:
    """Invite the ``organisation``: it and all others are told with one act, the same for all, which has the case in it.

    Raises NotFound, NotPermitted for one that is not ours, Conflict once it is not open, or its case is closed, or what
    is known of the person by now stands in the question, ConsentMissing, or Invalid.
    """
    values = checked(given, {"organisation": text(31)}, needed=("organisation",))
    with database.transaction() as tx:
        conference, consent, opening = _ready(tx, take_part(tx, conference_id, by, "open"), by)
        org = values["organisation"]
        _require(tx, conference, consent, org, by)
        joined = (*conference.joined, org)
        rows.add_joined(tx, conference_id, joined)
        now = replace(conference, invited=(*conference.invited, org), joined=joined)
        first = {"act_id": str(opening.id), "made_at": opening.at.isoformat()}
        audit.did(tx, by, Action.CONFERENCE_INVITED, about_conference(tx, conference, by))
        return say(tx, now, INVITED, {"case": opening.content["case"], "joined": joined} | first, by.username)


def _ready(tx: Transaction, conference: Conference, by: Actor) -> tuple[Conference, Consent, Act]:
    """The conference, the consent that covers all that was told, and the act with which the case was put."""
    if conference.case_id is None:
        raise NotPermitted
    case, file = open_file(tx, conference.case_id, by)
    opening = next(act for act in rows.acts_of(tx, conference.id) if act.kind == OPENED)
    told = opening.content.get("case")
    if told is None:
        raise Conflict("unreadable")
    if any(mark.why == KNOWN for mark in marks(told["question"], known_of(tx, case, file))):
        raise Conflict("known_by_now")
    return conference, _covers(tx, conference, file, told), opening


def _covers(tx: Transaction, conference: Conference, file: PersonFile, told: Mapping[str, Any]) -> Consent:
    consent = in_force(tx, file)
    if consent.expires_on is not None and conference.ends_at.date() > consent.expires_on:
        raise ConsentMissing("consent_ends_before_it")
    if told["facts"].keys() & set(OF_THE_PERSON) - set(consent.fields):
        raise ConsentMissing("told_not_consented")
    return consent


def _require(tx: Transaction, conference: Conference, consent: Consent, org: str, by: Actor) -> None:
    if org in conference.members:
        raise Invalid({"organisation": "already_invited"})
    if len(conference.invited) >= MOST_INVITED:
        raise Invalid({"organisation": "too_many"})
    try:
        require_organisations(tx, consent, [org], by)
    except Invalid as invalid:
        raise Invalid({"organisation": invalid.errors["organisations"]}) from None
