"""Put a case without a name to other organisations: what leaves is chosen, looked through, and agreed to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.intake.domain import About, Action, Actor, Case, Consent, ConsentMissing, Kind, of_kind
from services.intake.domain.conference import FACTS, OF_THE_PERSON, OPENED, REGION, Conference
from services.intake.domain.consent import CONFERENCE
from services.intake.domain.deidentifying import Told, facts, shift_by
from services.intake.domain.telltale import Known, Mark, marks
from services.intake.storage import cases as case_rows
from services.intake.storage import conferences as rows
from services.intake.storage import directory as directory_rows
from services.intake.usecases import audit
from services.intake.usecases.cases import about, find_case, hold_open
from services.intake.usecases.checks import Rule, Wrong, checked, code, several, text
from services.intake.usecases.conference_acts import say
from services.intake.usecases.conference_texts import sure
from services.intake.usecases.freshness import not_now
from services.intake.usecases.people import PersonFile, read_file
from services.intake.usecases.refusals import Conflict, Invalid
from services.intake.usecases.sending import receiver_of
from shared.clock import new_id
from shared.database import Database, Transaction
from shared.schemas.conferences import MOST_DAYS, MOST_INVITED

SEED = 100  #: characters at most
NEEDED = ("question", "organisations", "days", "seed")


@dataclass(frozen=True)
class Leaving:
    """Exactly what leaves: the facts, the question, to whom, for how many days; and what is marked in the question."""

    facts: Mapping[str, Any]
    question: str
    organisations: tuple[str, ...]
    days: int
    marks: Sequence[Mark]


def choosable(database: Database, case_id: UUID, seed: str, by: Actor) -> tuple[dict[str, Any], Consent]:
    """What is known of the case and may be told, as it would leave with that ``seed``; and the consent for it.

    Raises NotFound, Conflict when the case is closed, or ConsentMissing.
    """
    with database.reading() as tx:
        case, file = open_file(tx, case_id, by)
        consent = in_force(tx, file)
        return facts(_told(tx, case, file), _agreed_to(consent), _shift(tx, seed)), consent


def look(database: Database, case_id: UUID, given: Mapping[str, Any], by: Actor) -> Leaving:
    """Exactly what ``open_conference`` would send for the same; raises what it raises, but nothing for marks."""
    with database.reading() as tx:
        case, file = open_file(tx, case_id, by)
        return _leaving(tx, case, file, given, by)


def open_conference(database: Database, case_id: UUID, given: Mapping[str, Any], by: Actor) -> Conference:
    """Put the case to the organisations, in one commit.

    ``given``: ``question``, ``organisations``, ``days`` (at most MOST_DAYS), perhaps ``fields`` of ``FACTS`` and a
    ``region`` of the directory's areas; ``seed``, from which the shift of the dates is drawn, so that what was looked
    at is what leaves; and ``sure`` once what only looks like a name was looked at. Raises NotFound, ConsentMissing,
    Conflict when the case is closed, or Invalid; of ``question``: names_known, names_suspected.
    """
    with database.transaction() as tx:
        case = hold_open(tx, case_id, by)
        leaving = _leaving(tx, case, read_file(tx, case.person_id, by), given, by)
        sure("question", leaving.marks, given.get("sure"))
        ends_at = tx.at + timedelta(days=leaving.days)
        known = (new_id(), by.org, by.org, tx.at, ends_at, leaving.organisations)
        conference = Conference(*known, case_id=case.id, opened_by=by.username)
        rows.add_conference(tx, conference)
        told = {"question": leaving.question, "facts": leaving.facts}
        whom = {"invited": leaving.organisations, "ends_at": ends_at.isoformat()}
        say(tx, conference, OPENED, {"case": told | whom}, by.username)
        audit.did(tx, by, Action.CONFERENCE_OPENED, about(case))
        return conference


def open_file(tx: Transaction, case_id: UUID, by: Actor) -> tuple[Case, PersonFile]:
    """The case and its person's file; raises NotFound, or Conflict when the case is closed."""
    case = find_case(tx, case_id, by)
    if case.status != "open":
        raise Conflict(case.status)
    return case, read_file(tx, case.person_id, by)


def in_force(tx: Transaction, file: PersonFile) -> Consent:
    """The consent for a conference; raises ConsentMissing."""
    if file.consent is None:
        raise ConsentMissing("no_consent")
    try:
        file.consent.require_purpose(CONFERENCE, tx.at.date())
    except ConsentMissing as missing:
        told = {"purpose_not_consented": "conference_not_consented"}
        raise ConsentMissing(told.get(missing.code, missing.code)) from None
    return file.consent


