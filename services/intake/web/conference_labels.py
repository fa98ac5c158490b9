"""What case conferences are called in the reader's language, and what their refusals mean for a person."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

CONFERENCE_FACTS: Mapping[str, Any] = {
    "age_band": _l("Age group"),
    "gender": _l("Gender"),
    "citizenship": _l("Citizenship"),
    "languages": _l("Languages"),
    "conclusion": _l("Conclusion"),
    "exploitation": _l("Exploitation"),
    "risk": _l("Risk level"),
    "needs": _l("Needs"),
    "levels": _l("Levels of the last assessment"),
    "opened_on": _l("Day on which the case was opened"),
    "screened_on": _l("Day of the screening"),
    "assessed_on": _l("Day of the last assessment"),
    "services": _l("What was given, and when"),
    "region": _l("Region"),
}

CONFERENCE_STATES: Mapping[str, Any] = {
    "open": _l("being discussed"),
    "closed": _l("closed"),
    "over": _l("over and erased"),
    "ended": _l("ended early and erased"),
    "left": _l("left"),
}

DELIVERED: Mapping[str, Any] = {
    "waiting": _l("not there yet"),
    "stored": _l("there"),
    "erased": _l("erased"),
    "over": _l("came too late and was not taken"),
    "left": _l("has left"),
    "organisation_unknown": _l("not in the network any more"),
}

TOLD: Mapping[str, Any] = {
    "same": _l("was told the same as we"),
    "differs": _l("was told something else"),
    "not_said": _l("has not said yet what it was told"),
}

CONFERENCE_SENTENCES: Mapping[str, Any] = {
    "conference_not_consented": _l(
        "The person has not agreed to a case conference. Record consent for it first."
    ),
    "names_known": _l("What is marked as known could tell who the person is. Write it without."),
    "names_suspected": _l(
        "Something in it looks like a name, a number or an address. Look at what is marked."
    ),
    "not_so_many_days": _l("Enter a number of days from 1 to 30."),
    "beyond_consent": _l("The consent ends before that. Choose fewer days."),
    "consent_ends_before_it": _l(
        "The consent ends before the conference does. Record consent for longer first."
    ),
    "told_not_consented": _l("The consent does not cover all that was told. Record consent for it first."),
    "known_by_now": _l(
        "Something that stands in the question has become known of the person since. Nobody else can be invited: "
        "end the conference and open a new one."
    ),
    "already_invited": _l("This organisation was invited already. Choose another one."),
    "not_a_participant": _l("This organisation takes no part. Choose another one."),
    "conference_closed": _l("The conference is closed. Nothing more can be written."),
    **dict.fromkeys(
        ("conference_over", "conference_ended", "conference_left"),
        _l("The conference is over, and what was said in it is erased."),
    ),
}
