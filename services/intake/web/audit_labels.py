"""What each action of the audit is called, and from where it came. The words are nouns: they say nobody's gender."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from services.intake.domain import Action, Via

ACTIONS: Mapping[str, Any] = {
    Action.PEOPLE_SEARCHED: _l("Search for people"),
    Action.PERSON_READ: _l("Person looked at"),
    Action.CASE_READ: _l("Case looked at"),
    Action.ANSWER_REPEATED: _l("Earlier answer given again"),
    Action.REFERRALS_LISTED: _l("List of referrals looked at"),
    Action.REFERRAL_READ: _l("Referral looked at"),
    Action.INBOX_READ: _l("Inbox looked at"),
    Action.PERSON_REGISTERED: _l("Person registered"),
    Action.CONSENT_RECORDED: _l("Consent recorded"),
    Action.CONSENT_WITHDRAWN: _l("Consent withdrawn"),
    Action.CASE_OPENED: _l("Case opened"),
    Action.CASE_CLOSED: _l("Case closed"),
    Action.NEED_NOTED: _l("Need noted"),
    Action.NEED_SETTLED: _l("Outcome of a need noted"),
    Action.TEAM_CHANGED: _l("Change of who works on it"),
    Action.REFERRAL_SENT: _l("Referral sent"),
    Action.REFERRAL_MOVED: _l("Referral moved on"),
    Action.REFERRAL_EXPORTED: _l("Referral exported"),
    Action.BUNDLE_IMPORTED: _l("Referral brought by another system"),
    Action.IMPORT_READ: _l("Content brought by another system looked at"),
    Action.IMPORT_DISMISSED: _l("Content brought by another system dismissed"),
    Action.CASES_IMPORTED: _l("List of cases brought in"),
    Action.WEBHOOK_CHANGED: _l("Webhook set up or changed"),
    Action.EMERGENCY_OPENED: _l("Emergency opening"),
    Action.EMERGENCY_REFUSED: _l("Emergency opening refused"),
    Action.EMERGENCY_REVIEWED: _l("Emergency opening looked into"),
    Action.CONTENT_ERASED: _l("Content erased"),
    Action.HOLD_ASKED: _l("Legal hold asked for"),
    Action.HOLD_CONFIRMED: _l("Legal hold confirmed"),
    Action.LIFT_ASKED: _l("End of a legal hold asked for"),
    Action.LIFT_CONFIRMED: _l("Legal hold ended"),
    Action.COUNTS_CONTRIBUTED: _l("Counts sent for statistics"),
    Action.SIGNED_IN: _l("Signed in"),
    Action.SIGN_IN_REFUSED: _l("Sign-in refused"),
    Action.SIGNED_OUT: _l("Signed out"),
    Action.SECOND_FACTOR_SET_UP: _l("Second step set up"),
    Action.SECOND_FACTOR_RESET: _l("Second step reset"),
    Action.RECOVERY_CODES_MADE: _l("New recovery codes"),
    Action.RECOVERY_LINK_MADE: _l("Recovery link made"),
    Action.RECOVERED: _l("Recovery link used"),
    Action.PASSWORD_CHANGED: _l("Password changed"),
    Action.PASSKEY_ADDED: _l("Passkey added"),
    Action.PASSKEY_REMOVED: _l("Passkey removed"),
    Action.USER_ADDED: _l("Member of staff added"),
    Action.USER_DISABLED: _l("Member of staff disabled"),
    Action.USER_ENABLED: _l("Member of staff enabled"),
    Action.TOKEN_MADE: _l("API token made"),
    Action.AUDIT_READ: _l("Audit looked at"),
    Action.AUDIT_EXPORTED: _l("Audit exported"),
}

VIAS: Mapping[str, Any] = {
    Via.PAGE: _l("page"),
    Via.API: _l("API"),
    Via.COMMAND: _l("command"),
    Via.NODE: _l("the node itself"),
}
