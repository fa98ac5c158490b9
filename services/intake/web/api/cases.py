"""Cases and needs."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from services.intake.domain import PRIORITIES, Case, Need, codelists
from services.intake.usecases import cases as use
from services.intake.web.api import said
from services.intake.web.api.part import Part
from services.intake.web.api.people import ConsentShown
from services.intake.web.api.referrals import ReferralShown
from services.intake.web.context import actor, database
from shared.schemas.codes import SERVICE_TYPES
from shared.schemas.workbook import CONCLUSIONS, EXPLOITATION

cases = Part("Cases", __name__, description="Cases and needs")


class CaseSaid(said.Said):
    """A new case of a person."""

    person_id = said.identifier(required=True)
    conclusion = said.code(CONCLUSIONS)
    exploitation = said.codes(EXPLOITATION)


class CaseShown(Schema):
    """A case."""

    id = fields.UUID()
    reference = fields.String()
    status = fields.String()
    person_id = fields.UUID()
    conclusion = fields.String(allow_none=True)
    exploitation = fields.List(fields.String())
    opened_at = fields.AwareDateTime(format="iso")
    closed_at = fields.AwareDateTime(format="iso", allow_none=True)
    closure_reason = fields.String(allow_none=True)
    identified_by = fields.String(allow_none=True)
    risk = fields.String(allow_none=True)
    immediate_risk = fields.Boolean(allow_none=True)


class NeedSaid(said.Said):
    """A new need."""

    service_type = said.code(SERVICE_TYPES, required=True)
    priority = said.code(PRIORITIES, required=True)
    how = said.code(codelists.codes("how"))
    planned_on = said.day()


class NeedShown(Schema):
    """A need."""

    id = fields.UUID()
    service_type = fields.String()
    priority = fields.String()
    state = fields.String()
    how = fields.String(allow_none=True)
    planned_on = fields.Date(allow_none=True)
    outcome = fields.String(allow_none=True)


class StepShown(Schema):
    """A step of the path of a case."""

    name = fields.String()
    status = fields.String(metadata={"description": "done, now, later, or left_out: passed and not recorded"})


class SheetShown(Schema):
    """Something written about a case: a screening, an assessment, a service, a follow-up, a closure, a reopening."""

    id = fields.UUID()
    case_id = fields.UUID()
    kind = fields.String()
    at = fields.AwareDateTime(format="iso")
    by = fields.String()
    due_on = fields.Date(allow_none=True)
    done_on = fields.Date(allow_none=True)
    content = fields.Dict(keys=fields.String())
    missing = fields.String(
        allow_none=True,
        metadata={"description": "why nothing is known of it any more: erased, or unreadable"},
    )


class CaseFileShown(CaseShown):
    """A case with all that belongs to it; its sheets are oldest first."""

    next_step = fields.String(allow_none=True)
    path = fields.List(fields.Nested(StepShown))
    sheets = fields.List(fields.Nested(SheetShown))
    consent = fields.Nested(ConsentShown, allow_none=True)
    needs = fields.List(fields.Nested(NeedShown))
    referrals = fields.List(fields.Nested(ReferralShown))


@cases.post("/cases")
@cases.taking(CaseSaid)
@cases.answering(201, CaseShown)
def open_case(given: dict[str, Any]) -> Case:
    """Open a case."""
    known = {name: value for name, value in given.items() if value is not None}
    return use.open_case(database(), by=actor(), **known)


@cases.get("/cases/<uuid:case_id>")
@cases.answering(200, CaseFileShown)
def case(case_id: UUID) -> dict[str, Any]:
    """A case: where it stands and what comes next."""
    file = use.case_page(database(), case_id, actor())
    of_case = {name: getattr(file.case, name) for name in CaseShown().fields}
    more = ("next_step", "path", "sheets", "consent", "needs", "referrals")
    return of_case | {name: getattr(file, name) for name in more}


@cases.post("/cases/<uuid:case_id>/needs")
@cases.taking(NeedSaid)
@cases.answering(201, NeedShown)
def add_need(given: dict[str, Any], case_id: UUID) -> Need:
    """Note a need."""
    return use.add_need(database(), case_id, by=actor(), **given)
