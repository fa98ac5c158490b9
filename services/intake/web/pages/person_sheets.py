"""Who looks after a child, and the fields that the node has added for itself."""

from uuid import UUID

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.intake.usecases import person_sheets as use
from services.intake.usecases.cases import case_page
from services.intake.usecases.people import PersonFile, person_page
from services.intake.usecases.refusals import NotFound
from services.intake.web.context import actor, database, house
from services.intake.web.forms.person_sheets import ChildForm, own_form, own_given
from services.intake.web.pages.asking import Back, Question, ask, back_to_case

person_sheets = Blueprint("person_sheets", __name__)


def _back(file: PersonFile) -> Back:
    return url_for("people.page", person_id=file.person.id), _("Back to the person")


@person_sheets.route("/people/<uuid:person_id>/child", methods=["GET", "POST"])
def child(person_id: UUID) -> ResponseReturnValue:
    """Who looks after the child, and what is best for it."""
    file = person_page(database(), person_id, actor())
    newest = use.newest_child_sheet(file.sheets)
    form = ChildForm(newest.content if newest else {})
    question = Question(
        _("Who looks after the child"),
        _back(file),
        lead=_("Ask the child too, in words that it understands."),
        button=_("Save"),
        skip=(url_for("people.page", person_id=person_id), _("Not now")),
    )

    def do() -> str:
        use.note_child(database(), person_id, form.given(), actor())
        flash(_("Who looks after the child is noted."))
        return url_for("people.page", person_id=person_id)

    return ask(form, question, do)


@person_sheets.route("/people/<uuid:person_id>/own", methods=["GET", "POST"])
def of_person(person_id: UUID) -> ResponseReturnValue:
    """The node's own fields of a person."""
    file = person_page(database(), person_id, actor())
    fields = house().own_fields.of("person")
    if not fields:
        raise NotFound("own_fields_not_found")
    form = own_form(fields, use.own_values(file.sheets, None))

    def do() -> str:
        given = own_given(form, fields)
        use.note_own_of_person(database(), person_id, given, house().own_fields, actor())
        flash(_("It is kept."))
        return url_for("people.page", person_id=person_id)

    return ask(form, _own_question(_back(file)), do)


@person_sheets.route("/cases/<uuid:case_id>/own", methods=["GET", "POST"])
def of_case(case_id: UUID) -> ResponseReturnValue:
    """The node's own fields of a case."""
    file = case_page(database(), case_id, actor())
    fields = house().own_fields.of("case")
    if not fields:
        raise NotFound("own_fields_not_found")
    form = own_form(fields, use.own_values(file.sheets, case_id))

    def do() -> str:
        given = own_given(form, fields)
        use.note_own_of_case(database(), case_id, given, house().own_fields, actor())
        flash(_("It is kept."))
        return url_for("casework.page", case_id=case_id)

    return ask(form, _own_question(back_to_case(file)), do)


def _own_question(back: Back) -> Question:
    lead = _("Only this node has these fields. They leave it with nothing.")
    return Question(_("Our own fields"), back, lead=lead, button=_("Save"))
