"""Open a case, note a need and what became of it, close the case."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from services.intake.domain import CLOSURE_REASONS, OUTCOMES, PRIORITIES, codelists
from services.intake.web.forms import choices
from services.intake.web.forms.base import StoringForm
from shared.schemas.codes import SERVICE_TYPES
from shared.schemas.workbook import CONCLUSIONS, EXPLOITATION
from shared.web.forms import Checkboxes, DateField, Optional, RadioField, SelectField, required


class CaseForm(StoringForm):
    """The conclusion of the screening, as far as there is one."""

    conclusion = SelectField(_l("Conclusion of the screening"), default="")
    exploitation = Checkboxes(_l("Kind of exploitation"))

    def __init__(self) -> None:
        super().__init__()
        found = choices.coded("conclusion", CONCLUSIONS)
        self.conclusion.choices = choices.with_nothing(found, _("Not concluded yet"))
        self.exploitation.choices = choices.coded("exploitation", EXPLOITATION)


class NeedForm(StoringForm):
    """Something the person needs."""

    service_type = SelectField(
        _l("What does the person need?"), [required(_l("Choose what is needed."))], default=""
    )
    priority = RadioField(_l("How important is it now?"), [required(_l("Choose a priority."))])
    how = RadioField(_l("How is it to be met?"), [Optional()])
    planned_on = DateField(_l("Until which day?"), [Optional()])

    def __init__(self) -> None:
        super().__init__()
        self.how.choices = choices.coded("how", codelists.codes("how"))
        services = choices.coded("service_type", SERVICE_TYPES)
        self.service_type.choices = choices.with_nothing(services, _("Choose"))
        self.priority.choices = choices.coded("priority", PRIORITIES)

    def given(self) -> dict[str, Any]:
        """What was said, as ``add_need`` takes it."""
        return {name: self[name].data for name in ("service_type", "priority", "how", "planned_on")}


class SettleForm(StoringForm):
    """What became of a need without a referral."""

    outcome = RadioField(_l("What became of it?"), [required(_l("Say what became of it."))])

    def __init__(self) -> None:
        super().__init__()
        self.outcome.choices = choices.coded("need_outcome", OUTCOMES)


class CloseForm(StoringForm):
    """Why the work ends."""

    reason = RadioField(_l("Why is the case closed?"), [required(_l("Choose a reason."))])

    def __init__(self, proposed: str | None = None) -> None:
        super().__init__(reason=proposed if proposed in CLOSURE_REASONS else None)
        self.reason.choices = choices.coded("closure", CLOSURE_REASONS)
