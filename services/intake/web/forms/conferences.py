"""Put a case to other organisations without a name, write to them, and agree who does what."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from services.intake.domain.conference import REGION
from services.intake.usecases.checks import LONGEST_TEXT
from services.intake.usecases.conference_acts import LONGEST_ACTION
from services.intake.web.forms import choices
from services.intake.web.forms.base import StoringForm
from shared.schemas.conferences import MOST_DAYS
from shared.web.forms import (
    BooleanField,
    Checkboxes,
    DateField,
    IntegerField,
    Optional,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    at_most,
    required,
)

ROWS = 5  #: for actions, on the page
USUAL_DAYS = 14
PARTS = ("org", "what", "until")


class OpenForm(StoringForm):
    """What leaves, to whom and for how long. Nothing is chosen beforehand."""

    fields = Checkboxes(_l("What do you tell of the case?"))
    region = SelectField(_l("Region"), default="")
    question = TextAreaField(
        _l("What do you want to know?"), [required(_l("Write what you want to know.")), at_most(LONGEST_TEXT)]
    )
    organisations = Checkboxes(_l("Which organisations do you invite?"), [required(_l("Tick at least one."))])
    days = IntegerField(
        _l("After how many days is it erased?"),
        [required(_l("Enter a number of days from 1 to 30."))],
        default=USUAL_DAYS,
        render_kw={"min": 1, "max": MOST_DAYS},
    )
    sure = BooleanField(_l("I have looked at what is marked: it names nobody and leads to nobody"))

    def offer(self, facts: Iterable[str], areas: Iterable[str], organisations: choices.Choices) -> None:
        """Let these be chosen."""
        self.fields.choices = choices.coded("conference_fact", facts)
        listed = choices.in_order((area, area) for area in areas)
        self.region.choices = choices.with_nothing(listed, _("Not told"))
        self.organisations.choices = organisations

    def given(self) -> dict[str, Any]:
        """What was said, as ``open_conference`` takes it. The dates are shifted by this showing of the form."""
        names = ("question", "fields", "organisations", "days", "sure")
        chosen: dict[str, Any] = {name: self[name].data for name in names}
        return chosen | {REGION: self.region.data or None, "seed": self.once.data}


class InviteForm(StoringForm):
    """One more organisation."""

    organisation = RadioField(_l("Which organisation do you invite?"), [required(_l("Choose one."))])


class WriteForm(StoringForm):
    """Something for all who take part."""

    text = TextAreaField(
        _l("Write to all who take part"), [required(_l("Write something.")), at_most(LONGEST_TEXT)]
    )
    sure = BooleanField(_l("I have looked at what is marked: it names nobody and leads to nobody"))


class _Close(StoringForm):
    def offer(self, organisations: choices.Choices) -> None:
        """Who takes part, and can be asked to do something."""
        for row in range(ROWS):
            self[f"org_{row}"].choices = choices.with_nothing(organisations, _("Nobody"))

    def given(self) -> Mapping[str, Any]:
        """What was said, as ``close_conference`` takes it."""
        rows = [{part: self[f"{part}_{row}"].data or None for part in PARTS} for row in range(ROWS)]
        return {"actions": [row for row in rows if any(row.values())], "sure": self.sure.data}

    def written(self) -> str:
        """All that was written freely."""
        return "\n".join(self[f"what_{row}"].data or "" for row in range(ROWS)).strip()


CloseForm: Any = type(
    "CloseForm",
    (_Close,),
    {
        name: field
        for row in range(ROWS)
        for name, field in (
            (f"org_{row}", SelectField(_l("Who?"), default="")),
            (f"what_{row}", StringField(_l("What?"), [at_most(LONGEST_ACTION)])),
            (f"until_{row}", DateField(_l("Until when?"), [Optional()])),
        )
    }
    | {"sure": BooleanField(_l("I have looked at what is marked: it names nobody and leads to nobody"))},
)  #: who does what until when, on some rows
