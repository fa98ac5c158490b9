"""Dismiss what another system brought."""

from flask_babel import lazy_gettext as _l

from services.intake.interchange.importing import LONGEST_REASON
from services.intake.web.forms.base import StoringForm
from shared.web.forms import TextAreaField, at_most, required


class DismissForm(StoringForm):
    """Why nothing becomes of it."""

    reason = TextAreaField(
        _l("Why does nothing become of it?"), [required(_l("Write why.")), at_most(LONGEST_REASON)]
    )
