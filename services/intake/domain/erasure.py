"""What becomes of what others hold, and of what we hold of others, once consent was withdrawn."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.schemas.erasure import KEPT, UNDECIDED
from shared.schemas.life import State

ANSWER_DUE = timedelta(days=3)  #: after which an organisation that has not said everything counts as late


@dataclass(frozen=True)
class Held:
    """What became of one part; codes of ``shared.schemas.erasure``."""

    part: str
    outcome: str
    reason: str | None = None


@dataclass(frozen=True)
class Withdrawal:
    """Of a referral to us: what we have erased, what we keep and why, and who here said so of our own records."""

    referral_id: UUID
    asked_at: datetime
    revision: int
    receipted_at: datetime
    received: str
    own: str
    received_because: str | None = None
    own_because: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None

    @property
    def waits_for_people(self) -> bool:
        """Whether somebody here has yet to say what becomes of our own records."""
        return self.own == UNDECIDED

    @property
    def keeps_received(self) -> bool:
        """Whether what came with it is still here, because a legal hold is on it."""
        return self.received == KEPT


@dataclass(frozen=True)
class Copy:
    """Of a referral of ours: who holds something, with which referral it got there, and what they have said."""

    asked_id: UUID
    referral_id: UUID
    org: str
    asked_at: datetime
    revision: int = 0
    receipted_at: datetime | None = None
    holdings: tuple[Held, ...] = ()
    finished: bool = False

    @property
    def was_forwarded(self) -> bool:
        """Whether it got there by somebody else than us."""
        return self.asked_id != self.referral_id

    @property
    def waits_for_people(self) -> bool:
        """Whether the node there has answered, and a person there not yet."""
        return any(one.outcome == UNDECIDED for one in self.holdings)

    @property
    def has_said(self) -> bool:
        """Whether they have said all that they can say now; a legal hold takes as long as it takes."""
        return self.revision > 0 and not self.waits_for_people

    def is_late(self, at: datetime) -> bool:
        """Whether they have had time enough for that."""
        return not self.has_said and at > self.asked_at + ANSWER_DUE


@dataclass(frozen=True)
class Child:
    """Of a referral of ours that was forwarded: to whom, and how it stands there."""

    child_id: UUID
    to_org: str
    state: State
    recorded_at: datetime


@dataclass(frozen=True)
class ForwardConsent:
    """What a person agreed to when we forwarded a referral."""

    referral_id: UUID
    given_by: str
    to_org: str
    fields: tuple[str, ...]
    given_at: datetime
    recorded_by: str
