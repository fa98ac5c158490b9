"""Narrow the audit down."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import to_utc

from services.intake.storage.audit import Wanted
from services.intake.web.audit_labels import ACTIONS
from services.intake.web.forms import choices
from shared.web.forms import DateField, Form, Optional, SelectField, StringField, ValidationError


class AuditForm(Form):
    """Ids, codes, a user name and a day, so it may stand in an address. It changes nothing, so it needs no token."""

    class Meta(Form.Meta):
        """Without the token, which would stand in the address."""

        csrf = False

    username = SelectField(_l("Member of staff"), default="")
    action = SelectField(_l("Action"), default="")
    day = DateField(_l("Day"), [Optional()])
    record = StringField(_l("Person or referral, by its id"), [Optional()])

    def __init__(self, names: Mapping[str, str], asked: Any) -> None:
        super().__init__(asked)
        people = choices.in_order(names.items())
        self.username.choices = choices.with_nothing(people, _("Anybody"))
        actions = [(str(code), str(words)) for code, words in ACTIONS.items()]
        self.action.choices = choices.with_nothing(actions, _("Any"))

    def validate_record(self, field: Any) -> None:
        """An id as addresses have them."""
        if as_id(field.data) is None:
            raise ValidationError(_("This is no id. Copy it from the address of the page."))

    def wanted(self) -> Wanted:
        """What was asked, as the use cases take it; a day is one where the organisation is."""
        since = _begin(self.day.data) if self.day.data else None
        before = _begin(self.day.data + timedelta(days=1)) if self.day.data else None
        record = as_id(self.record.data) if self.record.data else None
        actions = (self.action.data,) if self.action.data else None
        return Wanted(record, self.username.data or None, actions, since, before)


def as_id(text: str) -> UUID | None:
    """The id, or None for what is none."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def _begin(day: date) -> datetime:
    found: datetime = to_utc(datetime.combine(day, time()))
    return found.replace(tzinfo=UTC)
