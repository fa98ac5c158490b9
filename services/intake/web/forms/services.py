"""What we offer: one service."""

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l

from services.intake.domain import STATUSES
from services.intake.usecases.offering import OwnService
from services.intake.web.forms import choices
from services.intake.web.forms.base import StoringForm
from shared.schemas.codes import GENDERS, SERVICE_TYPES
from shared.web.forms import (
    BooleanField,
    Checkboxes,
    IntegerField,
    Optional,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    at_most,
    required,
)

LINES = ("areas", "required_documents")  #: one on each line
SAME = ("name", "service_type", "minimum_age", "maximum_age", "eligibility_description", "contact", "address")


class ServiceForm(StoringForm):
    """A service in the words of the directory; a confidential address is what is assumed."""

    name = StringField(_l("Name of the service"), [required(_l("Enter a name.")), at_most(200)])
    service_type = SelectField(_l("Service"), [required(_l("Choose what is offered."))], default="")
    status = RadioField(_l("Does it take anybody now?"), [required(_l("Say whether it does."))])
    areas = TextAreaField(_l("Areas, one on each line"), [Optional(), at_most(2000)])
    languages = Checkboxes(_l("Languages"))
    minimum_age = IntegerField(_l("Youngest age"), [Optional()])
    maximum_age = IntegerField(_l("Oldest age"), [Optional()])
    genders = Checkboxes(_l("For whom only?"))
    eligibility_description = TextAreaField(_l("Who is eligible?"), [Optional(), at_most(1000)])
    required_documents = TextAreaField(
        _l("Documents that are needed, one on each line"), [Optional(), at_most(2000)]
    )
    contact = TextAreaField(_l("How is it reached (front gate)?"), [Optional(), at_most(500)])
    address = StringField(_l("Address"), [Optional(), at_most(500)])
    confidential = BooleanField(_l("The address is confidential: it never leaves this node"), default=True)

    def __init__(self, known: OwnService | None = None) -> None:
        super().__init__(**(_shown(known) if known and request.method == "GET" else {}))
        services = choices.coded("service_type", SERVICE_TYPES)
        self.service_type.choices = choices.with_nothing(services, "")
        self.status.choices = choices.coded("service_status", STATUSES)
        self.languages.choices = choices.languages()
        self.genders.choices = choices.coded("gender", GENDERS)

    def given(self) -> dict[str, Any]:
        """What was said, as ``put_service`` takes it."""
        lines = {name: (self[name].data or "").splitlines() for name in LINES}
        names = (*SAME, "status", "languages", "genders", "confidential")
        return {name: self[name].data for name in names} | lines


def _shown(known: OwnService) -> Mapping[str, Any]:
    service = known.service
    lines = {name: "\n".join(getattr(service, name) or ()) for name in LINES}
    several = {name: list(getattr(service, name) or ()) for name in ("languages", "genders")}
    hidden = {"confidential": service.address is None}
    shown = (
        {name: getattr(service, name) for name in SAME} | lines | several | hidden | {"status": known.status}
    )
    return shown | ({"address": known.hidden_address} if known.hidden_address else {})
