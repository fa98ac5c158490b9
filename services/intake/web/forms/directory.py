"""Narrow the directory down."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from services.intake.domain import Offer
from services.intake.web.forms import choices
from shared.schemas.codes import AGE_BANDS, SERVICE_TYPES
from shared.web.forms import Form, SelectField


class DirectoryForm(Form):
    """Codes only, so it may stand in an address. It changes nothing, so it needs no token."""

    class Meta(Form.Meta):
        """Without the token, which would stand in the address."""

        csrf = False

    service_type = SelectField(_l("Service"), default="")
    area = SelectField(_l("Area"), default="")
    language = SelectField(_l("Language"), default="")
    age_band = SelectField(_l("Age group"), default="")

    def __init__(self, offers: Sequence[Offer], asked: Any) -> None:
        super().__init__(asked)
        services = {offer.service_type for offer in offers}
        listed = choices.coded("service_type", (code for code in SERVICE_TYPES if code in services))
        areas = {area for offer in offers for area in offer.areas}
        spoken = {code for offer in offers for code in offer.languages}
        self.service_type.choices = choices.with_nothing(listed, _("Any"))
        self.area.choices = choices.with_nothing(choices.in_order((area, area) for area in areas), _("Any"))
        self.language.choices = choices.with_nothing(choices.languages(spoken), _("Any"))
        self.age_band.choices = choices.with_nothing(choices.coded("age_band", AGE_BANDS), _("Any"))

    def wanted(self) -> dict[str, str | None]:
        """What was asked, as ``search_directory`` takes it."""
        return {name: self[name].data or None for name in ("service_type", "area", "language", "age_band")}
