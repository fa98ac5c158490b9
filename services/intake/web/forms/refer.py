"""Send a referral: where to and how urgently, then exactly what leaves."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from services.intake.domain import SAFE_CONTACT, Offer
from services.intake.web.candidates import Candidate
from services.intake.web.forms import choices
from services.intake.web.forms.base import StoringForm
from shared.schemas.codes import REFERRAL_PURPOSES, URGENCIES
from shared.web.forms import Checkboxes, Form, RadioField, SelectField, TextAreaField, at_most, required


class WhereForm(Form):
    """Urgency and organisation; ``area`` and ``language`` narrow the organisations down."""

    urgency = RadioField(_l("How urgent is it?"), [required(_l("Say how urgent it is."))])
    area = SelectField(_l("Area"), default="")
    language = SelectField(_l("Language"), default="")
    to_org = RadioField(_l("To which organisation?"), [required(_l("Choose an organisation."))])
    purpose = Checkboxes(_l("Is it for more than this service?"))

    def __init__(self, offers: Sequence[Offer]) -> None:
        super().__init__()
        self.urgency.choices = choices.coded("urgency", URGENCIES)
        areas = {area for offer in offers for area in offer.areas}
        self.area.choices = choices.with_nothing(choices.in_order((area, area) for area in areas), _("Any"))
        spoken = {code for offer in offers for code in offer.languages}
        self.language.choices = choices.with_nothing(choices.languages(spoken), _("Any"))
        self.to_org.choices = []
        self.purpose.choices = choices.coded("referral_purpose", REFERRAL_PURPOSES)

    def offer(self, candidates: Iterable[Candidate]) -> None:
        """Let these be chosen, as far as nothing stands in the way."""
        self.to_org.choices = [(found.org, found.name) for found in candidates if found.obstacle is None]


class WhatForm(StoringForm):
    """The fields that leave, why, and how to make contact. Nothing is ticked beforehand."""

    fields = Checkboxes(_l("Which fields do you send?"))
    reason = TextAreaField(
        _l("Why do you refer the person?"), [required(_l("Say why you refer the person.")), at_most(2000)]
    )
    safe_contact = RadioField(
        _l("How can contact be made safely?"), [required(_l("Say how contact can be made safely."))]
    )

    def __init__(self, may_leave: Iterable[str]) -> None:
        super().__init__()
        self.fields.choices = choices.coded("field", may_leave)
        self.safe_contact.choices = choices.coded("safe_contact", SAFE_CONTACT)
