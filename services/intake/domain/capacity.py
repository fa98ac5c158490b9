"""A question that names nobody, to several organisations at once: who has room for somebody like that."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

WAITING, NO_ANSWER = "waiting", "no_answer"


@dataclass(frozen=True)
class Wanted:
    """For whom: nothing by which somebody could be known; what is None does not matter.

    ``age_band`` is a published one, ``language`` ISO 639-3, ``area`` one of the directory's.
    """

    service_type: str
    urgency: str
    age_band: str | None = None
    gender: str | None = None
    language: str | None = None
    area: str | None = None


@dataclass(frozen=True)
class Reply:
    """What an organisation answered, one of ``codes.CAPACITY_ANSWERS``; None while it has not."""

    org: str
    answer: str | None = None
    by_machine: bool = False
    answered_at: datetime | None = None


@dataclass(frozen=True)
class Question:
    """A question of ours, and what came back. ``answer_by`` is unknown until the hub has said it."""

    id: UUID
    asked_by: str
    asked_at: datetime
    wanted: Wanted
    answer_by: datetime | None = None
    replies: tuple[Reply, ...] = field(default=())

    def stands(self, reply: Reply, at: datetime) -> str:
        """The answer, or ``waiting``, or ``no_answer`` once the time for one is over."""
        if reply.answer is not None:
            return reply.answer
        return WAITING if self.answer_by is None or at < self.answer_by else NO_ANSWER


@dataclass(frozen=True)
class Enquiry:
    """A question of another organisation to us, and what we answered."""

    id: UUID
    from_org: str
    asked_at: datetime
    answer_by: datetime
    wanted: Wanted
    answer: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None

    def is_open(self, at: datetime) -> bool:
        """Whether an answer still counts: a question ends by itself."""
        return self.answer is None and at < self.answer_by
