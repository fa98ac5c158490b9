"""Where a referral stands, in words for the person it is about."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from shared.schemas.life import State

STANDS: Mapping[str, Any] = {
    State.SENT: _l("It is on its way to them."),
    State.DELIVERED: _l("They have it. They have not answered yet."),
    State.ACKNOWLEDGED: _l("They have read it. They have not decided yet."),
    State.WAITLISTED: _l("There is no room now. It is on their waiting list."),
    State.INFORMATION_REQUESTED: _l("They asked a question first. It is being answered."),
    State.ACCEPTED: _l("They said yes."),
    State.SCHEDULED: _l("They said yes, and there is an appointment."),
    State.IN_PROGRESS: _l("They have begun to help."),
    State.ON_HOLD: _l("It rests for now."),
    State.REJECTED: _l("They cannot help with this."),
    State.COMPLETED: _l("It is done."),
    State.PARTIALLY_COMPLETED: _l("A part of it is done, and it is over."),
    State.FAILED: _l("It did not work out, and it is over."),
    State.CANCELLED: _l("It was called off."),
    State.WITHDRAWN: _l("It was taken back. They are told to stop."),
    State.FORWARDED: _l("They passed it on to others."),
    State.ENTERED_IN_ERROR: _l("It was sent by mistake."),
}
FOR_WHAT: Mapping[str, Any] = {
    "referral": _l("Passing it on to those who can help"),
    "statistics": _l("Counting, without a name"),
    "conference": _l("Asking others for advice, without a name"),
}
