"""Add a file to a case."""

from flask_babel import lazy_gettext as _l

from services.intake.domain.attachment import ENDINGS
from services.intake.usecases.attachments import LONGEST_DESCRIPTION
from services.intake.web.forms.base import StoringForm
from shared.web.forms import FileField, TextAreaField, at_most, required

OFFERED = ",".join(f".{ending}" for endings in ENDINGS.values() for ending in endings)


class AttachmentForm(StoringForm):
    """What it is, and the file; what was written comes first, so that it is read before a file that is too large."""

    description = TextAreaField(_l("What is it?"), [at_most(LONGEST_DESCRIPTION)])
    file = FileField(_l("File"), [required(_l("Choose a file."))])
