"""What webhooks tell of, and what became of one."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from services.intake.usecases.webhooks import Kind

KINDS: Mapping[str, Any] = {
    Kind.ARRIVED: _l("A referral has come"),
    Kind.MOVED: _l("A referral has moved on"),
    Kind.OVERDUE: _l("A referral is overdue"),
    Kind.TEST: _l("Test"),
}

RESULTS: Mapping[str, Any] = {
    "timeout": _l("It did not answer in time."),
    "tls": _l("Its certificate is not valid, or of another name."),
    "no_connection": _l("There was no connection, or no answer of HTTP."),
    "no_such_host": _l("There is no host of that name."),
    "address_not_allowed": _l("The name leads into our own network, which was not allowed."),
    "not_https": _l("Beyond this machine it has to be https."),
    "unreadable": _l("Its address cannot be read any more. Remove it, and set it up anew."),
}  #: besides http_ and a status