def _agreed_to(consent: Consent) -> list[str]:
    """What of the person may be told is what the consent names; of the case, all that can be ticked."""
    return [name for name in FACTS if name not in OF_THE_PERSON or name in consent.fields]


def _told(tx: Transaction, case: Case, file: PersonFile) -> Told:
    known = file.recorded(case)
    return Told(file.person, case, tuple(known.needs), tuple(known.sheets), tx.at.date())


def _leaving(tx: Transaction, case: Case, file: PersonFile, given: Mapping[str, Any], by: Actor) -> Leaving:
    if file.person.missing is not None:
        raise Conflict(file.person.missing)
    consent = in_force(tx, file)
    values = {"fields": ()} | checked(given, _rules(tx), needed=NEEDED)
    _require(tx, consent, values, by)
    told = facts(_told(tx, case, file), values["fields"], _shift(tx, values["seed"]))
    region = {REGION: values[REGION]} if REGION in values else {}
    found = marks(values["question"], known_of(tx, case, file))
    return Leaving(told | region, values["question"], values["organisations"], values["days"], found)


def _shift(tx: Transaction, seed: str) -> timedelta:
    """The same for the same seed, and nobody's to know: it is drawn with the node's key and kept nowhere."""
    return shift_by(tx.at_rest.blind("conference", seed))


def _rules(tx: Transaction) -> dict[str, Rule]:
    areas = {area for offer in directory_rows.list_offers(tx, None) for area in offer.areas}
    return {
        "question": text(),
        "fields": several(code(FACTS)),
        REGION: code(areas),
        "organisations": _organisations,
        "days": _days,
        "seed": text(SEED),
        "sure": bool,
    }


def _organisations(value: Any) -> tuple[str, ...]:
    found: tuple[str, ...] = several(text(31))(value)
    if len(found) > MOST_INVITED:
        raise Wrong("too_many")
    return found


def _days(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_DAYS:
        raise Wrong("not_so_many_days")
    return value


def _require(tx: Transaction, consent: Consent, values: Mapping[str, Any], by: Actor) -> None:
    """The consent covers each of the person's fields, each organisation, and every day."""
    last = (tx.at + timedelta(days=values["days"])).date()
    if consent.expires_on is not None and last > consent.expires_on:
        raise Invalid({"days": "beyond_consent"})
    require_organisations(tx, consent, values["organisations"], by)
    if set(values["fields"]) - set(_agreed_to(consent)):
        raise Invalid({"fields": "field_not_consented"})


def require_organisations(
    tx: Transaction, consent: Consent, organisations: Collection[str], by: Actor
) -> None:
    """Each is covered by the consent and can be reached now; raises Invalid for ``organisations``."""
    not_to = not_now(tx, organisations)
    for org in organisations:
        if org not in consent.organisations:
            raise Invalid({"organisations": "organisation_not_consented"})
        try:
            receiver_of(directory_rows.find_partner(tx, org), by, not_to)
        except Invalid as invalid:
            raise Invalid({"organisations": invalid.errors["to_org"]}) from None


def known_of(tx: Transaction, case: Case, file: PersonFile) -> Known:
    """All by which the node knows the person, those who look after them, and where nobody may be sought."""
    person = file.person
    child = [sheet.content for sheet in of_kind(file.sheets, Kind.CHILD)]
    around = [sheet.get(name) for sheet in child for name in ("caregiver", "guardian")]
    contacts = [sheet.get("contact") for sheet in child]
    return Known(
        names=tuple(filter(None, (person.alias, person.given_name, person.family_name, *around))),
        places=tuple(
            filter(None, (person.address, *contacts, *directory_rows.hidden_addresses(tx).values()))
        ),
        numbers=tuple(filter(None, (person.phone, *contacts))),
        codes=(case.reference, *(one.reference for one in file.cases)),
        born=person.birth_date,
    )


def of_case(database: Database, case_id: UUID, by: Actor) -> list[Conference]:
    """The conferences of that case, newest first. Whoever asks has said that the case is read."""
    with database.reading() as tx:
        return rows.list_conferences(tx, seen_by=by, case_id=case_id)


def list_conferences(database: Database, by: Actor) -> list[Conference]:
    """Ours and those to which we are invited, as far as they are this actor's, newest first."""
    with database.reading() as tx:
        return rows.list_conferences(tx, seen_by=by)


def count_unseen(database: Database, by: Actor) -> int:
    """In how many there is something new."""
    if not by.sees_cases:
        return 0
    with database.reading() as tx:
        return rows.count_unseen(tx, seen_by=by)


def about_conference(tx: Transaction, conference: Conference, by: Actor) -> About:
    """As the audit names it: by its case, where it is ours."""
    case = case_rows.find_case(tx, conference.case_id, seen_by=by) if conference.case_id else None
    return about(case) if case else About()
