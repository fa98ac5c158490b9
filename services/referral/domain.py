"""What is true of a referral at the hub: who may move it, what follows, and when an answer is due."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from shared.schemas.codes import RUNGS
from shared.schemas.life import AWAITING_DECISION, Move, NotAllowed, Party, State, allowed, step
from shared.values import value


@dataclass(frozen=True)
class Standards:
    """How soon an answer is due by urgency, in hours; the network's settings (domain, section 3).

    A person's acknowledgement is due after 1 h, 8 h, 2 working days; a decision after 24 h, 72 h, 2 weeks.
    ``escalate``: how long the ladder stays on each rung.
    """

    acknowledge: dict[str, float]
    reply: dict[str, float]
    escalate: dict[str, float]

    def deadlines(self, urgency: str, taken_at: datetime) -> tuple[datetime, datetime]:
        """When an acknowledgement and when a decision is due, by the hub's clock."""
        hours = timedelta(hours=self.acknowledge[urgency])
        acknowledge_by = past_weekends(taken_at, hours) if urgency == "normal" else taken_at + hours
        reply_by = taken_at + timedelta(hours=self.reply[urgency])
        return acknowledge_by, max(acknowledge_by, reply_by)

    def rung_after(self, rung: str, urgency: str, at: datetime) -> tuple[str, datetime] | None:
        """The next rung and when it is climbed; None after the last."""
        following = RUNGS[RUNGS.index(rung) + 1 :]
        return (following[0], at + timedelta(hours=self.escalate[urgency])) if following else None


@lru_cache
def past_weekends(begin: datetime, hours: timedelta) -> datetime:
    """The moment after so many hours of working days; Saturdays and Sundays (in UTC) do not count.

    A batch asks for many from the same moment.
    """
    at, left = begin, hours
    while True:
        midnight = at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        if at.weekday() < SATURDAY:
            if left <= midnight - at:
                return at + left
            left -= midnight - at
        at = midnight


SATURDAY = 5


STANDARDS = Standards(
    acknowledge={"emergency": 1, "urgent": 8, "normal": 48},
    reply={"emergency": 24, "urgent": 72, "normal": 336},
    escalate={"emergency": 0.25, "urgent": 2, "normal": 24},
)


@value(frozen=True)
class Referral:
    """Facts only: no person, no content. ``parent_id`` is the referral that this one forwards."""

    id: UUID
    from_org: str
    to_org: str
    service_type: str
    urgency: str
    state: State
    number: int
    sent_at: datetime
    taken_at: datetime
    acknowledge_by: datetime
    reply_by: datetime
    acknowledgement_flagged_at: datetime | None = None
    overdue_at: datetime | None = None
    link: str | None = None
    rung: str | None = None
    escalate_at: datetime | None = None
    parent_id: UUID | None = None

    def party(self, org: str) -> Party | None:
        """Which side the organisation is on; None for one that was not asked."""
        if org == self.from_org:
            return Party.SENDER
        return Party.RECEIVER if org == self.to_org else None

    def moved(self, move: Move, by: Party) -> "Referral":
        """The referral after the move; raises NotAllowed with the state and what is allowed."""
        return replace(self, state=step(self.state, move, by), number=self.number + 1)

    def allowed(self, org: str) -> tuple[Move, ...]:
        """What that organisation may do now."""
        party = self.party(org)
        return allowed(self.state, party) if party else ()

    @property
    def awaits_decision(self) -> bool:
        """Whether a deadline can still pass."""
        return self.state in AWAITING_DECISION


__all__ = ["STANDARDS", "Move", "NotAllowed", "Party", "Referral", "Standards", "State"]
