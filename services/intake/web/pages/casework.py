"""The page of a case, and the steps of the work: screen, assess, plan, note what was given, follow up."""

from uuid import UUID

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.intake.domain import Kind, Need, codelists, compared
from services.intake.domain.attachment import TELLING
from services.intake.usecases import attachments as attachment_use
from services.intake.usecases import cases as case_use
from services.intake.usecases import conferences as conference_use
from services.intake.usecases import sheets as use
from services.intake.usecases.cases import CaseFile, case_page
from services.intake.usecases.person_sheets import own_values
from services.intake.usecases.refusals import NotFound
from services.intake.web.context import actor, database, display_name, house, today
from services.intake.web.forms.casework import (
    DOMAINS,
    AssessmentForm,
    DoneForm,
    FactorsForm,
    FollowUpForm,
    PlanForm,
    ScreeningForm,
    ServiceForm,
)
from services.intake.web.forms.person_sheets import in_our_language
from services.intake.web.pages.asking import Question, ask, back_to_case

casework = Blueprint("casework", __name__)


@casework.get("/cases/<uuid:case_id>")
def page(case_id: UUID) -> str:
    """Where the case stands, what comes next, and all that is written about it."""
    file = case_page(database(), case_id, actor())
    assessments = file.of_kind(Kind.ASSESSMENT)
    return render_template(
        "casework/page.html",
        file=file,
        today=today(),
        assessments=assessments,
        compared=compared(assessments, DOMAINS),
        own=house().own_fields.of("case"),
        own_values=own_values(file.sheets, case_id),
        in_our_language=in_our_language,
        indicators=codelists.codes("indicator"),
        attachments=attachment_use.attachments_of(database(), case_id, actor()),
        telling=TELLING,
        conferences=conference_use.of_case(database(), case_id, actor()),
        now=database().clock(),
    )


def _on(file: CaseFile) -> str:
    return url_for("casework.page", case_id=file.case.id)


@casework.route("/cases/<uuid:case_id>/screening", methods=["GET", "POST"])
def screen(case_id: UUID) -> ResponseReturnValue:
    """Ask about the indicators, and conclude."""
    file = case_page(database(), case_id, actor())
    form = ScreeningForm()
    question = Question(
        _("Screening"),
        back_to_case(file),
        lead=_("Ask only what is safe to ask. What is not known may stay so."),
        button=_("Save the screening"),
        folded=("means", "sectors", "recruiter"),
        inline=True,
    )

    def do() -> str:
        use.screen(database(), case_id, form.given(), actor())
        flash(_("The screening is kept."))
        return _on(file)

    return ask(form, question, do)


@casework.route("/cases/<uuid:case_id>/assessment", methods=["GET", "POST"])
def assess(case_id: UUID) -> ResponseReturnValue:
    """Assess each domain, and the risk."""
    file = case_page(database(), case_id, actor())
    form = AssessmentForm()
    question = Question(
        _("Assessment of needs and risks"),
        back_to_case(file),
        lead=_("Earlier assessments stay as they are. Assess what you have talked about."),
        button=_("Save and go on"),
        mark=False,
    )

    def do() -> str:
        use.assess(database(), case_id, form.given(), actor())
        flash(_("The assessment is kept."))
        return url_for("casework.factors", case_id=case_id)

    return ask(form, question, do)


@casework.route("/cases/<uuid:case_id>/factors", methods=["GET", "POST"])
def factors(case_id: UUID) -> ResponseReturnValue:
    """What endangers the person, and what protects."""
    file = case_page(database(), case_id, actor())
    form = FactorsForm()
    question = Question(
        _("What endangers and what protects"),
        back_to_case(file),
        lead=_("Write what you know at each level, or nothing."),
        button=_("Save"),
        parts={"risk_individual": _("What endangers"), "protective_individual": _("What protects")},
        skip=(_on(file), _("Not now")),
        mark=False,
    )

    def do() -> str:
        said = form.given()
        if any(said.values()):
            use.note_factors(database(), case_id, said, actor())
            flash(_("What endangers and what protects is kept."))
        return _on(file)

    return ask(form, question, do)


