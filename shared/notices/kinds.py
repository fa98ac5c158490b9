"""Who is told of what, how each wants it, how often, and how patiently a mail is tried."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from shared.schemas.codes import NOTICE_GROUPS, NOTICE_WAYS
from shared.schemas.life import Move, Party
from shared.values import value


class Kind(StrEnum):
    """Why somebody is told. Kept with the notice, never said in the mail."""

    REFERRAL_WAITS = "referral_waits"
    SENDER_MOVED = "sender_moved"
    RECEIVER_MOVED = "receiver_moved"
    ACKNOWLEDGEMENT_OVERDUE = "acknowledgement_overdue"
    REPLY_OVERDUE = "reply_overdue"
    PEOPLE_CALLED = "people_called"


class State(StrEnum):
    """What became of a notice, for an organisation or one person, or of a mail; only a mail is being sent."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class Dropped(StrEnum):
    """Why nobody is told any more."""

    HANDLED = "handled"
    MUTED = "muted"
    LEFT = "left"


EMERGENCY, CALLED, WAITS, MOVED, LATE = NOTICE_GROUPS
INSTANT, DAILY, NEVER = NOTICE_WAYS
DEFAULTS = {EMERGENCY: INSTANT, CALLED: INSTANT, WAITS: DAILY, MOVED: DAILY, LATE: DAILY}
GROUPS = {
    Kind.REFERRAL_WAITS: WAITS,
    Kind.SENDER_MOVED: MOVED,
    Kind.RECEIVER_MOVED: MOVED,
    Kind.ACKNOWLEDGEMENT_OVERDUE: LATE,
    Kind.REPLY_OVERDUE: LATE,
}  #: under which of its kinds a member of staff says how to be told


SUPERVISORS = "supervisors"  #: whom a node names as such


@value(frozen=True)
class Notice:
    """An organisation is to be told, for that reason; ``urgent`` ones are not braked.

    ``audience`` names the contacts who are meant, by their ids as text or as SUPERVISORS; None means all.
    ``referral_id`` is kept so that a colleague's move answers it; it is never said.
    """

    org: str
    kind: Kind
    urgent: bool
    audience: tuple[str, ...] | None = None
    referral_id: UUID | None = None

    @property
    def group(self) -> str:
        """The kind under which people say how they want to be told. A call that names nobody is for all."""
        if self.urgent:
            return EMERGENCY
        return GROUPS.get(self.kind) or (CALLED if self.audience else WAITS)

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

BY_MACHINE = (Move.SEND, Move.DELIVER)  #: moves that nobody made who has seen the referral


@value(frozen=True)
class About:
    """The referral of which something is told: whose it is, and how urgent."""

    referral_id: UUID
    from_org: str
    to_org: str
    urgency: str


def of_move(move: Move, about: About) -> list[Notice]:
    """The notices that a move brings: one, or none."""
    told = TOLD[move]
    return [_notice(*told, about)] if told else []


def of_overdue(level: str, rung: str | None, about: About) -> list[Notice]:
    """The notices that a rung of the ladder brings: one, or none. A hub of version 0.1.0 has no rungs."""
    told = LADDER[rung or "intake"]
    if told is None:
        return []
    party, audience = told
    return [replace(_notice(party, OVERDUE[level], about), audience=audience)]


def _notice(party: Party, kind: Kind, about: About) -> Notice:
    org = about.to_org if party is Party.RECEIVER else about.from_org
    return Notice(org, kind, urgent=about.urgency == EMERGENCY, referral_id=about.referral_id)


def way(wishes: Mapping[str, str] | None, group: str, *, supervisor: bool) -> str:
    """How somebody is told of that kind: as they said, or as is usual; a focal point of an emergency always at once."""
    if supervisor and group == EMERGENCY:
        return INSTANT
    return (wishes or {}).get(group, DEFAULTS[group])


def may_mail_from(at: datetime, *, last_mail: datetime | None, brake: timedelta, urgent: bool) -> datetime:
    """The moment from which a person may get the next mail: one per brake, an emergency at once."""
    if urgent or last_mail is None:
        return at
    return max(at, last_mail + brake)


def digest_after(at: datetime, hour: int) -> datetime:
    """When the first daily mail after that moment goes out; the hour is UTC's."""
    today = at.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today > at else today + timedelta(days=1)


ATTEMPTS = 80  #: tries of one mail, three days, after which it has failed
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
MOST_DOUBLINGS = 6  #: of the first wait; more is longer than the longest


def next_attempt(at: datetime, attempts: int, asked: timedelta | None = None) -> datetime | None:
    """When a mail is tried again after so many tries, or None when it has failed.

    Whoever asks for a longer wait is left alone so long, as far as any wait goes.
    """
    if attempts >= ATTEMPTS:
        return None
    doubled: timedelta = FIRST_WAIT * 2 ** min(attempts - 1, MOST_DOUBLINGS)
    return at + min(max(doubled, asked or doubled), LONGEST_WAIT)
