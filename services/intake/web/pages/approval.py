"""A focal point's word on the closure of a case, where the node wants one."""

from uuid import UUID

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.intake.usecases import closing
from services.intake.usecases.cases import case_page
from services.intake.web.context import actor, database, display_name
from services.intake.web.forms.casework import DecisionForm
from services.intake.web.pages.asking import Question, ask, back_to_case
from services.intake.web.words import word

approval = Blueprint("approval", __name__)


@approval.route("/cases/<uuid:case_id>/closure", methods=["GET", "POST"])
def decide(case_id: UUID) -> ResponseReturnValue:
    """Approve a closure, or send it back."""
    file = case_page(database(), case_id, actor())
    form = DecisionForm()
    asked = file.closure_asked
    about = (
        _(
            "%(name)s wants to close it: %(why)s",
            name=display_name(asked.by),
            why=word("closure", asked.content.get("reason", "other")),
        )
        if asked
        else _("Nobody has asked to close this case.")
    )
    question = Question(_("Approve the closure"), back_to_case(file), button=_("Save"), about=about)

    def do() -> str:
        case = closing.decide_closure(database(), case_id, form.given(), actor())
        flash(_("The case is closed.") if case.closed_at else _("The closure is sent back."))
        return back_to_case(file)[0]

    return ask(form, question, do)
