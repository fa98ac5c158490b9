"""Write the sheets of a case: screening, assessment, services given, follow-ups. Each is dated and kept."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from services.intake.domain import SETTLED, About, Action, Actor, Case, Kind, Sheet, codelists
from services.intake.storage import cases as case_rows
from services.intake.storage import counted_cells
from services.intake.storage import sheets as rows
from services.intake.usecases import audit
from services.intake.usecases.cases import about, find_need, hold_open
from services.intake.usecases.checks import (
    Rule,
    Wrong,
    an_id,
    checked,
    code,
    newest_day,
    not_after,
    not_before,
    several,
    text,
)
from services.intake.usecases.refusals import Conflict, Invalid, NotFound
from shared.clock import new_id
from shared.database import Database, Transaction
from shared.schemas.codes import SERVICE_TYPES
from shared.schemas.workbook import CONCLUSIONS, published

LEVELS = tuple(int(level) for level in codelists.codes("level"))  #: 1 (crisis) to 4 (safe)
LONGEST_FACTOR = 1000  #: characters
SIDES = ("risk", "protective")


def new_sheet(tx: Transaction, by: Actor, kind: Kind, case: Case, content: Mapping[str, Any]) -> Sheet:
    """A sheet of that case, written now; it says with which version of the lists it was written."""
    written = {"lists": codelists.version(), **content}
    return Sheet(new_id(), case.person_id, case.id, kind, tx.at, by.username, content=written)


def listed(kind: str) -> Rule:
    """A code of that list."""
    return code(codelists.codes(kind))


def each_of(names: Collection[str], rule: Rule) -> Rule:
    """Some of these names, each with a value."""

    def check(values: Any) -> dict[str, Any]:
        if not isinstance(values, Mapping) or values.keys() - set(names):
            raise Wrong("unknown_code")
        found = {name: rule(values[name]) for name in names if values.get(name) is not None}
        return {name: value for name, value in found.items() if value is not None}

    return check


def level(value: Any) -> int | None:
    """A level of the assessment."""
    if value == "":
        return None
    if isinstance(value, bool) or str(value) not in map(str, LEVELS):
        raise Wrong("unknown_code")
    return int(value)


def flag(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Wrong("unknown_code")
    return value


def screen(database: Database, case_id: UUID, given: Mapping[str, Any], by: Actor) -> Sheet:
    """Keep a screening: ``answers`` to the indicators (yes, no, unknown), the ``conclusion``, and ``identified_by``.

    As far as it is known also by what ``means`` the person was controlled, in what ``sectors``, and the ``recruiter``.
    The case carries the newest conclusion. Raises NotFound, Invalid, or Conflict when the case is closed.
    """
    rules = {
        "answers": each_of(codelists.codes("indicator"), listed("answer")),
        "conclusion": code(CONCLUSIONS),
        "identified_by": listed("identified_by"),
        "means": several(listed("means")),
        "sectors": several(listed("sector")),
        "recruiter": listed("recruiter"),
    }
    with database.transaction() as tx:
        values = checked(given, rules, needed=("conclusion", "identified_by"))
        case = hold_open(tx, case_id, by)
        facts = {name: values[name] for name in ("conclusion", "identified_by")}
        case_rows.set_case(tx, case_id, **facts, counted=_counted(tx, case_id, values))
        return _keep(tx, by, new_sheet(tx, by, Kind.SCREENING, case, values), Action.CASE_SCREENED)


def _counted(tx: Transaction, case_id: UUID, values: Mapping[str, Any]) -> bytes:
    """What statistics count of a screening, in published codes: the finer ones are erased with the sheet."""
    of_it = {"means": values.get("means", ()), "sector": values.get("sectors", ())}
    merged = {name: published(name, stored) for name, stored in of_it.items()}
    return counted_cells.of_case(tx.at_rest, case_id, {**merged, "recruiter": values.get("recruiter")})


def _keep(tx: Transaction, by: Actor, sheet: Sheet, action: Action) -> Sheet:
    rows.add_sheet(tx, sheet)
    audit.did(tx, by, action, About(sheet.person_id, sheet.case_id))
    return sheet


def assess(database: Database, case_id: UUID, given: Mapping[str, Any], by: Actor) -> Sheet:
    """Keep an assessment: ``levels`` by domain (1 crisis to 4 safe), the ``risk``, and whether it is immediate.

    The case carries the risk of the newest. Raises NotFound, Invalid (at least one level is needed), or Conflict when
    the case is closed.
    """
    rules = {
        "levels": each_of(codelists.codes("domain"), level),
        "risk": listed("risk"),
        "immediate_risk": flag,
    }
    with database.transaction() as tx:
        values = checked(given, rules, needed=("levels", "risk"))
        if not values["levels"]:
            raise Invalid({"levels": "needed"})
        case = hold_open(tx, case_id, by)
        facts = {"risk": values["risk"], "immediate_risk": values.setdefault("immediate_risk", False)}
        case_rows.set_case(tx, case_id, **facts)
        return _keep(tx, by, new_sheet(tx, by, Kind.ASSESSMENT, case, values), Action.CASE_ASSESSED)


def note_factors(database: Database, case_id: UUID, given: Mapping[str, Any], by: Actor) -> Sheet:
    """Keep what endangers and what protects: ``risk`` and ``protective``, each by level (IOM's four) in words.

    Raises NotFound, Invalid, or Conflict when the case is closed.
    """
    of_levels = each_of(codelists.codes("factor"), text(LONGEST_FACTOR))
    with database.transaction() as tx:
        values = checked(given, dict.fromkeys(SIDES, of_levels))
        if not any(values.values()):
            raise Invalid({"risk": "needed"})
        case = hold_open(tx, case_id, by)
        return _keep(tx, by, new_sheet(tx, by, Kind.FACTORS, case, values), Action.CASE_ASSESSED)


def note_service(database: Database, case_id: UUID, given: Mapping[str, Any], by: Actor) -> Sheet:
    """Keep what was given: ``service_type``, ``how`` (own_service, referral), ``given_by`` in words, ``given_on``.

    ``need_id``: for which need; ``meets`` true says that it is met by it. Perhaps a ``note``. Raises NotFound, Invalid,
    or Conflict when the case is closed.
    """
    with database.transaction() as tx:
        values = checked(given, _service_rules(tx), needed=("service_type", "how", "given_by", "given_on"))
        case = hold_open(tx, case_id, by)
        if "need_id" in values:
            _of_need(tx, case, values, by)
        done_on = values.pop("given_on")
        sheet = new_sheet(tx, by, Kind.SERVICE, case, {k: _plain(v) for k, v in values.items()})
        return _keep(tx, by, replace(sheet, done_on=done_on), Action.SERVICE_NOTED)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def _service_rules(tx: Transaction) -> dict[str, Rule]:
    return {
        "service_type": code(SERVICE_TYPES),
        "how": listed("how"),
        "given_by": text(200),
        "given_on": not_after(newest_day(tx.at)),
        "note": text(),
        "need_id": an_id,
        "meets": flag,
    }


def _of_need(tx: Transaction, case: Case, values: Mapping[str, Any], by: Actor) -> None:
    need = find_need(tx, values["need_id"], by)
    if need.case_id != case.id:
        raise NotFound("need_not_found")
    if values.get("meets") and need.state not in SETTLED:
        outcome = "provided_by_own_agency" if values["how"] == "own_service" else None
        case_rows.set_plan(tx, need.id, state="met", outcome=outcome)
        audit.did(tx, by, Action.NEED_SETTLED, about(case))


def plan_follow_up(database: Database, case_id: UUID, given: Mapping[str, Any], by: Actor) -> Sheet:
    """Plan to ask how the person is: ``due_on``, ``type``, perhaps a ``note``.

    Raises NotFound, Invalid, or Conflict when the case is closed.
    """
    with database.transaction() as tx:
        rules = {"due_on": not_before(tx.at.date()), "type": listed("follow_up_type"), "note": text()}
        values = checked(given, rules, needed=("due_on", "type"))
        case = hold_open(tx, case_id, by)
        due_on = values.pop("due_on")
        sheet = new_sheet(tx, by, Kind.FOLLOW_UP, case, values)
        return _keep(tx, by, replace(sheet, due_on=due_on), Action.FOLLOW_UP_PLANNED)


def finish_follow_up(database: Database, sheet_id: UUID, given: Mapping[str, Any], by: Actor) -> Sheet:
    """Say that a follow-up was done, ``done_on`` which day, and the ``finding``.

    Raises NotFound, Invalid, or Conflict when it was done already or the case is closed.
    """
    with database.transaction() as tx:
        _, case_id = _follow_up(tx, sheet_id, by)
        rules = {"done_on": not_after(newest_day(tx.at)), "finding": text()}
        values = checked(given, rules, needed=rules)
        case = hold_open(tx, case_id, by)
        sheet, _ = _follow_up(tx, sheet_id, by)  # as it is now that nobody else changes it
        if sheet.done_on is not None:
            raise Conflict("done")
        content = {**sheet.content, "finding": values["finding"]}
        done = replace(sheet, done_on=values["done_on"], content=content)
        rows.set_done(tx, done)
        audit.did(tx, by, Action.FOLLOW_UP_DONE, about(case))
        return done


def _follow_up(tx: Transaction, sheet_id: UUID, by: Actor) -> tuple[Sheet, UUID]:
    sheet = rows.find_sheet(tx, sheet_id, seen_by=by)
    if sheet is None or sheet.kind is not Kind.FOLLOW_UP or sheet.case_id is None:
        raise NotFound("follow_up_not_found")
    return sheet, sheet.case_id
