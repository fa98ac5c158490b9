"""The steps of the work on a case: screening, assessment, services, follow-ups, closure and reopening."""

from typing import Any
from uuid import UUID

from services.intake.domain import CLOSURE_REASONS, Case, Sheet, codelists
from services.intake.usecases import closing
from services.intake.usecases import sheets as use
from services.intake.usecases.checks import LONGEST_TEXT
from services.intake.web.api import said
from services.intake.web.api.cases import CaseShown, SheetShown
from services.intake.web.api.part import Part
from services.intake.web.context import actor, database, house
from shared.schemas.codes import SERVICE_TYPES
from shared.schemas.workbook import CONCLUSIONS

casework = Part("Case work", __name__, description="The steps of the work on a case; what is written is kept")


class ScreeningSaid(said.Said):
    """Answers to the indicators, the conclusion, and who came to it. The case carries the newest conclusion."""

    answers = said.each(codelists.codes("indicator"), said.code(codelists.codes("answer"), required=True))
    conclusion = said.code(CONCLUSIONS, required=True)
    identified_by = said.code(codelists.codes("identified_by"), required=True)
    means = said.codes(codelists.codes("means"))
    sectors = said.codes(codelists.codes("sector"))
    recruiter = said.code(codelists.codes("recruiter"))


class AssessmentSaid(said.Said):
    """A level, 1 (crisis) to 4 (safe and able), for at least one domain, and the risk."""

    levels = said.each(codelists.codes("domain"), said.number(use.LEVELS, required=True), required=True)
    risk = said.code(codelists.codes("risk"), required=True)
    immediate_risk = said.Flag(allow_none=True)


class FactorsSaid(said.Said):
    """What endangers and what protects the person, in words, at each of four levels."""

    risk = said.each(codelists.codes("factor"), said.text(use.LONGEST_FACTOR, required=True))
    protective = said.each(codelists.codes("factor"), said.text(use.LONGEST_FACTOR, required=True))


class ServiceSaid(said.Said):
    """What was given, by whom and when; ``meets`` says that the need is met by it."""

    service_type = said.code(SERVICE_TYPES, required=True)
    how = said.code(codelists.codes("how"), required=True)
    given_by = said.text(200, required=True)
    given_on = said.day(required=True)
    note = said.text(LONGEST_TEXT)
    need_id = said.identifier()
    meets = said.Flag(allow_none=True)


class FollowUpSaid(said.Said):
    """When and how somebody asks how the person is."""

    due_on = said.day(required=True)
    type = said.code(codelists.codes("follow_up_type"), required=True)
    note = said.text(LONGEST_TEXT)


class DoneSaid(said.Said):
    """That a follow-up was done, and what was found."""

    done_on = said.day(required=True)
    finding = said.text(LONGEST_TEXT, required=True)


class ClosureSaid(said.Said):
    """Why the work ends."""

    reason = said.code(CLOSURE_REASONS, required=True)


class DecisionSaid(said.Said):
    """A focal point's word on a closure that waits; to send it back needs a ``why``."""

    decision = said.code(("approve", "send_back"), required=True)
    why = said.text(LONGEST_TEXT)


class ReopeningSaid(said.Said):
    """Why the work goes on."""

    why = said.text(LONGEST_TEXT, required=True)


@casework.post("/cases/<uuid:case_id>/screenings")
@casework.taking(ScreeningSaid)
@casework.answering(201, SheetShown)
def screen(given: dict[str, Any], case_id: UUID) -> Sheet:
    """Note a screening."""
    return use.screen(database(), case_id, given, actor())


@casework.post("/cases/<uuid:case_id>/assessments")
@casework.taking(AssessmentSaid)
@casework.answering(201, SheetShown)
def assess(given: dict[str, Any], case_id: UUID) -> Sheet:
    """Note an assessment; earlier ones stay."""
    return use.assess(database(), case_id, given, actor())


@casework.post("/cases/<uuid:case_id>/factors")
@casework.taking(FactorsSaid)
@casework.answering(201, SheetShown)
def note_factors(given: dict[str, Any], case_id: UUID) -> Sheet:
    """Note what endangers and what protects."""
    return use.note_factors(database(), case_id, given, actor())


@casework.post("/cases/<uuid:case_id>/services")
@casework.taking(ServiceSaid)
@casework.answering(201, SheetShown)
def note_service(given: dict[str, Any], case_id: UUID) -> Sheet:
    """Note what was given."""
    return use.note_service(database(), case_id, given, actor())


@casework.post("/cases/<uuid:case_id>/follow-ups")
@casework.taking(FollowUpSaid)
@casework.answering(201, SheetShown)
def plan_follow_up(given: dict[str, Any], case_id: UUID) -> Sheet:
    """Plan a follow-up."""
    return use.plan_follow_up(database(), case_id, given, actor())


@casework.post("/follow-ups/<uuid:sheet_id>/done")
@casework.taking(DoneSaid)
@casework.answering(200, SheetShown)
def finish_follow_up(given: dict[str, Any], sheet_id: UUID) -> Sheet:
    """Say that a follow-up was done, and what was found."""
    return use.finish_follow_up(database(), sheet_id, given, actor())


@casework.post("/cases/<uuid:case_id>/closure")
@casework.taking(ClosureSaid)
@casework.answering(200, CaseShown)
def close(given: dict[str, Any], case_id: UUID) -> Case:
    """Close the case; where the node wants a focal point's approval it stays open until then."""
    waits = house().closure_needs_approval
    return closing.close_case(database(), case_id, given["reason"], actor(), needs_approval=waits)


@casework.post("/cases/<uuid:case_id>/closure/decision")
@casework.taking(DecisionSaid)
@casework.answering(200, CaseShown)
def decide(given: dict[str, Any], case_id: UUID) -> Case:
    """Approve a closure, or send it back."""
    return closing.decide_closure(database(), case_id, given, actor())


@casework.post("/cases/<uuid:case_id>/reopening")
@casework.taking(ReopeningSaid)
@casework.answering(200, CaseShown)
def reopen(given: dict[str, Any], case_id: UUID) -> Case:
    """Open a closed case again."""
    return closing.reopen_case(database(), case_id, given["why"], actor())
