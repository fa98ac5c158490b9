"""Screen, assess, plan, note what was given, follow up, approve a closure, reopen: the questions of case work."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from services.intake.domain import PRIORITIES, Need, codelists
from services.intake.usecases.checks import LONGEST_TEXT
from services.intake.usecases.sheets import LONGEST_FACTOR, SIDES
from services.intake.web.forms import choices
from services.intake.web.forms.base import StoringForm
from services.intake.web.words import word
from shared.schemas.codes import SERVICE_TYPES
from shared.schemas.workbook import CONCLUSIONS
from shared.web.forms import (
    BooleanField,
    Checkboxes,
    DateField,
    Optional,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    at_most,
    required,
)

INDICATORS, DOMAINS, FACTORS = (codelists.codes(kind) for kind in ("indicator", "domain", "factor"))


def listed(kind: str) -> choices.Choices:
    """The codes of a list of case work, with their words."""
    return choices.coded(kind, codelists.codes(kind))


def _form(name: str, base: type[StoringForm], fields: dict[str, Any]) -> Any:
    """The form with one more field for each code."""
    return type(name, (base,), fields)


class _Screening(StoringForm):
    def __init__(self) -> None:
        super().__init__()
        for code in INDICATORS:
            self[code].label.text = word("indicator", code)
            self[code].choices = listed("answer")
        self.conclusion.choices = choices.coded("conclusion", CONCLUSIONS)
        self.identified_by.choices = choices.with_nothing(listed("identified_by"), _("Choose"))
        self.means.choices, self.sectors.choices = listed("means"), listed("sector")
        self.recruiter.choices = choices.with_nothing(listed("recruiter"), _("Not known"))

    def given(self) -> dict[str, Any]:
        """What was said, as ``screen`` takes it."""
        answers = {code: self[code].data for code in INDICATORS if self[code].data}
        return {
            "answers": answers,
            "conclusion": self.conclusion.data,
            "identified_by": self.identified_by.data,
            "means": self.means.data,
            "sectors": self.sectors.data,
            "recruiter": self.recruiter.data or None,
        }


ScreeningForm: Any = _form(
    "ScreeningForm",
    _Screening,
    {code: RadioField(default="unknown") for code in INDICATORS}
    | {
        "conclusion": RadioField(_l("What do you conclude?"), [required(_l("Choose a conclusion."))]),
        "identified_by": SelectField(
            _l("Who came to this conclusion?"), [required(_l("Say who concluded."))], default=""
        ),
        "means": Checkboxes(_l("How was the person controlled?")),
        "sectors": Checkboxes(_l("In which sector was the person exploited?")),
        "recruiter": SelectField(_l("Who recruited the person?"), default=""),
    },
)  #: an answer to each indicator, the conclusion and whose it is, and what statistics count as far as it is known


class _Assessment(StoringForm):
    def __init__(self) -> None:
        super().__init__()
        levels = choices.with_nothing(listed("level"), _("Not assessed"))
        for code in DOMAINS:
            self[code].label.text = word("domain", code)
            self[code].choices = levels
        self.risk.choices = listed("risk")

    def given(self) -> dict[str, Any]:
        """What was said, as ``assess`` takes it."""
        levels = {code: self[code].data for code in DOMAINS if self[code].data}
        return {"levels": levels, "risk": self.risk.data, "immediate_risk": self.immediate_risk.data}


AssessmentForm: Any = _form(
    "AssessmentForm",
    _Assessment,
    {code: SelectField(default="") for code in DOMAINS}
    | {
        "risk": RadioField(_l("Risk level"), [required(_l("Choose a risk level."))]),
        "immediate_risk": BooleanField(_l("Life or freedom is in danger now")),
    },
)  #: a level for each domain, and the risk


class _Factors(StoringForm):
    def given(self) -> dict[str, Any]:
        """What was said, as ``note_factors`` takes it."""
        return {
            side: {code: self[f"{side}_{code}"].data for code in FACTORS if self[f"{side}_{code}"].data}
            for side in SIDES
        }

    def __init__(self) -> None:
        super().__init__()
        for side in SIDES:
            for code in FACTORS:
                self[f"{side}_{code}"].label.text = word("factor", code)


FactorsForm: Any = _form(
    "FactorsForm",
    _Factors,
    {
        f"{side}_{code}": TextAreaField(validators=[at_most(LONGEST_FACTOR)])
        for side in SIDES
        for code in FACTORS
    },
)  #: what endangers and what protects, at four levels


class PlanForm(StoringForm):
    """How a need is to be met, and until when."""

    priority = RadioField(_l("How important is it now?"), [required(_l("Choose a priority."))])
    how = RadioField(_l("How is it to be met?"), [Optional()])
    planned_on = DateField(_l("Until which day?"), [Optional()])

    def __init__(self, need: Need) -> None:
        super().__init__(priority=need.priority, how=need.how, planned_on=need.planned_on)
        self.priority.choices = choices.coded("priority", PRIORITIES)
        self.how.choices = listed("how")

    def given(self) -> dict[str, Any]:
        """What was said, as ``plan_need`` takes it."""
        return {name: self[name].data for name in ("priority", "how", "planned_on")}


class ServiceForm(StoringForm):
    """What was given, by whom and when."""

    service_type = SelectField(_l("What was given?"), [required(_l("Choose what was given."))])
    how = RadioField(_l("In which way?"), [required(_l("Choose one."))])
    given_by = StringField(_l("By whom?"), [required(_l("Say who gave it.")), at_most(200)])
    given_on = DateField(_l("On which day?"), [required(_l("Say on which day."))])
    note = TextAreaField(_l("Note"), [at_most(LONGEST_TEXT)])
    meets = BooleanField(_l("The need is met by this"))

    def __init__(self, need: Need | None, **usual: Any) -> None:
        super().__init__(**usual)
        services = choices.coded("service_type", SERVICE_TYPES)
        self.service_type.choices = choices.with_nothing(services, _("Choose"))
        self.how.choices = listed("how")
        self.need = need
        if need is None:
            del self.meets

    def given(self) -> dict[str, Any]:
        """What was said, as ``note_service`` takes it."""
        names = ("service_type", "how", "given_by", "given_on", "note")
        of_need = {"need_id": self.need.id, "meets": self.meets.data} if self.need else {}
        return {name: self[name].data for name in names} | of_need


class FollowUpForm(StoringForm):
    """When and how somebody asks how the person is."""

    due_on = DateField(_l("On which day?"), [required(_l("Say on which day."))])
    type = RadioField(_l("In which way?"), [required(_l("Choose one."))])
    note = TextAreaField(_l("What is it about?"), [at_most(LONGEST_TEXT)])

    def __init__(self) -> None:
        super().__init__()
        self.type.choices = listed("follow_up_type")

    def given(self) -> dict[str, Any]:
        """What was said, as ``plan_follow_up`` takes it."""
        return {name: self[name].data for name in ("due_on", "type", "note")}


class DoneForm(StoringForm):
    """That a follow-up was done, and what was found."""

    done_on = DateField(_l("On which day?"), [required(_l("Say on which day."))])
    finding = TextAreaField(
        _l("How is the person?"), [required(_l("Write what you found.")), at_most(LONGEST_TEXT)]
    )

    def given(self) -> dict[str, Any]:
        """What was said, as ``finish_follow_up`` takes it."""
        return {name: self[name].data for name in ("done_on", "finding")}


class DecisionForm(StoringForm):
    """A focal point's word on a closure."""

    decision = RadioField(_l("Do you approve?"), [required(_l("Choose one."))])
    why = TextAreaField(_l("Why not?"), [at_most(LONGEST_TEXT)])

    def __init__(self) -> None:
        super().__init__()
        self.decision.choices = [
            ("approve", _("Yes, close the case")),
            ("send_back", _("No, send it back")),
        ]

    def given(self) -> dict[str, Any]:
        """What was said, as ``decide_closure`` takes it."""
        return {name: self[name].data for name in ("decision", "why")}


class ReopenForm(StoringForm):
    """Why the work goes on."""

    why = TextAreaField(
        _l("Why is the case opened again?"), [required(_l("Write why.")), at_most(LONGEST_TEXT)]
    )
