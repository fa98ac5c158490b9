"""What other systems brought and nobody here could take in without a person: look at it, try again, or dismiss it."""

import json
from uuid import UUID

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.intake.interchange import importing as use
from services.intake.web.context import actor, database
from services.intake.web.forms.imports import DismissForm
from services.intake.web.forms.people import ConfirmForm
from services.intake.web.once import once, refusals_shown_in
from services.intake.web.pages.render import page as shown
from services.intake.web.words import word

imports = Blueprint("imports", __name__)


@imports.get("/imports")
def listing() -> str:
    """What waits for a person, newest first, without what it says."""
    return render_template("imports/list.html", found=use.waiting_imports(database(), actor()))


@imports.route("/imports/<uuid:imported_id>", methods=["GET", "POST"])
def page(imported_id: UUID) -> ResponseReturnValue:
    """What came, what was not understood in it, and the question why it is dismissed."""
    found = use.import_page(database(), imported_id, actor())
    form = DismissForm()
    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, lambda: _dismiss(imported_id, form))
    bundle = found.document.get("bundle")
    written = json.dumps(bundle, ensure_ascii=False, indent=2) if bundle else ""
    return shown("imports/page.html", form, found=found, written=written, again=ConfirmForm())


def _dismiss(imported_id: UUID, form: DismissForm) -> str:
    use.dismiss_import(database(), imported_id, {"reason": form.reason.data}, actor())
    flash(_("It is dismissed. What came is erased later."))
    return url_for("imports.listing")


@imports.post("/imports/<uuid:imported_id>/retry")
def retry(imported_id: UUID) -> ResponseReturnValue:
    """Read it anew."""
    form = ConfirmForm()
    return once(form, lambda: _retry(imported_id))


def _retry(imported_id: UUID) -> str:
    done = use.retry_import(database(), imported_id, actor())
    flash(word("import_outcome", done.outcome))
    if done.person_id:
        return url_for("people.page", person_id=done.person_id)
    if done.referral_id:
        return url_for("referrals.page", referral_id=done.referral_id)
    return url_for("imports.page", imported_id=imported_id)
