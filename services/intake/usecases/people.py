"""Register a person, find them again, and see where the work with them stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.intake.domain import (
    About,
    Action,
    Actor,
    Case,
    Consent,
    Need,
    Person,
    Recorded,
    Referral,
    Sheet,
    Step,
    age_band_of,
    folded,
    next_step,
    path,
)
from services.intake.storage import cases as case_rows
from services.intake.storage import people as people_rows
from services.intake.storage import referrals as referral_rows
from services.intake.storage import searching
from services.intake.storage import sheets as sheet_rows
from services.intake.usecases import audit
from services.intake.usecases.checks import (
    Rule,
    birth_date,
    checked,
    code,
    country,
    language,
    several,
    text,
)
from services.intake.usecases.refusals import Invalid, NotFound, NotPermitted
from shared.clock import new_id
from shared.database import Database, Transaction
from shared.schemas.codes import GENDERS, KNOWN_AGE_BANDS
from shared.texts import is_text

NAMES = ("alias", "given_name", "family_name")
FOUND_AT_ONCE = 50
LONGEST_QUESTION = 200


@dataclass(frozen=True)
class PersonFile:
    """All there is about a person. ``consent`` is the newest of ``consents``; cases are newest first.

    ``sheets`` are of the person and all cases, oldest first. ``next_step`` and ``path`` are those of the newest open
    case (see ``domain.next_step`` and ``domain.path``).
    """

    person: Person
    consent: Consent | None
    consents: tuple[Consent, ...]
    cases: tuple[Case, ...]
    needs: tuple[Need, ...]
    referrals: tuple[Referral, ...]
    sheets: tuple[Sheet, ...]
    next_step: str | None
    path: tuple[Step, ...]

    def recorded(self, case: Case | None) -> Recorded:
        """What is recorded of one of the cases."""
        of_case = case.id if case else None
        return Recorded(
            case,
            self.consent,
            tuple(need for need in self.needs if need.case_id == of_case),
            tuple(referral for referral in self.referrals if referral.case_id == of_case),
            tuple(sheet for sheet in self.sheets if sheet.case_id == of_case) if case else (),
        )


def register_person(database: Database, fields: Mapping[str, Any], by: Actor) -> Person:
    """Keep a new person. One kind of name is enough; raises Invalid for what cannot be, or is no field."""
    if not by.sees_cases:
        raise NotPermitted
    with database.transaction() as tx:
        values = checked_person(fields, tx.at.date())
        person = Person(id=new_id(), created_at=tx.at, created_by=by.username, **values)
        people_rows.add_person(tx, person, org=by.org)
        audit.did(tx, by, Action.PERSON_REGISTERED, About(person.id))
        return person


def checked_person(fields: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The fields of somebody who could be registered on that day; raises Invalid."""
    values = checked(fields, _rules(today))
    if not values.keys() & set(NAMES):
        raise Invalid({"alias": "name_needed"})
    if "birth_date" in values:
        values["age_band"] = age_band_of(values["birth_date"], today)
    return values


def _rules(today: date) -> dict[str, Rule]:
    return {
        **dict.fromkeys(NAMES, text(200)),
        "birth_date": birth_date(today),
        "age_band": code(KNOWN_AGE_BANDS),
        "gender": code(GENDERS),
        "citizenship": country,
        "languages": several(language),
        "phone": text(50),
        "address": text(500),
    }


def find_people(database: Database, q: str, by: Actor) -> list[Person]:
    """People by parts of their names, alias or case reference, in any case and script; the newest 50.

    Every word must occur somewhere. A telephone number is found when it is whole. Nothing asked finds the newest.
    """
    if not is_text(q) or len(q) > LONGEST_QUESTION:
        return []
    with database.reading() as tx:
        found = searching.search_people(tx, folded(q).split(), seen_by=by, limit=FOUND_AT_ONCE)
    audit.saw(database, by, Action.PEOPLE_SEARCHED, *(About(person.id) for person in found))
    return found


def person_page(database: Database, person_id: UUID, by: Actor) -> PersonFile:
    """The person's whole file; raises NotFound."""
    with database.reading() as tx:
        file = read_file(tx, person_id, by)
    audit.saw(database, by, Action.PERSON_READ, About(person_id))
    return file


def read_file(tx: Transaction, person_id: UUID, by: Actor) -> PersonFile:
    """The same within a transaction."""
    person = people_rows.find_person(tx, person_id, seen_by=by)
    if person is None:
        raise NotFound("person_not_found")
    consents = people_rows.consents_of(tx, person_id, seen_by=by)
    cases = case_rows.cases_of(tx, person_id, seen_by=by)
    ids = [case.id for case in cases]
    needs = case_rows.needs_of(tx, ids, seen_by=by)
    referrals = referral_rows.referrals_of_cases(tx, ids, seen_by=by)
    sheets = sheet_rows.sheets_of(tx, person_id, seen_by=by)
    lists = (tuple(consents), tuple(cases), tuple(needs), tuple(referrals), tuple(sheets))
    file = PersonFile(person, consents[0] if consents else None, *lists, next_step=None, path=())
    recorded, today = file.recorded(_newest(cases)), tx.at.date()
    return replace(file, next_step=next_step(recorded, today), path=path(recorded, today))


def _newest(cases: Sequence[Case]) -> Case | None:
    """The newest that is open, else the newest."""
    return next((case for case in cases if case.status == "open"), cases[0] if cases else None)
