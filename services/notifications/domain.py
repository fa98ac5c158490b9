"""Who is told of what, how often, and how patiently a mail is tried."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from shared.schemas.life import Move, Party


class Kind(StrEnum):
    """Why somebody is told. Kept with the notice, never said in the mail."""

    REFERRAL_WAITS = "referral_waits"
    SENDER_MOVED = "sender_moved"
    RECEIVER_MOVED = "receiver_moved"
    ACKNOWLEDGEMENT_OVERDUE = "acknowledgement_overdue"
    REPLY_OVERDUE = "reply_overdue"
    PEOPLE_CALLED = "people_called"


class State(StrEnum):
    """What became of a notice, or of a mail."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


SUPERVISORS = "supervisors"  #: whom a node names as such


@dataclass(frozen=True)
class Notice:
    """An organisation is to be told, for that reason; ``urgent`` ones are not braked.

    ``audience`` names the contacts who are meant, by their ids as text or as SUPERVISORS; None means all.
    """

    org: str
    kind: Kind
    urgent: bool
    audience: tuple[str, ...] | None = None

    def is_for(self, contact_id: UUID, *, supervisor: bool) -> bool:
        """Whether that contact is meant."""
        if self.audience is None or (supervisor and SUPERVISORS in self.audience):
            return True
        return str(contact_id) in self.audience


TOLD: dict[Move, tuple[Party, Kind] | None] = {
    Move.SEND: None,  # nothing waits anywhere until the receiving node has stored it
    Move.DELIVER: (Party.RECEIVER, Kind.REFERRAL_WAITS),
    Move.ANSWER: (Party.RECEIVER, Kind.SENDER_MOVED),
    Move.CANCEL: (Party.RECEIVER, Kind.SENDER_MOVED),
    Move.WITHDRAW_CONSENT: (Party.RECEIVER, Kind.SENDER_MOVED),
    Move.ENTERED_IN_ERROR: (Party.RECEIVER, Kind.SENDER_MOVED),
    Move.ACKNOWLEDGE: (Party.SENDER, Kind.RECEIVER_MOVED),
    Move.ACCEPT: (Party.SENDER, Kind.RECEIVER_MOVED),
    Move.REJECT: (Party.SENDER, Kind.RECEIVER_MOVED),
    Move.WAITLIST: (Party.SENDER, Kind.RECEIVER_MOVED),
    Move.ASK_FOR_INFORMATION: (Party.SENDER, Kind.RECEIVER_MOVED),
    Move.SCHEDULE: (Party.SENDER, Kind.RECEIVER_MOVED),
    Move.NOT_ATTENDED: (Party.SENDER, Kind.RECEIVER_MOVED),
    Move.START: (Party.SENDER, Kind.RECEIVER_MOVED),
    Move.HOLD: (Party.SENDER, Kind.RECEIVER_MOVED),
    Move.RESUME: (Party.SENDER, Kind.RECEIVER_MOVED),
    Move.COMPLETE: (Party.SENDER, Kind.RECEIVER_MOVED),
    Move.COMPLETE_IN_PART: (Party.SENDER, Kind.RECEIVER_MOVED),
    Move.FAIL: (Party.SENDER, Kind.RECEIVER_MOVED),
    Move.FORWARD: (Party.SENDER, Kind.RECEIVER_MOVED),
    Move.ASK_TO_CANCEL: (Party.SENDER, Kind.RECEIVER_MOVED),
    Move.ASK_FOR_TRANSFER: (Party.SENDER, Kind.RECEIVER_MOVED),
    Move.TRANSFER: (Party.RECEIVER, Kind.SENDER_MOVED),
    Move.DECLINE: (Party.RECEIVER, Kind.SENDER_MOVED),
}  #: per move the party that is told: always the one that did not make it

OVERDUE = {"acknowledgement": Kind.ACKNOWLEDGEMENT_OVERDUE, "reply": Kind.REPLY_OVERDUE}
LADDER: dict[str, tuple[Party, tuple[str, ...] | None] | None] = {
    "assignee": None,  # the receiving node knows whom, and calls them
    "intake": (Party.RECEIVER, None),
    "sender": None,  # the sending node knows whom
    "supervisor": (Party.SENDER, (SUPERVISORS,)),
    "coordinator": None,  # who sees counts only
}  #: per rung the party whose people are told, and who of them (domain, section 4: escalation)

EMERGENCY = "emergency"


def of_move(move: Move, *, from_org: str, to_org: str, urgency: str) -> list[Notice]:
    """The notices that a move brings: one, or none."""
    told = TOLD[move]
    return [_notice(*told, from_org, to_org, urgency)] if told else []


def of_overdue(level: str, rung: str | None, *, from_org: str, to_org: str, urgency: str) -> list[Notice]:
    """The notices that a rung of the ladder brings: one, or none. A hub of version 0.1.0 has no rungs."""
    told = LADDER[rung or "intake"]
    if told is None:
        return []
    party, audience = told
    return [replace(_notice(party, OVERDUE[level], from_org, to_org, urgency), audience=audience)]


def _notice(party: Party, kind: Kind, from_org: str, to_org: str, urgency: str) -> Notice:
    org = to_org if party is Party.RECEIVER else from_org
    return Notice(org, kind, urgent=urgency == EMERGENCY)


def may_mail_from(at: datetime, *, last_mail: datetime | None, brake: timedelta, urgent: bool) -> datetime:
    """The moment from which an organisation may get its next mail: one per brake, an emergency at once."""
    if urgent or last_mail is None:
        return at
    return max(at, last_mail + brake)


ATTEMPTS = 12  #: tries of one mail, after which it has failed
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)


def next_attempt(at: datetime, attempts: int) -> datetime | None:
    """When a mail is tried again after so many tries, or None when it has failed."""
    if attempts >= ATTEMPTS:
        return None
    wait: timedelta = FIRST_WAIT * 2 ** (attempts - 1)
    return at + min(wait, LONGEST_WAIT)
