"""Open a colleague's case that cannot wait: for an hour, with a reason, and in sight of the focal points."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from services.intake.domain import Opening
from services.intake.usecases.need_to_know import TooSoon, open_in_emergency
from services.intake.usecases.refusals import NotFound
from services.intake.web.context import actor, database
from services.intake.web.forms.team import EmergencyForm
from services.intake.web.once import SEE_OTHER, refusals_shown_in
from services.intake.web.pages.render import page

emergency = Blueprint("emergency", __name__)

TOO_MANY = 429


@emergency.route("/emergency", methods=["GET", "POST"])
def ask() -> ResponseReturnValue:
    """Which case, and why."""
    form = EmergencyForm()
    if form.validate_on_submit():
        try:
            with refusals_shown_in(form):
                return redirect(_address(_open(form)), SEE_OTHER)
        except NotFound as unknown:
            form.show({"reference": unknown.code})
        except TooSoon as early:
            form.form_errors.append(_wait(early.seconds))
            return render_template("emergency.html", form=form), TOO_MANY
    return page("emergency.html", form)


def _open(form: EmergencyForm) -> Opening:
    return open_in_emergency(database(), form.reference.data or "", form.reason.data or "", actor())


def _address(opening: Opening) -> str:
    if opening.person_id:
        return url_for("people.page", person_id=opening.person_id)
    return url_for("referrals.page", referral_id=opening.referral_id)


def _wait(seconds: int) -> str:
    later = ngettext(
        "Too many attempts. Try again in %(num)d second.",
        "Too many attempts. Try again in %(num)d seconds.",
        seconds,
    )
    return str(later)
