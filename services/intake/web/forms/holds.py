"""Put a legal hold on a record, and lift it."""

from flask_babel import lazy_gettext as _l

from services.intake.domain import HoldStep
from services.intake.usecases.checks import LONGEST_TEXT
from services.intake.web.forms.base import StoringForm
from shared.web.forms import HiddenField, TextAreaField, at_most, required

NONE = "none"  #: for the step where there is no hold
CONFIRMED = (HoldStep.ASKED, HoldStep.LIFT_ASKED)  #: where another person only confirms
WHY = {True: _l("Why is it no longer needed?"), False: _l("Why must nothing be erased?")}


class HoldForm(StoringForm):
    """The next step of a hold. ``seen`` is the step that whoever sends it has seen, so that no other is taken."""

    seen = HiddenField()
    reason = TextAreaField(validators=[required(_l("Write why.")), at_most(LONGEST_TEXT)])

    def __init__(self, step: HoldStep | None) -> None:
        super().__init__(seen=step or NONE)
        if self.seen.data in CONFIRMED:
            del self.reason
        else:
            self.reason.label.text = WHY[self.seen.data == HoldStep.HELD]

    @property
    def step_seen(self) -> HoldStep | None:
        """As whoever sends it has seen it."""
        return HoldStep(self.seen.data) if self.seen.data in tuple(HoldStep) else None
