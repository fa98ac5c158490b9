"""Say who works on a person's file, or on a referral that came in. Only focal points do."""

from uuid import UUID

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.intake.usecases import need_to_know as use
from services.intake.usecases.people import person_page
from services.intake.usecases.referrals import referral_page
from services.intake.web.context import actor, database
from services.intake.web.forms.team import TeamForm
from services.intake.web.once import once, refusals_shown_in
from services.intake.web.pages.render import page

team = Blueprint("team", __name__)


@team.route("/people/<uuid:person_id>/team", methods=["GET", "POST"])
def of_file(person_id: UUID) -> ResponseReturnValue:
    """Who works on the person's file."""
    file = person_page(database(), person_id, actor())
    form = TeamForm(use.file_team(database(), person_id, actor()))
    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, lambda: _set_of_file(person_id, form))
    return page("team/file.html", form, file=file)


def _set_of_file(person_id: UUID, form: TeamForm) -> str:
    use.set_file_team(database(), person_id, form.members.data or [], actor())
    flash(_("It is noted who works on this."))
    return url_for("people.page", person_id=person_id)


@team.route("/referrals/<uuid:referral_id>/team", methods=["GET", "POST"])
def of_referral(referral_id: UUID) -> ResponseReturnValue:
    """Who works on a referral that came in."""
    found = use.referral_team(database(), referral_id, actor())
    file, form = referral_page(database(), referral_id, actor()), TeamForm(found)
    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, lambda: _set_of_referral(referral_id, form))
    return page("team/referral.html", form, file=file)


def _set_of_referral(referral_id: UUID, form: TeamForm) -> str:
    use.set_referral_team(database(), referral_id, form.members.data or [], actor())
    flash(_("It is noted who works on this."))
    return url_for("referrals.page", referral_id=referral_id)
