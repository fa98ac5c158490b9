"""Who stands in for whom, and when."""

from collections.abc import Sequence
from datetime import date

from flask_babel import lazy_gettext as _l

from services.intake.domain import Actor
from services.intake.storage.staff import StaffMember
from services.intake.web.forms.base import StoringForm
from shared.web.forms import DateField, SelectField, required


class DeputyForm(StoringForm):
    """A time of absence; only a focal point says whose."""

    username = SelectField(_l("Who is away?"), [required(_l("Say who is away."))])
    deputy = SelectField(_l("Who stands in?"), [required(_l("Say who stands in."))])
    first = DateField(_l("From which day?"), [required(_l("Enter the first day."))])
    last = DateField(_l("Until which day?"), [required(_l("Enter the last day."))])

    def __init__(self, able: Sequence[StaffMember], by: Actor, today: date) -> None:
        super().__init__(first=today)
        people = [(member.username, member.display_name) for member in able]
        mine = [choice for choice in people if by.sees_every_case or choice[0] == by.username]
        self.username.choices = mine
        self.deputy.choices = [choice for choice in people if by.sees_every_case or choice[0] != by.username]
