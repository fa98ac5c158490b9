"""Which systems of the organisation are told that something happened, and whether that works."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.intake.usecases import webhooks as use
from services.intake.web.context import actor, database
from services.intake.web.forms.webhooks import EndpointForm
from services.intake.web.once import SEE_OTHER, refusals_shown_in
from services.intake.web.pages.render import page as shown

webhooks = Blueprint("webhooks", __name__)


@webhooks.route("/webhooks", methods=["GET", "POST"])
def listing() -> ResponseReturnValue:
    """Where webhooks go, what became of the newest, and a form for one more; its secret is shown once."""
    form = EndpointForm()
    if form.validate_on_submit():
        with refusals_shown_in(form):
            made = use.add_endpoint(
                database(), form.url.data or "", actor(), may_be_private=form.may_be_private
            )
            return render_template("webhooks/made.html", made=made)
    return shown("webhooks/list.html", form, found=use.webhooks_page(database(), actor()))


@webhooks.post("/webhooks/<uuid:endpoint_id>/enable")
def enable(endpoint_id: UUID) -> ResponseReturnValue:
    """Send there from now on."""
    use.set_enabled(database(), endpoint_id, actor(), enabled=True)
    return _back(_("Webhooks are sent there from now on."))


@webhooks.post("/webhooks/<uuid:endpoint_id>/disable")
def disable(endpoint_id: UUID) -> ResponseReturnValue:
    """Send nothing there for now."""
    use.set_enabled(database(), endpoint_id, actor(), enabled=False)
    return _back(_("Nothing is sent there for now."))


@webhooks.post("/webhooks/<uuid:endpoint_id>/remove")
def remove(endpoint_id: UUID) -> ResponseReturnValue:
    """Forget it, its secret and its log."""
    use.remove_endpoint(database(), endpoint_id, actor())
    return _back(_("It is removed, with its secret and its log."))


@webhooks.post("/webhooks/<uuid:endpoint_id>/test")
def test(endpoint_id: UUID) -> ResponseReturnValue:
    """Send one that tells of nothing."""
    use.send_test(database(), endpoint_id, actor())
    return _back(_("A test is on its way. Open this page again to see what became of it."))


@webhooks.post("/webhooks/deliveries/<uuid:delivery_id>/retry")
def retry(delivery_id: UUID) -> ResponseReturnValue:
    """Try one again at once."""
    use.retry(database(), delivery_id, actor())
    return _back(_("It is tried again at once."))


def _back(said: str) -> ResponseReturnValue:
    flash(said)
    return redirect(url_for("webhooks.listing"), SEE_OTHER)
