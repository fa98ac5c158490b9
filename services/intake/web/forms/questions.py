"""Ask who has room for somebody like that, and answer those who ask us. Codes only: nobody can be named."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from services.intake.domain import Offer
from services.intake.web.forms import choices
from services.intake.web.forms.base import StoringForm
from services.intake.web.labels import FIELDS
from shared.schemas.codes import CAPACITY_ANSWERS, GENDERS, PUBLISHED_AGE_BANDS, SERVICE_TYPES, URGENCIES
from shared.web.forms import RadioField, SelectField, required

ASKED = ("service_type", "urgency", "age_band", "gender", "language", "area")


class QuestionForm(StoringForm):
    """For whom help is looked for: as little as matters for the answer."""

    service_type = SelectField(_l("Service"), [required(_l("Choose what is needed."))], default="")
    urgency = RadioField(_l("How urgent is it?"), [required(_l("Say how urgent it is."))])
    age_band = SelectField(FIELDS["age_band"], default="")
    gender = SelectField(FIELDS["gender"], default="")
    language = SelectField(_l("Language"), default="")
    area = SelectField(_l("Area"), default="")

    def __init__(self, offers: Sequence[Offer], service_type: str) -> None:
        super().__init__(service_type=service_type)
        any_of_them = _("Any")
        services = choices.coded("service_type", SERVICE_TYPES)
        self.service_type.choices = choices.with_nothing(services, _("Choose"))
        self.urgency.choices = choices.coded("urgency", URGENCIES)
        self.age_band.choices = choices.with_nothing(
            choices.coded("age_band", PUBLISHED_AGE_BANDS), any_of_them
        )
        self.gender.choices = choices.with_nothing(choices.coded("gender", GENDERS), any_of_them)
        self.language.choices = choices.with_nothing(choices.languages(), any_of_them)
        areas = {area for offer in offers for area in offer.areas}
        self.area.choices = choices.with_nothing(
            choices.in_order((area, area) for area in areas), any_of_them
        )

    def given(self) -> dict[str, Any]:
        """What was asked, as ``ask_capacity`` takes it."""
        return {name: self[name].data or None for name in ASKED}


class AnswerForm(StoringForm):
    """One of four answers, each a button."""

    answer = RadioField(_l("Do we have room?"), [required(_l("Choose an answer."))])

    def __init__(self) -> None:
        super().__init__()
        self.answer.choices = choices.coded("capacity", CAPACITY_ANSWERS)
