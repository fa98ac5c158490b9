"""What our organisation offers: list it, add to it, change it, retire it."""

from uuid import UUID

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.intake.usecases import offering as use
from services.intake.web.context import actor, database
from services.intake.web.forms.people import ConfirmForm
from services.intake.web.forms.services import ServiceForm
from services.intake.web.once import once, refusals_shown_in
from services.intake.web.pages.render import page as shown

services = Blueprint("services", __name__)


@services.get("/services")
def page() -> str:
    """All that we offer, with the day on which we last said so."""
    return render_template("services/list.html", offered=use.own_offer(database(), actor()))


@services.route("/services/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Offer something more."""
    form = ServiceForm()
    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, lambda: _put(None, form))
    return shown("services/edit.html", form, known=None)


@services.route("/services/<uuid:service_id>", methods=["GET", "POST"])
def edit(service_id: UUID) -> ResponseReturnValue:
    """Change a service; to save it says that it is true today."""
    known = use.own_service(database(), service_id, actor())
    form = ServiceForm(known)
    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, lambda: _put(service_id, form))
    return shown("services/edit.html", form, known=known, retire=ConfirmForm())


def _put(service_id: UUID | None, form: ServiceForm) -> str:
    use.put_service(database(), service_id, form.given(), actor())
    flash(_("Saved. The network learns of it."))
    return url_for("services.page")


@services.post("/services/<uuid:service_id>/retire")
def retire(service_id: UUID) -> ResponseReturnValue:
    """Offer it no longer."""
    return once(ConfirmForm(), lambda: _retire(service_id))


def _retire(service_id: UUID) -> str:
    use.retire_service(database(), service_id, actor())
    flash(_("It is no longer offered."))
    return url_for("services.page")
