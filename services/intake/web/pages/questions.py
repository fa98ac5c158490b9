"""Questions that name nobody: ask who has room, see the answers as they come, answer those of others."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.intake.usecases import capacity as use
from services.intake.usecases.directory import search_directory
from services.intake.usecases.refusals import Conflict
from services.intake.web.context import actor, database
from services.intake.web.forms.questions import AnswerForm, QuestionForm
from services.intake.web.once import SEE_OTHER, once, refusals_shown_in
from services.intake.web.pages.render import page as shown
from services.intake.web.words import sentence

questions = Blueprint("questions", __name__)


@questions.get("/questions")
def page() -> str:
    """What we are asked, and what we asked."""
    asked, enquiries = use.list_questions(database(), actor())
    return render_template(
        "questions/list.html", asked=asked, enquiries=enquiries, form=AnswerForm(), now=database().clock()
    )


@questions.route("/questions/new", methods=["GET", "POST"])
def ask() -> ResponseReturnValue:
    """Ask several organisations at once."""
    form = QuestionForm(search_directory(database()), request.args.get("service_type", ""))
    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, lambda: _ask(form))
    return shown("questions/new.html", form)


def _ask(form: QuestionForm) -> str:
    question = use.ask_capacity(database(), form.given(), actor())
    flash(_("The question is on its way. The answers come to this page."))
    return url_for("questions.answers", question_id=question.id)


@questions.get("/questions/<uuid:question_id>")
def answers(question_id: UUID) -> str:
    """What came back, and to whom a referral can be sent now."""
    question, candidates = use.question_page(database(), question_id, actor())
    return render_template(
        "questions/answers.html", question=question, candidates=candidates, now=database().clock()
    )


@questions.post("/questions/asked/<uuid:enquiry_id>")
def answer(enquiry_id: UUID) -> ResponseReturnValue:
    """Answer another organisation, with one click."""
    form = AnswerForm()
    if form.validate_on_submit():
        return once(form, lambda: _answer(enquiry_id, form))
    return redirect(url_for("questions.page"), SEE_OTHER)


def _answer(enquiry_id: UUID, form: AnswerForm) -> str:
    try:
        use.answer_capacity(database(), enquiry_id, form.answer.data, actor())
    except Conflict as conflict:
        flash(sentence(conflict.state))
    else:
        flash(_("Answered. Only the organisation that asked reads it."))
    return url_for("questions.page")
