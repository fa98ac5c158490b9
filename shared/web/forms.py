"""Forms whose every sentence can be translated: a base, and validators that each say their own message."""

from typing import Any

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    Field,
    FormField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SearchField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TelField,
    TextAreaField,
    widgets,
)
from wtforms.validators import InputRequired, Length, Optional, StopValidation, ValidationError

__all__ = [
    "BooleanField",
    "Checkboxes",
    "DateField",
    "EmailField",
    "Field",
    "FileField",
    "Form",
    "FormField",
    "HiddenField",
    "IntegerField",
    "Optional",
    "PasswordField",
    "RadioField",
    "SearchField",
    "SelectField",
    "SelectMultipleField",
    "StopValidation",
    "StringField",
    "SubmitField",
    "TelField",
    "TextAreaField",
    "ValidationError",
    "at_most",
    "required",
]

_BUILT_IN = (
    _l("Not a valid choice."),
    _l("Not a valid date value."),
    _l("Not a valid integer value."),
    _l("This field is required."),
    _l("'%(value)s' is not a valid choice for this field."),
    _l("'%(value)s' are not valid choices for this field."),
)  #: what the form library says by itself; it knows no Belarusian, so its sentences stand in our catalogue


class _Catalogue:
    """Our own catalogue in the place of the form library's."""

    def gettext(self, sentence: str) -> str:
        return str(gettext(sentence))

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        return str(gettext(singular if count == 1 else plural))  # the library fills the places in itself


class Form(FlaskForm):  # type: ignore[misc]
    """A form of a page, with its CSRF token, speaking the reader's language."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Where the form library looks for its own sentences."""

        def get_translations(self, _form: Any) -> _Catalogue:
            """Our catalogue."""
            return _Catalogue()


class Checkboxes(SelectMultipleField):
    """Any number of a list of choices, as boxes that need no script."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


def required(message: LazyString | None = None) -> InputRequired:
    """The field may not stay empty; say what to enter."""
    return InputRequired(message or _l("Fill this in."))


def at_most(longest: int) -> Length:
    """No more than that many characters. The sentence needs no plural in any language."""
    return Length(max=longest, message=_l("The number of characters must not exceed %(max)d."))
