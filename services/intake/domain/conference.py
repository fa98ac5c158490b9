"""A case conference: a case without a name, put to invited organisations, discussed, closed, and erased at its term."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

OPENED, SAID, DEPARTED, CLOSED, ENDED = "opened", "said", "departed", "closed", "ended"  #: kinds of acts
INVITED, CONFIRMED = "invited", "confirmed"  #: one more is invited; a node confirms what it was told
FACTS = (
    "age_band",
    "gender",
    "citizenship",
    "languages",
    "conclusion",
    "exploitation",
    "risk",
    "needs",
    "levels",
    "opened_on",
    "screened_on",
    "assessed_on",
    "services",
)  #: what can be ticked of a case; nothing else of it can leave in a conference
REGION = "region"  #: beside them, chosen from the directory's areas and taken from no address
OF_THE_PERSON = FACTS[:4]  #: these need the person's consent field by field, as in a referral
WAITS = "waiting"  #: of an act that an organisation has not receipted


@dataclass(frozen=True)
class Act:
    """Something that a participant did; ``content`` is empty once erased, ``by`` is known of our own only.

    ``delivered`` says what became of our own act at each organisation that it is for; the codes are those of
    ``shared.schemas.conferences``, or ``waiting``.
    """

    id: UUID
    kind: str
    org: str
    at: datetime
    by: str | None = None
    content: Mapping[str, Any] = field(default_factory=dict)
    delivered: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Conference:
    """One of ours, or one to which we are invited; ``case_id`` and ``opened_by`` are of ours.

    ``invited`` are all who were: first those of the beginning, by their ids, then those who ``joined`` later, in their
    order; some have ``departed``. ``ended_at`` is when whoever opened it wanted it gone before its term.
    """

    id: UUID
    org: str
    from_org: str
    opened_at: datetime
    ends_at: datetime
    invited: tuple[str, ...]
    joined: tuple[str, ...] = ()
    departed: tuple[str, ...] = ()
    case_id: UUID | None = None
    opened_by: str | None = None
    closed_at: datetime | None = None
    ended_at: datetime | None = None
    erased_at: datetime | None = None
    unseen: bool = False

    @property
    def is_ours(self) -> bool:
        """Whether we opened it."""
        return self.org == self.from_org

    @property
    def members(self) -> tuple[str, ...]:
        """All who take part or took part, whoever opened it first."""
        return (self.from_org, *self.invited)

    @property
    def others(self) -> tuple[str, ...]:
        """To whom what we say goes: all who take part but us."""
        return tuple(org for org in self.members if org not in (self.org, *self.departed))

    @property
    def has_left(self) -> bool:
        """Whether it is we who left."""
        return self.org in self.departed

    def state(self, at: datetime) -> str:
        """``left``, ``ended``, ``over`` (its term has come), ``closed``, or ``open``."""
        if self.has_left:
            return "left"
        if self.ended_at:
            return "ended"
        if at >= self.ends_at or self.erased_at:
            return "over"
        return "closed" if self.closed_at else "open"

    def can_be_read(self, at: datetime) -> bool:
        """Until its term, while it was neither ended nor left."""
        return self.state(at) in ("open", "closed")
