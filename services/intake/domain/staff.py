"""Who asks: the staff of an organisation and their roles."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a member of staff is there for."""

    CASE_WORKER = "case_worker"
    FOCAL_POINT = "focal_point"
    ADMIN = "admin"


@dataclass(frozen=True)
class Actor:
    """Somebody signed in, or the holder of an API token."""

    username: str
    role: Role
    org: str

    @property
    def sees_cases(self) -> bool:
        """An administrator of the node sees no case content (security, section 4)."""
        return self.role is not Role.ADMIN

    @property
    def speaks_for_the_organisation(self) -> bool:
        """Whether this person may say what the organisation offers."""
        return self.role is not Role.CASE_WORKER
