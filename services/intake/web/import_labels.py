"""What is said of a bundle that another system brought: what became of it, and why a person has to look at it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

OUTCOMES: Mapping[str, Any] = {
    "registered": _l("It is a person and a case now. Record consent before you refer."),
    "moved": _l("The referral has moved on."),
    "unchanged": _l("The referral stood there already. Nothing has changed."),
    "known": _l("It had come in before. Nothing has changed."),
    "set_aside": _l("It is still not understood. See below what has to change."),
}

NOT_TAKEN: Mapping[str, Any] = {
    "unknown_code": _l("This code is not known here."),
    "not_coded": _l("Here is no code that is known."),
    "contradicts": _l("This contradicts what stands beside it."),
    "differs": _l("This differs from what is known of the referral here."),
    "changes_the_meaning": _l("This changes the meaning of the rest, and is not known here."),
    "not_understood": _l("This says that the rest is not meant as it stands."),
    "resource_not_understood": _l("Records of this kind have no place here."),
    "reference_elsewhere": _l("This speaks of something that is not in what came."),
    "more_than_one": _l("There are several, and only one has a place here."),
    "name_without_parts": _l("A name in one piece: which part is the family name is not said."),
    "not_a_whole_date": _l("A date needs its day, month and year."),
    "not_a_moment": _l("A moment needs its date, time and time zone."),
    "not_an_id": _l("This is no id of the network."),
    "needed": _l("Something has to be said here."),
    "field_not_consented": _l("More came than the consent names."),
    "no_consent": _l("No consent came with it."),
    "consent_not_active": _l("The consent is not in force."),
    "not_yours": _l("A colleague works on this referral. Ask them, or your focal point."),
    "referral_unknown": _l("It is under way elsewhere, and no such referral is here."),
    "no_such_move": _l(
        "No single move of your organisation leads there. Make the moves on the referral's page."
    ),
    "no_servicerequest": _l("What is asked for is missing."),
    "no_task": _l("Where it stands is missing."),
    "no_patient": _l("The person is missing."),
    "name_needed": _l("An alias or a name is missing."),
    "in_the_future": _l("This date is in the future."),
    "too_long_ago": _l("This date is too long ago."),
}
