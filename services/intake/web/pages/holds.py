"""A legal hold on a case or on a referral that came to us: put by two people, lifted by two."""

from uuid import UUID

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from services.intake.domain import HoldStep, LegalHold
from services.intake.usecases import holds as use
from services.intake.usecases.cases import case_page
from services.intake.usecases.referrals import referral_page
from services.intake.web.context import actor, database
from services.intake.web.forms.holds import HoldForm
from services.intake.web.once import once, refusals_shown_in
from services.intake.web.pages.render import page

holds = Blueprint("holds", __name__)

DONE = {
    HoldStep.ASKED: _l("The legal hold is confirmed. Nothing is erased until two people lift it."),
    HoldStep.HELD: _l("You have asked to lift the legal hold. Another person has to confirm it."),
    HoldStep.LIFT_ASKED: _l("The legal hold is lifted."),
}  #: by the step before
ASKED = _l("You have asked for a legal hold. Another person has to confirm it.")


@holds.route("/cases/<uuid:case_id>/hold", methods=["GET", "POST"])
def of_case(case_id: UUID) -> ResponseReturnValue:
    """A legal hold on a case."""
    found = use.legal_hold(database(), case_id, actor())
    file = case_page(database(), case_id, actor())
    return _page(
        case_id,
        found,
        here=url_for("holds.of_case", case_id=case_id),
        back=(url_for("people.page", person_id=file.person.id), _("Back to the person")),
        about=file.case.reference,
    )


@holds.route("/referrals/<uuid:referral_id>/hold", methods=["GET", "POST"])
def of_referral(referral_id: UUID) -> ResponseReturnValue:
    """A legal hold on a referral that came to us."""
    found = use.legal_hold(database(), referral_id, actor())
    file = referral_page(database(), referral_id, actor())
    return _page(
        referral_id,
        found,
        here=url_for("holds.of_referral", referral_id=referral_id),
        back=(url_for("referrals.page", referral_id=referral_id), _("Back to the referral")),
        about=file.referral.reference or "",
    )


def _page(
    record_id: UUID,
    found: tuple[LegalHold | None, HoldStep | None],
    *,
    here: str,
    back: tuple[str, str],
    about: str,
) -> ResponseReturnValue:
    hold, step = found
    form = HoldForm(step)
    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, lambda: _take(record_id, form, here))
    return page("holds.html", form, hold=hold, step=step, here=here, back_to=back, about=about)


def _take(record_id: UUID, form: HoldForm, here: str) -> str:
    """The step after the one that was seen."""
    seen, who = form.step_seen, (database(), record_id)
    if seen is HoldStep.ASKED:
        use.confirm_hold(*who, actor())
    elif seen is HoldStep.LIFT_ASKED:
        use.confirm_lift(*who, actor())
    elif seen is HoldStep.HELD:
        use.ask_to_lift(*who, form.reason.data or "", actor())
    else:
        use.ask_for_hold(*who, form.reason.data or "", actor())
    flash(DONE.get(seen, ASKED) if seen else ASKED)
    return here
