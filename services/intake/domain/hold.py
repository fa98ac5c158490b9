"""A legal hold: why a record must not be erased. Two people put it, and two people lift it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

ASKED_HOLDS_FOR = timedelta(days=7)  #: so that nothing is erased while a second person is looked for


class HoldStep(StrEnum):
    """Where a hold stands."""

    ASKED = "asked"
    LAPSED = "lapsed"
    HELD = "held"
    LIFT_ASKED = "lift_asked"
    LIFTED = "lifted"


@dataclass(frozen=True)
class LegalHold:
    """Of a case, or of a referral that came to us: ``record_id``. Names are user names.

    Until a second person has confirmed it, it holds for a week; then until a second person has confirmed that it is
    lifted. Reasons are what people wrote; they go with the record.
    """

    id: UUID
    record_id: UUID
    asked_by: str
    asked_at: datetime
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    lift_asked_by: str | None = None
    lift_asked_at: datetime | None = None
    lifted_by: str | None = None
    lifted_at: datetime | None = None
    reason: str | None = None
    lift_reason: str | None = None

    def step(self, at: datetime) -> HoldStep:
        """Where it stands at that moment."""
        if self.lifted_at is not None:
            return HoldStep.LIFTED
        if self.confirmed_at is None:
            return HoldStep.ASKED if at < self.asked_at + ASKED_HOLDS_FOR else HoldStep.LAPSED
        return HoldStep.LIFT_ASKED if self.lift_asked_at is not None else HoldStep.HELD

    def holds(self, at: datetime) -> bool:
        """Whether nothing may be erased at that moment."""
        return self.step(at) not in (HoldStep.LAPSED, HoldStep.LIFTED)
