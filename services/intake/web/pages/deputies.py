"""Who stands in while somebody is away."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.intake.usecases import deputies as use
from services.intake.web.context import actor, database, today
from services.intake.web.forms.deputies import DeputyForm
from services.intake.web.once import SEE_OTHER, once, refusals_shown_in
from services.intake.web.pages.render import page as shown

deputies = Blueprint("deputies", __name__)


@deputies.route("/deputies", methods=["GET", "POST"])
def page() -> ResponseReturnValue:
    """Who stands in for whom, and a form to name somebody."""
    form = DeputyForm(use.able(database(), actor()), actor(), today())
    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, lambda: _name(form))
    return shown("deputies.html", form, deputies=use.deputies(database(), actor()))


def _name(form: DeputyForm) -> str:
    first, last = form.first.data or today(), form.last.data or today()
    use.name_deputy(database(), form.username.data, form.deputy.data, first=first, last=last, by=actor())
    flash(_("It is noted who stands in."))
    return url_for("deputies.page")


@deputies.post("/deputies/<username>/end")
def end(username: str) -> ResponseReturnValue:
    """Nobody stands in for them any more."""
    use.end_deputy(database(), username, actor())
    flash(_("It is noted that nobody stands in any more."))
    return redirect(url_for("deputies.page"), SEE_OTHER)
