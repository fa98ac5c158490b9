"""How many activities there were in a quarter."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from services.intake.web.forms.base import StoringForm
from shared.web.forms import IntegerField, SelectField, required


class ActivitiesForm(StoringForm):
    """Talks, trainings and campaigns; nothing about anybody."""

    period = SelectField(_l("Quarter"))
    prevention = IntegerField(_l("Prevention"), [required()])
    awareness = IntegerField(_l("Awareness raising"), [required()])

    def __init__(self, quarters: Sequence[str]) -> None:
        super().__init__()
        self.period.choices = [(quarter, quarter) for quarter in quarters]
