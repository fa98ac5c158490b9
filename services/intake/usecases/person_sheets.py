"""What is written of a person or case as such: who looks after a child, and the node's own fields."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.intake.domain import About, Action, Actor, Kind, Person, Sheet, codelists, is_child, of_kind
from services.intake.domain.own_fields import OwnField, OwnFields
from services.intake.storage import people as people_rows
from services.intake.storage import sheets as rows
from services.intake.usecases import audit
from services.intake.usecases.cases import find_case
from services.intake.usecases.checks import Rule, checked, code, day, text
from services.intake.usecases.refusals import Conflict, NotFound
from services.intake.usecases.sheets import listed
from shared.clock import new_id
from shared.database import Database, Transaction

CHILD: dict[str, Rule] = {
    "situation": listed("child_situation"),
    "caregiver": text(200),
    "relationship": text(200),
    "contact": text(200),
    "informed": code(("yes", "no")),
    "not_informed_why": text(1000),
    "guardian": text(200),
    "best_interests": text(),
}


def newest_child_sheet(sheets: tuple[Sheet, ...]) -> Sheet | None:
    """Who looks after the child, as it was written last."""
    found = of_kind(sheets, Kind.CHILD)
    return found[-1] if found else None


def own_values(sheets: tuple[Sheet, ...], case_id: UUID | None) -> Mapping[str, Any]:
    """What the node's own fields say of the person (no ``case_id``) or of the case, as it was written last."""
    found = [sheet for sheet in of_kind(sheets, Kind.OWN) if sheet.case_id == case_id]
    values: Mapping[str, Any] = found[-1].content.get("values", {}) if found else {}
    return values


def note_child(database: Database, person_id: UUID, given: Mapping[str, Any], by: Actor) -> Sheet:
    """Keep who looks after a child: situation, caregiver, relationship, contact, informed, guardian, best interests.

    Where the caregiver is not informed, ``not_informed_why`` is needed. Raises NotFound, Invalid, or Conflict:
    ``not_a_child``, ``erased``, or ``unreadable``.
    """
    with database.transaction() as tx:
        person = _hold(tx, person_id, by)
        needed = ["situation", "informed", "best_interests"]
        values = checked(given, CHILD, [*needed, *(["not_informed_why"] * (given.get("informed") == "no"))])
        if not is_child(person, tx.at.date()):
            raise Conflict("not_a_child")
        content = {"lists": codelists.version(), **values}
        sheet = Sheet(new_id(), person_id, None, Kind.CHILD, tx.at, by.username, content=content)
        rows.add_sheet(tx, sheet)
        audit.did(tx, by, Action.CHILD_NOTED, About(person_id))
        return sheet


def _hold(tx: Transaction, person_id: UUID, by: Actor) -> Person:
    person = people_rows.find_person(tx, person_id, seen_by=by, lock=True)
    if person is None:
        raise NotFound("person_not_found")
    if person.missing is not None:
        raise Conflict(person.missing)
    return person


def note_own_of_person(
    database: Database, person_id: UUID, given: Mapping[str, Any], own: OwnFields, by: Actor
) -> Sheet:
    """Keep the node's own fields of a person; raises NotFound, Invalid, or Conflict: ``erased`` or ``unreadable``."""
    with database.transaction() as tx:
        _hold(tx, person_id, by)
        return _note_own(tx, (person_id, None), given, own, by)


def note_own_of_case(
    database: Database, case_id: UUID, given: Mapping[str, Any], own: OwnFields, by: Actor
) -> Sheet:
    """Keep the node's own fields of a case; raises NotFound, Invalid, or Conflict: ``erased`` or ``unreadable``."""
    with database.transaction() as tx:
        case = find_case(tx, case_id, by)
        _hold(tx, case.person_id, by)
        if case.erased_at is not None:
            raise Conflict("erased")
        return _note_own(tx, (case.person_id, case_id), given, own, by)


def _note_own(
    tx: Transaction, whose: tuple[UUID, UUID | None], given: Mapping[str, Any], own: OwnFields, by: Actor
) -> Sheet:
    fields = own.of("case" if whose[1] else "person")
    values = checked(given, {one.code: _rule(one) for one in fields})
    content = {"version": own.version, "values": {name: _plain(value) for name, value in values.items()}}
    sheet = Sheet(new_id(), *whose, Kind.OWN, tx.at, by.username, content=content)
    rows.add_sheet(tx, sheet)
    audit.did(tx, by, Action.OWN_FIELDS_NOTED, About(*whose))
    return sheet


def _rule(one: OwnField) -> Rule:
    return {"date": day, "choice": code(tuple(one.choices))}.get(one.type, text())


def _plain(value: Any) -> str:
    return str(value)
