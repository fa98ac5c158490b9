"""Send a referral in three pages: where to, what leaves, check and send. Until then it is kept for its writer only."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.intake.domain import SHAREABLE_FIELDS, Consent, ConsentMissing, Need, Person
from services.intake.usecases.cases import CaseFile, case_page
from services.intake.usecases.directory import search_directory
from services.intake.usecases.refusals import NotFound
from services.intake.usecases.sending import ReferralOrder, send_referral
from services.intake.web.candidates import Candidate, candidates
from services.intake.web.context import actor, database, house, today
from services.intake.web.forms.refer import WhatForm, WhereForm
from services.intake.web.kept import keep_so_far
from services.intake.web.once import once, refusals_shown_in
from services.intake.web.pages.render import REFUSED

refer = Blueprint("refer", __name__)


@dataclass(frozen=True)
class Draft:
    """A referral that is being written. The pages carry it in hidden fields, never in an address."""

    file: CaseFile
    need: Need
    candidates: list[Candidate]
    may_leave: list[str]
    where: WhereForm
    what: WhatForm

    def step(self, wanted: str) -> str:
        """The page to show: the wanted one, or the first before it that is not right yet."""
        if wanted not in ("what", "check", "send") or not self.where.validate():
            return "where"
        if wanted == "what" or not self.what.validate():
            return "what"
        return wanted

    @property
    def leaving(self) -> dict[str, object]:
        """Exactly the fields that were ticked, with their values."""
        return {name: getattr(self.file.person, name) for name in self.what.fields.data or ()}

    @property
    def staying(self) -> list[str]:
        """The fields that are known and not consented to."""
        return [name for name in known_fields(self.file.person) if name not in self.may_leave]

    @property
    def order(self) -> ReferralOrder:
        """The same for the use case."""
        return ReferralOrder(
            case_id=self.file.case.id,
            need_id=self.need.id,
            to_org=self.where.to_org.data,
            service_type=self.need.service_type,
            urgency=self.where.urgency.data,
            reason=self.what.reason.data or "",
            fields=tuple(self.what.fields.data or ()),
            safe_contact=self.what.safe_contact.data,
            purpose=next(iter(self.where.purpose.data or ()), None),
        )


@refer.get("/cases/<uuid:case_id>/refer")
def choose(case_id: UUID) -> ResponseReturnValue:
    """Which need is it for? Nobody is asked when there is no choice."""
    file = case_page(database(), case_id, actor())
    open_ones = [need for need in file.needs if need.state == "open"]
    if len(open_ones) == 1:
        return redirect(url_for("refer.write", case_id=case_id, need_id=open_ones[0].id))
    return render_template("refer/need.html", file=file, open_ones=open_ones)


@refer.route("/cases/<uuid:case_id>/needs/<uuid:need_id>/refer", methods=["GET", "POST"])
def write(case_id: UUID, need_id: UUID) -> ResponseReturnValue:
    """Write the referral; the button that was pressed says which page comes next."""
    file = case_page(database(), case_id, actor())
    need = next((need for need in file.needs if need.id == need_id), None)
    if need is None:
        raise NotFound("need_not_found")
    try:
        consent = _in_force(file.consent)
    except ConsentMissing as missing:
        return render_template("refer/blocked.html", file=file, missing=missing)
    return _show(_draft(file, need, consent))


def _in_force(consent: Consent | None) -> Consent:
    if consent is None:
        raise ConsentMissing("no_consent")
    consent.require_purpose("referral", today())
    return consent


def _draft(file: CaseFile, need: Need, consent: Consent) -> Draft:
    where = WhereForm(search_directory(database(), need.service_type))
    area, language = where.area.data or None, where.language.data or None
    offers = search_directory(database(), need.service_type, area, language, file.person.age_band)
    found = candidates(offers, consent)
    where.offer(found)
    where.fill_in(request.args)
    may_leave = [name for name in known_fields(file.person) if name in consent.fields]
    return Draft(file, need, found, may_leave, where, WhatForm(may_leave))


def known_fields(person: Person) -> list[str]:
    """Those that have a value, in the order of the list."""
    return [name for name in SHAREABLE_FIELDS if getattr(person, name) not in (None, ())]


def _show(draft: Draft) -> ResponseReturnValue:
    step = draft.step(request.form.get("go", "where"))
    if step == "send":
        with refusals_shown_in(draft.what):
            return once(draft.what, lambda: _send(draft))
        step = "check"
    keep_so_far()
    refused = draft.where.errors or draft.what.errors
    return render_template(f"refer/{step}.html", draft=draft), REFUSED if refused else 200


def _send(draft: Draft) -> str:
    referral = send_referral(database(), draft.order, actor(), house().undo)
    if referral.held_until is None:
        flash(_("The referral is on its way."))
    return url_for("referrals.page", referral_id=referral.id)
