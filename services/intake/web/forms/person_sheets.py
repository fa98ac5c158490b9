"""Who looks after a child, and the fields that the node has added for itself."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from services.intake.domain import codelists
from services.intake.domain.own_fields import OwnField
from services.intake.usecases.checks import LONGEST_TEXT
from services.intake.web.forms import choices
from services.intake.web.forms.base import StoringForm
from shared.web.forms import (
    DateField,
    Optional,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    at_most,
    required,
)

SHORT = 200  #: characters
OWN = "own_"  #: before a code, so that it meets no other name of a form
CHILD = (
    "situation",
    "caregiver",
    "relationship",
    "contact",
    "informed",
    "not_informed_why",
    "guardian",
    "best_interests",
)


class ChildForm(StoringForm):
    """Who looks after the child, and what is best for it."""

    situation = RadioField(_l("With whom is the child?"), [required(_l("Choose one."))])
    caregiver = StringField(_l("Caregiver"), [at_most(SHORT)])
    relationship = StringField(_l("Relationship to the child"), [at_most(SHORT)])
    contact = StringField(_l("How to reach the caregiver"), [at_most(SHORT)])
    informed = RadioField(_l("Is the caregiver informed?"), [required(_l("Choose one."))])
    not_informed_why = TextAreaField(_l("If not: why?"), [at_most(1000)])
    guardian = StringField(_l("Guardian"), [at_most(SHORT)])
    best_interests = TextAreaField(
        _l("What is in the best interests of the child?"),
        [required(_l("Write what is best for the child.")), at_most(LONGEST_TEXT)],
    )

    def __init__(self, known: Mapping[str, Any]) -> None:
        super().__init__(**{name: known.get(name) for name in CHILD})
        self.situation.choices = choices.coded("child_situation", codelists.codes("child_situation"))
        self.informed.choices = [("yes", _("Yes")), ("no", _("No"))]

    def given(self) -> dict[str, Any]:
        """What was said, as ``note_child`` takes it."""
        return {name: self[name].data for name in CHILD}


def own_form(fields: list[OwnField], known: Mapping[str, Any]) -> Any:
    """A form of the node's own fields, with what was written last."""
    declared = {OWN + one.code: _own_field(one, known.get(one.code)) for one in fields}
    form: Any = type("OwnForm", (StoringForm,), declared)()
    for one in fields:
        if one.type == "choice":
            offered = [(code, in_our_language(words)) for code, words in one.choices.items()]
            form[OWN + one.code].choices = choices.with_nothing(offered, _("Not known"))
    return form


def own_given(form: Any, fields: list[OwnField]) -> dict[str, Any]:
    """What was said, as the use case takes it."""
    return {one.code: form[OWN + one.code].data for one in fields}


def _own_field(one: OwnField, known: str | None) -> Any:
    label = in_our_language(one.label)
    if one.type == "date":
        return DateField(label, [Optional()], default=date.fromisoformat(known) if known else None)
    if one.type == "choice":
        return SelectField(label, default=known or "")
    return TextAreaField(label, [at_most(LONGEST_TEXT)], default=known)


def in_our_language(words: Mapping[str, str]) -> str:
    """The words in the reader's language."""
    return words.get(str(get_locale())) or words["en"]
