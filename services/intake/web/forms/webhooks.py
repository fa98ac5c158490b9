"""Where webhooks go."""

from flask_babel import lazy_gettext as _l

from services.intake.usecases.webhooks import LONGEST_URL
from services.intake.web.forms.base import StoringForm
from shared.web.forms import Checkboxes, StringField, at_most, required

PRIVATE = "private"


class EndpointForm(StoringForm):
    """A new one."""

    url = StringField(_l("Address"), [required(_l("Enter the address.")), at_most(LONGEST_URL)])
    leave = Checkboxes(_l("Where may it lie?"))

    def __init__(self) -> None:
        super().__init__()
        self.leave.choices = [(PRIVATE, _l("It may lie in our own network, or on this machine"))]

    @property
    def may_be_private(self) -> bool:
        """Whether the address may be one of the organisation's own network."""
        return PRIVATE in (self.leave.data or ())