def _need(file: CaseFile, need_id: UUID) -> Need:
    found = next((need for need in file.needs if need.id == need_id), None)
    if found is None:
        raise NotFound("need_not_found")
    return found


@casework.route("/cases/<uuid:case_id>/needs/<uuid:need_id>/plan", methods=["GET", "POST"])
def plan(case_id: UUID, need_id: UUID) -> ResponseReturnValue:
    """How a need is to be met, and until when."""
    file = case_page(database(), case_id, actor())
    form = PlanForm(_need(file, need_id))
    question = Question(_("Plan"), back_to_case(file), button=_("Save"), limits={"planned_on": _from_today()})

    def do() -> str:
        case_use.plan_need(database(), need_id, form.given(), actor())
        flash(_("The plan is kept."))
        return _on(file)

    return ask(form, question, do)


def _from_today() -> dict[str, str]:
    return {"min": today().isoformat()}


def _until_today() -> dict[str, str]:
    return {"max": today().isoformat()}


@casework.route("/cases/<uuid:case_id>/services/new", methods=["GET", "POST"])
def note_service(case_id: UUID) -> ResponseReturnValue:
    """What was given, for no need in particular."""
    return _note_service(case_page(database(), case_id, actor()), None)


@casework.route("/cases/<uuid:case_id>/needs/<uuid:need_id>/give", methods=["GET", "POST"])
def give(case_id: UUID, need_id: UUID) -> ResponseReturnValue:
    """What was given for a need."""
    file = case_page(database(), case_id, actor())
    return _note_service(file, _need(file, need_id))


def _note_service(file: CaseFile, need: Need | None) -> ResponseReturnValue:
    usual = {"given_on": today(), "given_by": display_name(actor().username)}
    of_need = {"service_type": need.service_type, "how": need.how} if need else {}
    form = ServiceForm(need, **usual, **of_need)
    limits = {"given_on": _until_today()}
    question = Question(_("What was given"), back_to_case(file), button=_("Save"), limits=limits)

    def do() -> str:
        use.note_service(database(), file.case.id, form.given(), actor())
        flash(_("What was given is noted."))
        return _on(file)

    return ask(form, question, do)


@casework.route("/cases/<uuid:case_id>/follow-ups/new", methods=["GET", "POST"])
def follow_up(case_id: UUID) -> ResponseReturnValue:
    """Plan to ask how the person is."""
    file = case_page(database(), case_id, actor())
    form = FollowUpForm()
    limits = {"due_on": _from_today()}
    question = Question(_("Plan a follow-up"), back_to_case(file), button=_("Plan it"), limits=limits)

    def do() -> str:
        use.plan_follow_up(database(), case_id, form.given(), actor())
        flash(_("The follow-up is planned."))
        return _on(file)

    return ask(form, question, do)


@casework.route("/cases/<uuid:case_id>/follow-ups/<uuid:sheet_id>/done", methods=["GET", "POST"])
def done(case_id: UUID, sheet_id: UUID) -> ResponseReturnValue:
    """Say that a follow-up was done, and what was found."""
    file = case_page(database(), case_id, actor())
    if sheet_id not in {sheet.id for sheet in file.of_kind(Kind.FOLLOW_UP)}:
        raise NotFound("follow_up_not_found")
    form = DoneForm(done_on=today())
    limits = {"done_on": _until_today()}
    question = Question(_("Follow-up done"), back_to_case(file), button=_("Save"), limits=limits)

    def do() -> str:
        use.finish_follow_up(database(), sheet_id, form.given(), actor())
        flash(_("The follow-up is noted."))
        return _on(file)

    return ask(form, question, do)
