"""Open a case, note needs and what became of them, close the case, open it again."""

from uuid import UUID

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.intake.domain import OUTCOMES
from services.intake.usecases import cases as use
from services.intake.usecases import closing
from services.intake.usecases.cases import CaseFile
from services.intake.usecases.people import person_page
from services.intake.usecases.refusals import NotFound
from services.intake.web.context import actor, database, house, today
from services.intake.web.forms.cases import CaseForm, CloseForm, NeedForm, SettleForm
from services.intake.web.forms.casework import ReopenForm
from services.intake.web.once import once, refusals_shown_in
from services.intake.web.pages.asking import Question, ask, back_to_case
from services.intake.web.pages.render import page

cases = Blueprint("cases", __name__)


@cases.route("/people/<uuid:person_id>/cases/new", methods=["GET", "POST"])
def new(person_id: UUID) -> ResponseReturnValue:
    """Open a case."""
    file = person_page(database(), person_id, actor())
    form = CaseForm()
    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, lambda: _open(person_id, form))
    return page("cases/new.html", form, person=file.person)


def _open(person_id: UUID, form: CaseForm) -> str:
    conclusion = form.conclusion.data or None
    case = use.open_case(database(), person_id, actor(), conclusion, form.exploitation.data)
    flash(_("The case is open."))
    return url_for("casework.page", case_id=case.id)


@cases.route("/cases/<uuid:case_id>/needs/new", methods=["GET", "POST"])
def add_need(case_id: UUID) -> ResponseReturnValue:
    """Note a need."""
    file = use.case_page(database(), case_id, actor())
    form = NeedForm()
    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, lambda: _add_need(file, form))
    return page("cases/need.html", form, file=file, today=today())


def _add_need(file: CaseFile, form: NeedForm) -> str:
    use.add_need(database(), file.case.id, by=actor(), **form.given())
    flash(_("The need is noted."))
    return _back(file)


@cases.route("/cases/<uuid:case_id>/needs/<uuid:need_id>/settle", methods=["GET", "POST"])
def settle_need(case_id: UUID, need_id: UUID) -> ResponseReturnValue:
    """Say what became of a need without a referral."""
    file = use.case_page(database(), case_id, actor())
    need = next((need for need in file.needs if need.id == need_id), None)
    if need is None:
        raise NotFound("need_not_found")
    form = SettleForm()
    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, lambda: _settle(file, need_id, form))
    return page("cases/settle.html", form, file=file, need=need)


def _settle(file: CaseFile, need_id: UUID, form: SettleForm) -> str:
    outcome = form.outcome.data
    use.settle_need(database(), need_id, OUTCOMES[outcome], actor(), outcome)
    flash(_("What became of the need is noted."))
    return _back(file)


@cases.route("/cases/<uuid:case_id>/close", methods=["GET", "POST"])
def close(case_id: UUID) -> ResponseReturnValue:
    """Close the case."""
    file = use.case_page(database(), case_id, actor())
    form = CloseForm(request.args.get("reason"))
    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, lambda: _close(file, form))
    return page("cases/close.html", form, file=file)


def _close(file: CaseFile, form: CloseForm) -> str:
    waits = house().closure_needs_approval
    case = closing.close_case(database(), file.case.id, form.reason.data, actor(), needs_approval=waits)
    flash(_("The case is closed.") if case.closed_at else _("A focal point is to approve the closure."))
    return _back(file)


@cases.route("/cases/<uuid:case_id>/reopen", methods=["GET", "POST"])
def reopen(case_id: UUID) -> ResponseReturnValue:
    """Go on with a closed case."""
    file = use.case_page(database(), case_id, actor())
    form = ReopenForm()
    question = Question(
        _("Open the case again"),
        back_to_case(file),
        lead=_("It goes on where it was. Say why, so that others understand."),
        button=_("Open the case again"),
    )
    return ask(form, question, lambda: _reopen(file, form))


def _reopen(file: CaseFile, form: ReopenForm) -> str:
    closing.reopen_case(database(), file.case.id, form.why.data or "", actor())
    flash(_("The case is open again."))
    return _back(file)


def _back(file: CaseFile) -> str:
    return url_for("casework.page", case_id=file.case.id)
