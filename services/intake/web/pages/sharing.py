"""Where what was shared goes on to, and how it is taken back: forward, withdraw, own records after a withdrawal."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.intake.domain import Direction, Partner
from services.intake.usecases.consent import withdraw_forwarded
from services.intake.usecases.directory import search_directory
from services.intake.usecases.erasures import decide_own_records
from services.intake.usecases.forwarding import forward_referral, may_go_on
from services.intake.usecases.referrals import ReferralFile, referral_page
from services.intake.usecases.refusals import Conflict
from services.intake.web.context import actor, database, partners
from services.intake.web.forms.people import ConfirmForm
from services.intake.web.forms.sharing import ForwardForm, OwnRecordsForm
from services.intake.web.kept import keep_so_far
from services.intake.web.once import once, refusals_shown_in
from services.intake.web.pages.referrals import MOVED_ON
from services.intake.web.pages.render import REFUSED, page
from shared.schemas.life import Move

sharing = Blueprint("sharing", __name__)


@sharing.route("/referrals/<uuid:referral_id>/forward", methods=["GET", "POST"])
def forward(referral_id: UUID) -> ResponseReturnValue:
    """Send on what came: who agreed, to whom, which fields; then exactly what leaves; then it leaves."""
    file = referral_page(database(), referral_id, actor())
    wanted = request.form.get("go")
    came = file.referral.direction is Direction.IN
    if not came or (wanted != "send" and Move.FORWARD not in file.allowed):
        return _back(referral_id)
    form = ForwardForm(_others(file), may_go_on(file.content))
    if wanted == "send" and form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, lambda: _forward(referral_id, form))
    keep_so_far()
    step = "check" if wanted == "check" and form.validate_on_submit() else "forward"
    about = {"file": file, "leaving": _leaving(file, form), "offering": _offering(file)}
    return render_template(f"sharing/{step}.html", form=form, **about), REFUSED if form.errors else 200


def _others(file: ReferralFile) -> list[Partner]:
    """Who can receive it; who sent it has it."""
    known = (actor().org, file.referral.other_org)
    return [partner for partner in partners().values() if partner.reachable and partner.org not in known]


def _offering(file: ReferralFile) -> Mapping[str, list[str]]:
    """Of each organisation the services of that kind."""
    found: dict[str, list[str]] = {}
    for offer in search_directory(database(), file.referral.service_type):
        found.setdefault(offer.org, []).append(offer.name)
    return found


def _leaving(file: ReferralFile, form: ForwardForm) -> dict[str, Any]:
    ticked = {name: (file.content or {}).get(name) for name in form.fields.data or ()}
    return ticked | {"reason": form.reason.data, "safe_contact": form.safe_contact.data}


def _forward(referral_id: UUID, form: ForwardForm) -> str:
    try:
        child = forward_referral(database(), referral_id, form.order(), actor())
    except Conflict:
        flash(MOVED_ON)
        return _address(referral_id)
    flash(_("The referral is on its way."))
    return _address(child.id)


def _back(referral_id: UUID) -> ResponseReturnValue:
    """There is nothing to be done here, or not any more, of which whoever sends a form is told."""
    if request.method == "POST":
        flash(MOVED_ON)
    return redirect(_address(referral_id))


def _address(referral_id: UUID) -> str:
    return url_for("referrals.page", referral_id=referral_id)


@sharing.route("/referrals/<uuid:referral_id>/withdraw", methods=["GET", "POST"])
def withdraw(referral_id: UUID) -> ResponseReturnValue:
    """Take back what was agreed to when a referral was forwarded from here."""
    file = referral_page(database(), referral_id, actor())
    if file.forward is None:
        return _back(referral_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, lambda: _withdraw(referral_id))
    return page("sharing/withdraw.html", form, file=file)


def _withdraw(referral_id: UUID) -> str:
    withdraw_forwarded(database(), referral_id, actor())
    flash(_("Consent is withdrawn. Everybody who was sent something is told to stop."))
    return _address(referral_id)


@sharing.route("/referrals/<uuid:referral_id>/own-records", methods=["GET", "POST"])
def own_records(referral_id: UUID) -> ResponseReturnValue:
    """Say what became of what was written down here, after consent was withdrawn."""
    file = referral_page(database(), referral_id, actor())
    if file.withdrawal is None:
        return _back(referral_id)
    form = OwnRecordsForm()
    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, lambda: _decide(referral_id, form))
    return page("sharing/own_records.html", form, file=file)


def _decide(referral_id: UUID, form: OwnRecordsForm) -> str:
    reason = form.reason.data or None
    try:
        decide_own_records(database(), referral_id, form.outcome.data, reason, actor())
    except Conflict:
        flash(_("A colleague has said so already."))
    else:
        flash(_("The organisation that sent the referral is told."))
    return _address(referral_id)
