"""Open a case, see where it stands, note what the person needs, and plan how."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.intake.domain import (
    OUTCOMES,
    PRIORITIES,
    SETTLED,
    About,
    Action,
    Actor,
    Case,
    Consent,
    Kind,
    Need,
    Person,
    Referral,
    Sheet,
    Step,
    codelists,
    new_reference,
    next_step,
    of_kind,
    path,
)
from services.intake.storage import cases as case_rows
from services.intake.storage import people as people_rows
from services.intake.usecases import audit
from services.intake.usecases.checks import Rule, checked, code, not_before, several
from services.intake.usecases.people import read_file
from services.intake.usecases.refusals import Conflict, NotFound
from shared.clock import new_id
from shared.database import Database, Transaction
from shared.schemas.codes import SERVICE_TYPES
from shared.schemas.workbook import CONCLUSIONS, EXPLOITATION


@dataclass(frozen=True)
class CaseFile:
    """One case with all that belongs to it; ``sheets`` are its own, oldest first.

    ``path`` is the way from the first meeting to closure, and where the case stands on it.
    """

    case: Case
    person: Person
    consent: Consent | None
    needs: tuple[Need, ...]
    referrals: tuple[Referral, ...]
    sheets: tuple[Sheet, ...]
    next_step: str | None
    path: tuple[Step, ...]

    def of_kind(self, kind: str) -> list[Sheet]:
        """Its sheets of that kind, oldest first."""
        return of_kind(self.sheets, Kind(kind))

    def newest(self, kind: str) -> Sheet | None:
        """The last of these."""
        found = self.of_kind(kind)
        return found[-1] if found else None

    @property
    def closure_asked(self) -> Sheet | None:
        """The closure that waits for a focal point's approval."""
        return next((sheet for sheet in self.of_kind(Kind.CLOSURE) if sheet.done_on is None), None)


def open_case(
    database: Database,
    person_id: UUID,
    by: Actor,
    conclusion: str | None = None,
    exploitation: Collection[str] | None = None,
) -> Case:
    """Begin the work with a person; raises NotFound, Invalid, or Conflict when the person is erased or unreadable.

    ``conclusion`` and ``exploitation`` are codes of ``shared.schemas.workbook``.
    """
    given = {"conclusion": conclusion, "exploitation": tuple(exploitation or ())}
    values = checked(given, {"conclusion": code(CONCLUSIONS), "exploitation": several(code(EXPLOITATION))})
    with database.transaction() as tx:
        person = people_rows.find_person(tx, person_id, seen_by=by, lock=True)
        if person is None:
            raise NotFound("person_not_found")
        if person.missing is not None:
            raise Conflict(person.missing)
        case = Case(new_id(), person_id, new_reference(), status="open", opened_at=tx.at, **values)
        case_rows.add_case(tx, case, by=by)
        audit.did(tx, by, Action.CASE_OPENED, about(case))
        return case


def case_page(database: Database, case_id: UUID, by: Actor) -> CaseFile:
    """The case's file; raises NotFound."""
    with database.reading() as tx:
        case = find_case(tx, case_id, by)
        file = read_file(tx, case.person_id, by)
        known, today = file.recorded(case), tx.at.date()
    audit.saw(database, by, Action.CASE_READ, about(case))
    lists = (tuple(known.needs), tuple(known.referrals), tuple(known.sheets))
    return CaseFile(case, file.person, file.consent, *lists, next_step(known, today), path(known, today))


def about(case: Case) -> About:
    """The case as the audit names it."""
    return About(case.person_id, case.id)


def add_need(  # noqa: PLR0913, PLR0917 - the fields of a need
    database: Database,
    case_id: UUID,
    service_type: str,
    priority: str,
    by: Actor,
    how: str | None = None,
    planned_on: date | None = None,
) -> Need:
    """Note a need and, as far as it is known, how and until when it is to be met (see ``plan_need``).

    Raises NotFound, Invalid, or Conflict when the case is closed.
    """
    given = {"service_type": service_type, "priority": priority, "how": how, "planned_on": planned_on}
    with database.transaction() as tx:
        rules = {"service_type": code(SERVICE_TYPES), **plan_rules(tx)}
        values = checked(given, rules, needed=("service_type", "priority"))
        case = hold_open(tx, case_id, by)
        need = Need(new_id(), case_id, state="open", **values)
        case_rows.add_need(tx, need)
        audit.did(tx, by, Action.NEED_NOTED, about(case))
        return need


def plan_rules(tx: Transaction) -> dict[str, Rule]:
    """What the plan of a need may say."""
    rules: dict[str, Rule] = {"priority": code(PRIORITIES), "how": code(codelists.codes("how"))}
    return rules | {"planned_on": not_before(tx.at.date())}


def plan_need(database: Database, need_id: UUID, given: Mapping[str, Any], by: Actor) -> Need:
    """Say how a need is to be met: ``priority``, and perhaps ``how`` (own_service, referral) and ``planned_on``.

    Raises NotFound, Invalid, or Conflict when it is settled or the case is closed.
    """
    with database.transaction() as tx:
        need = find_need(tx, need_id, by)
        values = {"how": None, "planned_on": None} | checked(given, plan_rules(tx), needed=("priority",))
        case = find_case(tx, need.case_id, by)
        if case.status != "open" or need.state in SETTLED:
            raise Conflict(need.state if case.status == "open" else case.status)
        case_rows.set_plan(tx, need_id, **values)
        audit.did(tx, by, Action.NEED_PLANNED, about(case))
        return replace(need, **values)


def settle_need(database: Database, need_id: UUID, state: str, by: Actor, outcome: str | None = None) -> Need:
    """Say what became of a need without a referral: met, not_met or no_longer_needed, and which of ``OUTCOMES``.

    Raises NotFound, Invalid, or Conflict when it is settled already.
    """
    rules = {"state": code(SETTLED), "outcome": code(tuple(OUTCOMES))}
    checked({"state": state, "outcome": outcome}, rules, needed=("state",))
    with database.transaction() as tx:
        need = find_need(tx, need_id, by)
        if need.state in SETTLED:
            raise Conflict(need.state)
        case_rows.set_plan(tx, need_id, state=state, outcome=outcome)
        audit.did(tx, by, Action.NEED_SETTLED, about(find_case(tx, need.case_id, by)))
        return replace(need, state=state, outcome=outcome)


def find_need(tx: Transaction, need_id: UUID, by: Actor) -> Need:
    """The need, locked; raises NotFound."""
    need = case_rows.find_need(tx, need_id, seen_by=by)
    if need is None:
        raise NotFound("need_not_found")
    return need


def hold_open(tx: Transaction, case_id: UUID, by: Actor) -> Case:
    """The open case, and nobody else changes anything of its person meanwhile; raises NotFound or Conflict."""
    case_rows.hold_person(tx, case_id, seen_by=by)
    case = find_case(tx, case_id, by)
    if case.status != "open":
        raise Conflict(case.status)
    return case


def find_case(tx: Transaction, case_id: UUID, by: Actor) -> Case:
    """The case; raises NotFound."""
    case = case_rows.find_case(tx, case_id, seen_by=by)
    if case is None:
        raise NotFound("case_not_found")
    return case
