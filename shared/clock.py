"""The time and new identifiers, so that both can come in from outside."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

Clock = Callable[[], datetime]  #: tells the moment, in UTC


def now() -> datetime:
    """The moment by the machine's clock, in UTC."""
    return datetime.now(UTC)


def new_id() -> UUID:
    """A new identifier: UUIDv7, ascending within a process, made by whoever makes the thing."""
    return uuid7()


def made_at(id_: UUID) -> datetime:
    """The moment at which such an identifier was made, with which it begins; UTC."""
    return datetime.fromtimestamp((id_.int >> 80) / 1000, UTC)
