"""A printed code for a person: that they wish it, in which language, what it shows, and how long."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from services.intake.domain.slip import LASTS
from services.intake.usecases.slips import SHOWN
from services.intake.web.forms.base import StoringForm
from shared.web.forms import BooleanField, RadioField, required
from shared.web.languages import LANGUAGES


class SlipForm(StoringForm):
    """Nothing is chosen beforehand but the most careful: it shows which help only, and lasts a week."""

    wished = BooleanField(
        _l("The person asked for it, and we spoke about who might find it"),
        [required(_l("A code is made only for somebody who wishes it."))],
    )
    language = RadioField(_l("In which language?"), [required(_l("Choose a language."))])
    shown = RadioField(_l("What does the page show?"), default=SHOWN[0])
    lasts = RadioField(_l("How long does it open the page?"), default=str(LASTS[0]))

    def __init__(self) -> None:
        super().__init__()
        self.language.choices = list(LANGUAGES.items())
        words = (
            _("Which help, without the names of organisations"),
            _("The names of the organisations as well"),
        )
        self.shown.choices = list(zip(SHOWN, words, strict=True))
        self.lasts.choices = list(
            zip(map(str, LASTS), (_("A week"), _("30 days"), _("90 days")), strict=True)
        )

    def given(self) -> dict[str, object]:
        """What was said, as ``make_slip`` takes it."""
        return {name: self[name].data for name in ("wished", "language", "shown", "lasts")}
