"""Record what a person agrees to, and take it back when they do."""

from uuid import UUID

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.intake.domain import is_child
from services.intake.usecases import consent as use
from services.intake.usecases.people import person_page
from services.intake.web.context import actor, database, partners, today
from services.intake.web.forms.people import ConfirmForm, ConsentForm
from services.intake.web.once import once, refusals_shown_in
from services.intake.web.pages.render import page

consent = Blueprint("consent", __name__)


@consent.route("/people/<uuid:person_id>/consent", methods=["GET", "POST"])
def record(person_id: UUID) -> ResponseReturnValue:
    """Record consent; it replaces the version before."""
    file = person_page(database(), person_id, actor())
    form = ConsentForm(partner for partner in partners().values() if partner.org != actor().org)
    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, lambda: _record(person_id, form))
    return page(
        "people/consent.html", form, file=file, today=today(), is_child=is_child(file.person, today())
    )


def _record(person_id: UUID, form: ConsentForm) -> str:
    use.record_consent(database(), person_id, form.given(), actor())
    flash(_("Consent is recorded."))
    return url_for("people.page", person_id=person_id)


@consent.route("/people/<uuid:person_id>/consent/withdraw", methods=["GET", "POST"])
def withdraw(person_id: UUID) -> ResponseReturnValue:
    """Withdraw consent, after saying what that does."""
    file = person_page(database(), person_id, actor())
    form = ConfirmForm()
    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, lambda: _withdraw(person_id))
    return page("people/withdraw.html", form, file=file)


def _withdraw(person_id: UUID) -> str:
    use.withdraw_consent(database(), person_id, actor())
    flash(_("Consent is withdrawn. Everybody who was sent something is told to stop."))
    return url_for("people.page", person_id=person_id)
