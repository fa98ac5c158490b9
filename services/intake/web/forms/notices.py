"""How somebody wants to be told, by mail and by push."""

from collections.abc import Collection, Mapping

from flask_babel import lazy_gettext as _l

from services.intake.domain import Actor
from services.intake.web.forms.base import StoringForm
from services.intake.web.notice_labels import KINDS, WAYS
from shared.notices.kinds import EMERGENCY
from shared.schemas.codes import NOTICE_GROUPS
from shared.web.forms import Checkboxes, RadioField, required


class NoticesForm(StoringForm):
    """One question for each kind, and what to be told of by push; a focal point is not asked about emergencies."""

    emergency = RadioField(KINDS["emergency"], [required()])
    called = RadioField(KINDS["called"], [required()])
    waits = RadioField(KINDS["waits"], [required()])
    moved = RadioField(KINDS["moved"], [required()])
    late = RadioField(KINDS["late"], [required()])
    by_push = Checkboxes(_l("At once by push, too"))

    def __init__(self, ways: Mapping[str, str], by: Actor, by_push: Collection[str] | None) -> None:
        super().__init__(data={**ways, "by_push": list(by_push or ())})
        asked = [kind for kind in NOTICE_GROUPS if not (by.sees_every_case and kind == EMERGENCY)]
        self.by_push.choices = [(kind, KINDS[kind]) for kind in asked]
        if by.sees_every_case:
            del self.emergency
        if by_push is None:
            del self.by_push
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

    @property
    def pushes(self) -> list[str] | None:
        """The kinds that were ticked, where that is asked."""
        return self.by_push.data if "by_push" in self else None
