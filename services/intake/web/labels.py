"""What the node's own codes are called in the reader's language, and what each refusal means for a person."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from services.intake.domain import Role
from services.intake.web.audit_labels import ACTIONS, VIAS
from services.intake.web.check_labels import CHECKS, VERDICTS
from services.intake.web.conference_labels import (
    CONFERENCE_FACTS,
    CONFERENCE_SENTENCES,
    CONFERENCE_STATES,
    DELIVERED,
    TOLD,
)
from services.intake.web.file_labels import FILE_KINDS, FILE_SENTENCES
from services.intake.web.import_labels import NOT_TAKEN, OUTCOMES
from services.intake.web.notice_labels import STATES
from services.intake.web.webhook_labels import KINDS, RESULTS
from shared.schemas.life import Move

FIELDS: Mapping[str, Any] = {
    "alias": _l("Alias"),
    "given_name": _l("Given name"),
    "family_name": _l("Family name"),
    "birth_date": _l("Date of birth"),
    "age_band": _l("Age group"),
    "gender": _l("Gender"),
    "citizenship": _l("Citizenship"),
    "languages": _l("Languages"),
    "phone": _l("Phone"),
    "address": _l("Address"),
}

ROLES: Mapping[str, Any] = {
    Role.CASE_WORKER: _l("case worker"),
    Role.FOCAL_POINT: _l("focal point"),
    Role.ADMIN: _l("administrator of the node"),
    Role.AUDITOR: _l("auditor"),
}

OWN_CODES: Mapping[str, Mapping[str, Any]] = {
    "field": FIELDS,
    "action": ACTIONS,
    "via": VIAS,
    "not_taken": NOT_TAKEN,
    "notice_state": STATES,
    "import_outcome": OUTCOMES,
    "webhook_kind": KINDS,
    "file_kind": FILE_KINDS,
    "webhook_result": RESULTS,
    "check": CHECKS,
    "check_verdict": VERDICTS,
    "conference_fact": CONFERENCE_FACTS,
    "conference_state": CONFERENCE_STATES,
    "delivered": DELIVERED,
    "told": TOLD,
    "safe_contact": {
        "phone": _l("By phone"),
        "in_person": _l("In person"),
        "only_through_the_worker": _l("Only through the case worker"),
        "do_not_contact": _l("Do not contact the person"),
    },
    "given_by": {
        "individual": _l("The person"),
        "caregiver": _l("The caregiver"),
        "guardian": _l("The guardian"),
    },
    "purpose": {
        "referral": _l("Referral to the organisations named here"),
        "statistics": _l("Counting in statistics, without a name"),
        "conference": _l("Case conference, without a name, with the organisations named here"),
    },
    "referral_purpose": {"transfer": _l("To hand over the whole case to whoever accepts it")},
    "part": {"received_content": _l("What came with the referral"), "own_records": _l("Own records")},
    "holding": {
        "erased": _l("erased"),
        "kept": _l("kept"),
        "nothing": _l("there is nothing"),
        "undecided": _l("a person there has yet to say"),
    },
    "own_records": {
        "nothing": _l("There are none."),
        "erased": _l("They are erased."),
        "kept": _l("Something has to be kept."),
    },
    "kept_because": {
        "legal_hold": _l("legal hold"),
        "legal_obligation": _l("a law obliges us to keep it"),
        "vital_interests": _l("somebody's life or health depends on it"),
        "own_consent": _l("the person has agreed to it here"),
    },
    "priority": {"high": _l("High priority"), "medium": _l("Medium priority"), "low": _l("Low priority")},
    "case_status": {"open": _l("Open case"), "closed": _l("Closed case")},
    "service_status": {"open": _l("takes referrals"), "paused": _l("paused"), "full": _l("full")},
    "capacity": {
        "capacity": _l("there is room"),
        "no_capacity": _l("no room"),
        "waiting_list": _l("waiting list"),
        "more_assessment_needed": _l("more has to be known first"),
        "waiting": _l("no answer yet"),
        "no_answer": _l("no answer"),
    },
    "rung": {
        "assignee": _l("those who work on it at the receiving organisation are reminded"),
        "intake": _l("everyone on intake at the receiving organisation is reminded"),
        "sender": _l("those who sent it are told"),
        "supervisor": _l("the focal points of the sending organisation are told"),
        "coordinator": _l("the coordinators see one more in their count"),
    },
    "obstacle": {
        "paused": _l("takes no referrals at the moment"),
        "organisation_without_key": _l("nothing can be sealed for it yet"),
        "organisation_not_consented": _l("the consent does not name it"),
        "directory_old": _l("nothing was sent to it before, and the directory here is old"),
        "directory_too_old": _l("the directory here is too old"),
    },
    "done": {
        Move.ANSWER: _l("answered"),
        Move.NOT_ATTENDED: _l("did not come"),
        Move.START: _l("started"),
        Move.RESUME: _l("resumed"),
        Move.ASK_TO_CANCEL: _l("asked to cancel it"),
        Move.ASK_FOR_TRANSFER: _l("asked for the whole case"),
        Move.TRANSFER: _l("handed over the case"),
        Move.DECLINE: _l("said no to the request"),
    },
    "about": {
        Move.ACKNOWLEDGE: _l("Says that somebody here has read it. It is no decision yet."),
        Move.ACCEPT: _l("Says that your organisation will help."),
        Move.ASK_TO_CANCEL: _l("The organisation that sent it decides. Until then nothing changes."),
        Move.ASK_FOR_TRANSFER: _l(
            "Asks whether your organisation may take over the whole case. Nothing changes until people there say so."
        ),
        Move.TRANSFER: _l(
            "The other organisation is responsible for the case from now on. Close yours as transferred afterwards."
        ),
        Move.CANCEL: _l("Asks the other organisation to stop. What was shared stays with it."),
        Move.WITHDRAW_CONSENT: _l("Tells the other organisation to stop and to erase what was shared."),
        Move.ENTERED_IN_ERROR: _l("Says that this referral should never have been sent."),
    },
    "closure": {
        "plan_completed": _l("The case plan is completed"),
        "reintegrated": _l("Reintegrated"),
        "returned": _l("Returned"),
        "transferred": _l("Transferred to another organisation"),
        "person_declined": _l("The person declined further help"),
        "contact_lost": _l("Contact was lost"),
        "died": _l("The person died"),
        "not_eligible": _l("Not eligible"),
        "other": _l("Other reason"),
    },
    "step": {
        "open_case": _l("Open a case"),
        "screen": _l("Screening"),
        "assess": _l("Assess needs and risks"),
        "serve": _l("Give help yourselves"),
        "plan_follow_up": _l("Plan a follow-up"),
        "await_approval": _l("Wait for approval of the closure"),
        "record_consent": _l("Record consent"),
        "assess_needs": _l("Plan: note the needs"),
        "refer": _l("Refer"),
        "await_answer": _l("Wait for the answer"),
        "provide": _l("Help is being given"),
        "follow_up": _l("Follow up"),
        "close": _l("Close the case"),
    },
}

SENTENCES: Mapping[str, Any] = {
    "needed": _l("Fill this in."),
    "name_needed": _l("Enter an alias or a name. One of them is enough."),
    "in_the_future": _l("This date is in the future. Enter one that has passed, or leave it empty."),
    "in_the_past": _l("This date has passed. Enter a later one."),
    "too_long_ago": _l("This date is too long ago. Check the year, or leave it empty."),
    "not_a_date": _l("Not a valid date value."),
    "not_a_moment": _l("Not a valid datetime value."),
    "too_long": _l("This is too long. Shorten it."),
    "too_many": _l("These are too many. Choose fewer."),
    "not_text": _l("This contains signs that cannot be kept. Type it anew."),
    "unknown_code": _l("Not a valid choice."),
    "organisation_unknown": _l("This organisation is not in the directory. Choose another one."),
    "own_organisation": _l("This is your own organisation. Choose another one."),
    "organisation_without_key": _l("Nothing can be sealed for this organisation yet. Choose another one."),
    "directory_old": _l(
        "The directory here is old, and nothing was sent to this organisation before. Choose another one, or have the "
        "link to the hub looked at. Nothing that you filled in is lost."
    ),
    "directory_too_old": _l(
        "The directory here is too old to send anything new. Have the link to the hub looked at, then send this again. "
        "Nothing that you filled in is lost."
    ),
    "no_consent": _l("The person has not given consent. Record it first."),
    "consent_withdrawn": _l("The person has withdrawn consent. Nothing more may leave."),
    "consent_expired": _l("The consent has expired. Record it anew."),
    "purpose_not_consented": _l("The person has not agreed to be referred. Record consent for it first."),
    "organisation_not_consented": _l(
        "The consent does not name this organisation. Record it, or choose another."
    ),
    "field_not_consented": _l(
        "The consent does not cover one of these fields. Record it, or untick the field."
    ),
    "case_not_found": _l("There is no case with this reference. Check it with whoever gave it to you."),
    "referrals_open": _l("A referral of this case is still open. It has to be completed or cancelled first."),
    "youngest_above_oldest": _l("The youngest age is above the oldest. Change one of them."),
    "not_an_age": _l("Enter an age in years, or leave it empty."),
    "left_already": _l("It has left already, or somebody else said it."),
    "own_deputy": _l("Nobody stands in for themselves. Choose somebody else."),
    "ends_before_it_begins": _l("The last day is before the first. Change one of them."),
    "absent_too_long": _l("This is longer than 60 days. Choose an earlier last day."),
    "nobody_offers_this": _l("Nobody offers this to somebody like that. Ask for less."),
    "answered": _l("A colleague has answered already."),
    "ended": _l("The time for an answer is over."),
    "closed": _l("The case is closed."),
    "child_unknown": _l("This person is under eighteen. Note first who looks after the child."),
    "caregiver_not_informed": _l("The caregiver is not informed, so they get no code."),
    "open": _l("The case is open."),
    "closure_asked": _l("A focal point is to approve the closure."),
    "no_closure_asked": _l("Nobody has asked to close this case."),
    "done": _l("This was noted already."),
    "not_a_child": _l("This person is not known to be under eighteen."),
    "not_an_id": _l("Not a valid choice."),
    "erased": _l("What was known of the person has been erased."),
    "unreadable": _l("What is known of the person cannot be read. Tell whoever looks after this node."),
    "another_person_needed": _l("You were the first. Ask a colleague to open this page and to confirm."),
    "not_received": _l("One of these fields did not come with the referral. Untick it."),
    **dict.fromkeys(
        ("no_hold", "hold_asked", "hold_lapsed", "hold_held", "hold_lift_asked", "hold_lifted"),
        _l("The legal hold has changed in the meantime. Open this page anew to see where it stands."),
    ),
    "not_a_push_service": _l("The maker of this browser is not one through whom this node tells anything."),
    "not_a_key": _l("The browser did not say its keys. Try again."),
    "not_https": _l("Enter an address that begins with https://."),
    "not_an_address": _l("This is no address that a webhook could go to. Check it."),
    "too_many_endpoints": _l("There are ten already. Remove one that is not needed."),
    "webhook_sent": _l("It has been sent in the meantime."),
    **dict.fromkeys(
        ("import_taken", "import_dismissed", "import_known"),
        _l("Somebody has dealt with this in the meantime. Open this page anew to see where it stands."),
    ),
    **FILE_SENTENCES,
    **CONFERENCE_SENTENCES,
}  #: what to do about a refusal's code

UNFORESEEN = _l("This cannot be taken as it is. Check it and try again.")
LANGUAGES = {"rom": _l("Romani")}  #: not named in every one of our languages by the library
