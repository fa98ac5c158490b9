"""Who asks: the staff of an organisation, their roles, and what each role is shown (security, section 4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

EMERGENCY = timedelta(minutes=60)  #: for which a colleague's case stays open to somebody who gave a reason


class Role(StrEnum):
    """What a member of staff is there for."""

    CASE_WORKER = "case_worker"
    FOCAL_POINT = "focal_point"
    ADMIN = "admin"
    AUDITOR = "auditor"


class Via(StrEnum):
    """From where somebody acts; the node acts by itself on what the network or the clock says.

    A person acts on their own file with a printed code, and is no member of staff.
    """

    PAGE = "page"
    API = "api"
    COMMAND = "command"
    NODE = "node"
    PERSON = "person"


@dataclass(frozen=True)
class Actor:
    """Somebody signed in, or the holder of an API token. A role that is not named in a rule is denied by it."""

    username: str
    role: Role
    org: str
    via: Via = Via.COMMAND

    @property
    def sees_cases(self) -> bool:
        """Case workers their own, focal points all; an administrator of the node and an auditor none."""
        return self.role in (Role.CASE_WORKER, Role.FOCAL_POINT)

    @property
    def sees_every_case(self) -> bool:
        """The organisation's focal points see all of it, and say who works on what."""
        return self.role is Role.FOCAL_POINT

    @property
    def sees_the_directory(self) -> bool:
        """Who offers what is nobody's secret, and no business of an auditor."""
        return self.sees_cases or self.role is Role.ADMIN

    @property
    def sees_the_audit(self) -> bool:
        """Who did what, by ids: an auditor's whole work, and nobody else's."""
        return self.role is Role.AUDITOR

    @property
    def looks_after_the_node(self) -> bool:
        """Which other systems it speaks to, and whether that works."""
        return self.role is Role.ADMIN

    @property
    def speaks_for_the_organisation(self) -> bool:
        """Whether this person may say what the organisation offers."""
        return self.role in (Role.FOCAL_POINT, Role.ADMIN)


@dataclass(frozen=True)
class Opening:
    """A colleague's case that somebody opened with a reason: the person's file, or a referral that came in."""

    id: UUID
    username: str
    reference: str
    reason: str
    opened_at: datetime
    until: datetime
    person_id: UUID | None = None
    referral_id: UUID | None = None
