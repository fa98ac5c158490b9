"""Who works on what, and the question before a colleague's case opens."""

from flask import request
from flask_babel import lazy_gettext as _l

from services.intake.usecases.need_to_know import LONGEST_REASON, Team
from services.intake.web.forms.base import StoringForm
from shared.web.forms import Checkboxes, StringField, TextAreaField, at_most, required


class TeamForm(StoringForm):
    """Who works on it: those who do are ticked."""

    members = Checkboxes(_l("Who works on this?"))

    def __init__(self, team: Team) -> None:
        super().__init__()
        self.members.choices = [(one.username, one.display_name) for one in (*team.members, *team.others)]
        if request.method == "GET":
            self.members.data = [one.username for one in team.members]


class EmergencyForm(StoringForm):
    """Which case, and why it cannot wait."""

    reference = StringField(
        _l("Case reference"), [required(_l("Enter the reference of the case.")), at_most(60)]
    )
    reason = TextAreaField(
        _l("Why can it not wait?"), [required(_l("Say why it cannot wait.")), at_most(LONGEST_REASON)]
    )
