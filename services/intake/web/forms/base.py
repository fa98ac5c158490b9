"""What all forms that store something have: sent twice they count once, and they say what a use case refuses."""

import secrets
from collections.abc import Mapping
from typing import Any, ClassVar

from services.intake.web.kept import kept_fields
from services.intake.web.words import sentence
from shared.web.forms import Form, HiddenField


class StoringForm(Form):
    """A form that stores something. ``once`` names this showing of it."""

    class Meta(Form.Meta):
        """Where a form finds what was written in it."""

        def wrap_formdata(self, form: Form, formdata: Any) -> Any:
            """What this request sent, or else what was kept of the person who reads the page."""
            sent = super().wrap_formdata(form, formdata)
            return kept_fields() if sent is None else sent

    once = HiddenField(filters=[lambda value: value or secrets.token_urlsafe(16)])

    fields_of: ClassVar[
        Mapping[str, str]
    ] = {}  #: a use case's name for a field → the form's, where they differ

    def show(self, refused: Mapping[str, str]) -> None:
        """Say the refusals of a use case at their fields."""
        for name, code in refused.items():
            self._add(self.fields_of.get(name, name), sentence(code))

    def _add(self, name: str, error: str) -> None:
        field: Any = self._fields.get(name)
        if field is None:
            self.form_errors.append(error)
        else:
            field.errors = [*field.errors, error]
