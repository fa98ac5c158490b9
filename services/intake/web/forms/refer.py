"""Send a referral: where to and how urgently, then exactly what leaves."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from services.intake.domain import SAFE_CONTACT, Offer
from services.intake.web.candidates import Candidate
from services.intake.web.forms import choices
from services.intake.web.forms.base import StoringForm
from services.intake.web.labels import SENTENCES
from services.intake.web.words import sentence
from shared.schemas.codes import REFERRAL_PURPOSES, URGENCIES
from shared.web.forms import Checkboxes, RadioField, SelectField, TextAreaField, at_most, required


class WhereForm(StoringForm):
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
        self._obstacles: dict[str, str] = {}
        self.purpose.choices = choices.coded("referral_purpose", REFERRAL_PURPOSES)

    def offer(self, candidates: Iterable[Candidate]) -> None:
        """Let these be chosen, as far as nothing stands in the way."""
        known = list(candidates)
        self.to_org.choices = [(found.org, found.name) for found in known if found.obstacle is None]
        self._obstacles = {found.org: found.obstacle for found in known if found.obstacle}

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """An organisation that could be chosen until a moment ago is refused with what to do."""
        is_right = super().validate(extra_validators)
        obstacle = self._obstacles.get(self.to_org.data or "")
        if obstacle is not None and obstacle in SENTENCES:
            self.to_org.errors = [sentence(obstacle)]
        return bool(is_right)

    def fill_in(self, chosen: Mapping[str, str]) -> None:
        """Begin with what was chosen before, such as who answered that there is room, as far as it can be chosen."""
        for field in () if self.is_submitted() else (self.urgency, self.to_org):
            if chosen.get(field.name) in {choice[0] for choice in field.choices or ()}:
                field.data = chosen[field.name]


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
