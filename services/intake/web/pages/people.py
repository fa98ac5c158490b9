"""Find a person, register one, and see where the work with them stands."""

from uuid import UUID

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.intake.domain import is_child
from services.intake.interchange.importing import came_as
from services.intake.usecases import need_to_know, slips
from services.intake.usecases import people as use
from services.intake.usecases.audit import who_looked
from services.intake.usecases.due import people_at_risk
from services.intake.usecases.person_sheets import newest_child_sheet, own_values
from services.intake.web.context import actor, database, house, today
from services.intake.web.forms.people import PersonForm, SearchForm
from services.intake.web.forms.person_sheets import in_our_language
from services.intake.web.once import once, refusals_shown_in
from services.intake.web.pages.render import page as shown
from services.intake.web.pages.timeline import timeline
from shared.web.identity import costly, looks_up

people = Blueprint("people", __name__)


@people.route("/people", methods=["GET", "POST"])
@costly
@looks_up
def search() -> ResponseReturnValue:
    """Search first: the person may be known already. What was asked stands in no address."""
    form = SearchForm()
    asked = (form.q.data or "").strip() if form.validate_on_submit() else ""
    found = use.find_people(database(), asked, actor())
    at_risk = people_at_risk(database(), actor())
    found.sort(key=lambda person: person.id not in at_risk)
    return shown("people/search.html", form, found=found, asked=asked, at_risk=at_risk)


@people.route("/people/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Register a person."""
    form = PersonForm()
    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, lambda: _register(form))
    return shown("people/new.html", form, today=today())


def _register(form: PersonForm) -> str:
    person = use.register_person(database(), form.given(), actor())
    flash(_("The person is registered."))
    following = "person_sheets.child" if is_child(person, today()) else "people.page"
    return url_for(following, person_id=person.id)


@people.get("/people/<uuid:person_id>")
def page(person_id: UUID) -> ResponseReturnValue:
    """Everything about a person, beginning with the next step."""
    file = use.person_page(database(), person_id, actor())
    withdrew = person_id in slips.waiting(database(), actor())
    if withdrew:
        slips.note_seen(database(), person_id)
    return render_template(
        "people/page.html",
        file=file,
        timeline=timeline(file),
        today=today(),
        team=need_to_know.file_team(database(), person_id, actor()),
        open_until=need_to_know.file_open_until(database(), person_id, actor()),
        looks=who_looked(database(), person_id, actor()),
        is_child=is_child(file.person, today()),
        child=newest_child_sheet(file.sheets),
        own=house().own_fields.of("person"),
        own_values=own_values(file.sheets, None),
        in_our_language=in_our_language,
        came_as=came_as(database(), person_id, actor()),
        withdrew=withdrew,
    )
