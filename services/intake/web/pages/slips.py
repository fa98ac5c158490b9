"""The printed code of a person: make it, print it, end it."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from services.intake.usecases import slips as use
from services.intake.usecases.people import person_page
from services.intake.web.context import actor, database, house
from services.intake.web.forms.slips import SlipForm
from services.intake.web.once import SEE_OTHER, refusals_shown_in
from services.intake.web.pages.render import page as shown

slips = Blueprint("slips", __name__)


@slips.route("/people/<uuid:person_id>/code", methods=["GET", "POST"])
def page(person_id: UUID) -> ResponseReturnValue:
    """Whether there is a code, and a form for a new one; it is shown once, as a page to print."""
    file = person_page(database(), person_id, actor())
    form = SlipForm()
    if form.validate_on_submit():
        with refusals_shown_in(form):
            made = use.make_slip(database(), person_id, form.given(), actor())
            return _printed(made)
    return shown("slips/page.html", form, file=file, slip=use.slip_in_force(database(), person_id, actor()))


def _printed(made: use.Made) -> str:
    """The slip in its own language, and beside it what its maker has to know."""
    ours = {"hint": _("It is shown this once: print it now."), "done": _("Done")}
    with force_locale(made.slip.language):
        return render_template("slips/printed.html", made=made, address=house().slip_address, **ours)


@slips.post("/people/<uuid:person_id>/code/end")
def end(person_id: UUID) -> ResponseReturnValue:
    """The code opens nothing any more."""
    use.end_slip(database(), person_id, actor())
    flash(_("The printed code opens nothing any more."))
    return redirect(url_for("people.page", person_id=person_id), SEE_OTHER)
