"""What kinds of notices, and ways to be told, are called."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

KINDS: Mapping[str, Any] = {
    "emergency": _l("An emergency"),
    "called": _l("I am called by name"),
    "waits": _l("A referral or a question waits for us"),
    "moved": _l("A referral has moved"),
    "late": _l("Something is overdue"),
}
WAYS: Mapping[str, Any] = {
    "instant": _l("a mail at once"),
    "daily": _l("in one mail a day"),
    "never": _l("not by mail"),
}
STATES: Mapping[str, Any] = {
    "waiting": _l("waiting"),
    "sent": _l("sent"),
    "failed": _l("failed"),
    "dropped": _l("not needed any more, or not wanted"),
}
