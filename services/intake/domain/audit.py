"""What the audit holds: who did what, about which record, when and from where."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.intake.domain.staff import Via
from shared.values import value


class Action(StrEnum):
    """All that somebody can do here that is kept. A read of what is known about a person is an action."""

    PEOPLE_SEARCHED = "people_searched"
    PERSON_READ = "person_read"
    CASE_READ = "case_read"
    ANSWER_REPEATED = "answer_repeated"
    REFERRALS_LISTED = "referrals_listed"
    REFERRAL_READ = "referral_read"
    INBOX_READ = "inbox_read"
    PERSON_REGISTERED = "person_registered"
    CONSENT_RECORDED = "consent_recorded"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    SLIP_MADE = "slip_made"
    SLIP_ENDED = "slip_ended"
    SLIP_OPENED = "slip_opened"
    RECORDS_DECIDED = "records_decided"
    REFERRAL_FORWARDED = "referral_forwarded"
    CASE_OPENED = "case_opened"
    CASE_CLOSED = "case_closed"
    NEED_NOTED = "need_noted"
    NEED_SETTLED = "need_settled"
    NEED_PLANNED = "need_planned"
    CASE_SCREENED = "case_screened"
    CASE_ASSESSED = "case_assessed"
    SERVICE_NOTED = "service_noted"
    FOLLOW_UP_PLANNED = "follow_up_planned"
    FOLLOW_UP_DONE = "follow_up_done"
    CLOSURE_ASKED = "closure_asked"
    CLOSURE_SENT_BACK = "closure_sent_back"
    CASE_REOPENED = "case_reopened"
    CHILD_NOTED = "child_noted"
    OWN_FIELDS_NOTED = "own_fields_noted"
    FILE_ADDED = "file_added"
    FILE_READ = "file_read"
    FILE_REMOVED = "file_removed"
    DEPUTY_NAMED = "deputy_named"
    DEPUTY_ENDED = "deputy_ended"
    TEAM_CHANGED = "team_changed"
    REFERRAL_SENT = "referral_sent"
    REFERRAL_MOVED = "referral_moved"
    REFERRAL_TAKEN_BACK = "referral_taken_back"
    MOVE_UNDONE = "move_undone"
    REFERRAL_EXPORTED = "referral_exported"
    BUNDLE_IMPORTED = "bundle_imported"
    IMPORT_READ = "import_read"
    IMPORT_DISMISSED = "import_dismissed"
    CASES_IMPORTED = "cases_imported"
    WEBHOOK_CHANGED = "webhook_changed"
    NOTICES_CHOSEN = "notices_chosen"
    EMERGENCY_OPENED = "emergency_opened"
    EMERGENCY_REFUSED = "emergency_refused"
    EMERGENCY_REVIEWED = "emergency_reviewed"
    CONTENT_ERASED = "content_erased"
    HOLD_ASKED = "hold_asked"
    HOLD_CONFIRMED = "hold_confirmed"
    LIFT_ASKED = "lift_asked"
    LIFT_CONFIRMED = "lift_confirmed"
    SERVICES_CHANGED = "services_changed"
    CAPACITY_ASKED = "capacity_asked"
    CAPACITY_ANSWERED = "capacity_answered"
    QUESTION_READ = "question_read"
    CONFERENCE_OPENED = "conference_opened"
    CONFERENCE_INVITED = "conference_invited"
    CONFERENCE_READ = "conference_read"
    CONFERENCE_WRITTEN = "conference_written"
    CONFERENCE_LEFT = "conference_left"
    CONFERENCE_CLOSED = "conference_closed"
    CONFERENCE_ENDED = "conference_ended"
    COUNTS_CONTRIBUTED = "counts_contributed"
    COUNTS_READ = "counts_read"
    ACTIVITIES_NOTED = "activities_noted"
    SIGNED_IN = "signed_in"
    SIGNED_IN_BY_CODE = "signed_in_by_code"
    SIGNED_IN_BY_RECOVERY_CODE = "signed_in_by_recovery_code"
    SIGNED_IN_BY_PASSKEY = "signed_in_by_passkey"
    SIGNED_IN_ELSEWHERE = "signed_in_elsewhere"
    SIGN_IN_REFUSED = "sign_in_refused"
    SECOND_STEP_REFUSED = "second_step_refused"
    BRAKED = "braked"
    SIGNED_OUT = "signed_out"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    SECOND_FACTOR_SET_UP = "second_factor_set_up"
    SECOND_FACTOR_RESET = "second_factor_reset"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_LINK_MADE = "recovery_link_made"
    RECOVERED = "recovered"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - no password
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    ACCOUNT_CONNECTED = "account_connected"
    ACCOUNT_DISCONNECTED = "account_disconnected"
    USER_ADDED = "user_added"
    USER_DISABLED = "user_disabled"
    USER_ENABLED = "user_enabled"
    TOKEN_MADE = "token_made"  # noqa: S105 - no token
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - no token
    AUDIT_READ = "audit_read"
    AUDIT_EXPORTED = "audit_exported"
    CHECKS_READ = "checks_read"
    NODE_RESTORED = "node_restored"


@value(frozen=True)
class About:
    """The record, by its ids, or the ``member`` of staff, by user name. A case's actions are about its person, too."""

    person_id: UUID | None = None
    case_id: UUID | None = None
    referral_id: UUID | None = None
    member: str | None = None


NOTHING = About()


@value(frozen=True)
class Entry:
    """One action: ids and codes, never what was read or written.

    ``username`` is empty for the node itself, for a command, for a person with a printed code, and for whoever could
    not sign in under a known name.
    ``number`` is its place in the chain; None until it has one, which takes seconds.
    """

    id: UUID
    at: datetime
    username: str
    action: Action
    via: Via
    person_id: UUID | None = None
    case_id: UUID | None = None
    referral_id: UUID | None = None
    member: str | None = None
    number: int | None = None
