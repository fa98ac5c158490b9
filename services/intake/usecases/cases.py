"""Open a case, note what the person needs, and close it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

from services.intake.domain import (
    CLOSURE_REASONS,
    PRIORITIES,
    About,
    Action,
    Actor,
    Case,
    Consent,
    Need,
    Person,
    Referral,
    new_reference,
    next_step,
)
from services.intake.storage import cases as case_rows
from services.intake.storage import people as people_rows
from services.intake.storage import referrals as referral_rows
from services.intake.usecases import audit
from services.intake.usecases.checks import checked, code, several
from services.intake.usecases.people import read_file
from services.intake.usecases.refusals import Conflict, NotFound
from shared.clock import new_id
from shared.database import Database, Transaction
from shared.schemas.codes import SERVICE_TYPES
from shared.schemas.workbook import CONCLUSIONS, EXPLOITATION

SETTLED = ("met", "not_met", "no_longer_needed")
TRANSFERRED = "transferred"  #: the reason of a case that another organisation has taken over


TRANSFERRED = "transferred"  #: the reason of a case that another organisation has taken over


@dataclass(frozen=True)
class CaseFile:
    """One case with all that belongs to it."""

    case: Case
    person: Person
    consent: Consent | None
    needs: tuple[Need, ...]
    referrals: tuple[Referral, ...]
    next_step: str | None


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
        audit.did(tx, by, Action.CASE_OPENED, _about(case))
        return case


def case_page(database: Database, case_id: UUID, by: Actor) -> CaseFile:
    """The case's file; raises NotFound."""
    with database.reading() as tx:
        case = _find(tx, case_id, by)
        file = read_file(tx, case.person_id, by)
        needs = tuple(need for need in file.needs if need.case_id == case_id)
        referrals = tuple(referral for referral in file.referrals if referral.case_id == case_id)
        step = next_step(case, file.consent, needs, referrals, tx.at.date())
    audit.saw(database, by, Action.CASE_READ, _about(case))
    return CaseFile(case, file.person, file.consent, needs, referrals, step)


def _about(case: Case) -> About:
    return About(case.person_id, case.id)


def add_need(database: Database, case_id: UUID, service_type: str, priority: str, by: Actor) -> Need:
    """Note a need; raises NotFound, Invalid, or Conflict when the case is closed."""
    given = {"service_type": service_type, "priority": priority}
    rules = {"service_type": code(SERVICE_TYPES), "priority": code(PRIORITIES)}
    values = checked(given, rules, needed=rules)
    with database.transaction() as tx:
        case = _hold_open(tx, case_id, by)
        need = Need(new_id(), case_id, state="open", **values)
        case_rows.add_need(tx, need)
        audit.did(tx, by, Action.NEED_NOTED, _about(case))
        return need


def settle_need(database: Database, need_id: UUID, state: str, by: Actor) -> Need:
    """Say what became of a need without a referral: met, not_met or no_longer_needed.

    Raises NotFound, Invalid, or Conflict when it is settled already.
    """
    checked({"state": state}, {"state": code(SETTLED)}, needed=("state",))
    with database.transaction() as tx:
        need = case_rows.find_need(tx, need_id, seen_by=by)
        if need is None:
            raise NotFound("need_not_found")
        if need.state in SETTLED:
            raise Conflict(need.state)
        case_rows.set_needs(tx, [need_id], state)
        audit.did(tx, by, Action.NEED_SETTLED, _about(_find(tx, need.case_id, by)))
        return replace(need, state=state)


def close_case(database: Database, case_id: UUID, reason: str, by: Actor) -> Case:
    """End the work; ``reason`` is one of ``domain.CLOSURE_REASONS``.

    Raises NotFound, Invalid, or Conflict when it is closed already or a referral is still open
    (``referrals_open``): what others work on is to be completed or cancelled first; a referral with which the case
    was handed over goes on when it is closed as ``transferred``.
    """
    checked({"reason": reason}, {"reason": code(CLOSURE_REASONS)}, needed=("reason",))
    with database.transaction() as tx:
        case = _hold_open(tx, case_id, by)
        sent = [r for r in referral_rows.referrals_of_cases(tx, [case_id], seen_by=by) if r.is_open]
        over = referral_rows.handed_over(tx, [r.id for r in sent]) if reason == TRANSFERRED else set()
        if any(r.id not in over for r in sent):
            raise Conflict("referrals_open")
        case_rows.set_closed(tx, case_id, reason=reason, at=tx.at)
        audit.did(tx, by, Action.CASE_CLOSED, _about(case))
        return replace(case, status="closed", closure_reason=reason, closed_at=tx.at)


def _hold_open(tx: Transaction, case_id: UUID, by: Actor) -> Case:
    case_rows.hold_person(tx, case_id, seen_by=by)
    case = _find(tx, case_id, by)
    if case.status != "open":
        raise Conflict(case.status)
    return case


def _find(tx: Transaction, case_id: UUID, by: Actor) -> Case:
    case = case_rows.find_case(tx, case_id, seen_by=by)
    if case is None:
        raise NotFound("case_not_found")
    return case
