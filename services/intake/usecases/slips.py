"""Make a printed code for a person who wishes one, and end it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.intake.domain import About, Action, Actor, Consent, Person, is_child
from services.intake.domain.person import OF_AGE
from services.intake.domain.slip import LANGUAGES, LASTS, Slip, new_code, plain_code
from services.intake.storage import people as people_rows
from services.intake.storage import slips as rows
from services.intake.storage.sheets import sheets_of
from services.intake.usecases import audit
from services.intake.usecases.checks import Wrong, checked, code
from services.intake.usecases.person_sheets import newest_child_sheet
from services.intake.usecases.refusals import Conflict, NotFound
from shared.clock import new_id
from shared.database import Database, Transaction

SHOWN = ("help", "names")  #: which help only, or the names of organisations as well


@dataclass(frozen=True)
class Made:
    """A new slip, and its code, which is told this once."""

    slip: Slip
    code: str = field(repr=False)


def _yes(value: Any) -> bool:
    if value is not True:
        raise Wrong("needed")
    return True


RULES = {
    "wished": _yes,
    "language": code(LANGUAGES),
    "shown": code(SHOWN),
    "lasts": code(tuple(map(str, LASTS))),
}


def slip_in_force(database: Database, person_id: UUID, by: Actor) -> Slip | None:
    """The person's slip, if its code opens anything; raises NotFound."""
    with database.reading() as tx:
        _require(tx, person_id, by)
        return rows.slip_of(tx, person_id)


def make_slip(database: Database, person_id: UUID, given: Mapping[str, Any], by: Actor) -> Made:
    """Make a code for whoever gave the consent that counts; the one before opens nothing any more.

    ``given``: wished (that they asked for it), language, shown (``SHOWN``), lasts (days). Raises NotFound, Invalid, or
    Conflict: no_consent, child_unknown, caregiver_not_informed, erased, unreadable.
    """
    with database.transaction() as tx:
        person, consent = _require(tx, person_id, by, lock=True)
        values = checked(given, RULES, needed=RULES)
        until = _until(tx, person, consent, timedelta(days=int(values["lasts"])), by)
        rows.end_slips(tx, person_id)
        known = (values["language"], values["shown"] == "names", tx.at, by.username, until)
        slip, new = Slip(new_id(), person_id, consent.given_by, *known), new_code()
        rows.add_slip(tx, slip, plain_code(new))
        audit.did(tx, by, Action.SLIP_MADE, About(person_id))
        return Made(slip, new)


def _require(tx: Transaction, person_id: UUID, by: Actor, *, lock: bool = False) -> tuple[Person, Any]:
    """The person, and the consent that counts, which there must be to make a slip."""
    person = people_rows.find_person(tx, person_id, seen_by=by, lock=lock)
    if person is None:
        raise NotFound("person_not_found")
    consents = people_rows.consents_of(tx, person_id, seen_by=by)
    if lock and person.missing:
        raise Conflict(person.missing)
    if lock and not consents:
        raise Conflict("no_consent")
    return person, consents[0] if consents else None


def _until(tx: Transaction, person: Person, consent: Consent, lasts: timedelta, by: Actor) -> datetime:
    """When it ends: whoever holds it for a child holds it no longer than they are one."""
    until: datetime = tx.at + lasts
    if not is_child(person, tx.at.date()):
        return until
    _require_known_care(tx, person, consent, by)
    if consent.given_by == "individual" or person.birth_date is None:
        return until
    return min(until, _comes_of_age(person.birth_date, tx.at))


def _require_known_care(tx: Transaction, person: Person, consent: Consent, by: Actor) -> None:
    child = newest_child_sheet(tuple(sheets_of(tx, person.id, seen_by=by)))
    if child is None or not child.content:
        raise Conflict("child_unknown")
    if consent.given_by == "caregiver" and child.content.get("informed") != "yes":
        raise Conflict("caregiver_not_informed")


def _comes_of_age(birth_date: Any, at: datetime) -> datetime:
    first = birth_date.replace(day=1, year=birth_date.year + OF_AGE)
    day = first + timedelta(days=birth_date.day - 1)
    return at.replace(year=day.year, month=day.month, day=day.day, hour=0, minute=0, second=0, microsecond=0)


def end_slip(database: Database, person_id: UUID, by: Actor) -> None:
    """Its code opens nothing any more, and whoever looks at the page sees nothing more. Raises NotFound."""
    with database.transaction() as tx:
        _require(tx, person_id, by)
        if rows.end_slips(tx, person_id):
            audit.did(tx, by, Action.SLIP_ENDED, About(person_id))


def waiting(database: Database, by: Actor) -> list[UUID]:
    """People who took consent back with their code, and nobody here has opened their page since."""
    with database.reading() as tx:
        return rows.unseen(tx, seen_by=by)


def note_seen(database: Database, person_id: UUID) -> None:
    """Somebody who may see the person, as the caller has found out, has looked."""
    with database.transaction() as tx:
        rows.set_seen(tx, person_id)
