"""How somebody wants to be told."""

from collections.abc import Mapping

from services.intake.domain import Actor
from services.intake.web.forms.base import StoringForm
from services.intake.web.notice_labels import KINDS, WAYS
from shared.schemas.codes import NOTICE_GROUPS
from shared.web.forms import RadioField, required


class NoticesForm(StoringForm):
    """One question for each kind; a focal point is not asked about emergencies."""

    emergency = RadioField(KINDS["emergency"], [required()])
    called = RadioField(KINDS["called"], [required()])
    waits = RadioField(KINDS["waits"], [required()])
    moved = RadioField(KINDS["moved"], [required()])
    late = RadioField(KINDS["late"], [required()])

    def __init__(self, ways: Mapping[str, str], by: Actor) -> None:
        super().__init__(data=dict(ways))
        if by.sees_every_case:
            del self.emergency
        for field in self.questions:
            field.choices = list(WAYS.items())

    @property
    def questions(self) -> list[RadioField]:
        """Those that are asked, in their order."""
        return [self[kind] for kind in NOTICE_GROUPS if kind in self]

    @property
    def ways(self) -> dict[str, str]:
        """What was answered."""
        return {field.name: field.data for field in self.questions}
