"""The quarters in which people are counted."""

from collections.abc import Iterator
from datetime import UTC, datetime


def quarter_of(moment: datetime) -> str:
    """The period of a moment, such as 2026-Q4, in UTC."""
    at = moment.astimezone(UTC)
    return f"{at.year:04}-Q{(at.month + 2) // 3}"


def bounds(period: str) -> tuple[datetime, datetime]:
    """The first moment of a quarter and the first one after it."""
    year, _, quarter = period.partition("-Q")
    after = int(year) * 4 + int(quarter)
    return _start(after - 1), _start(after)


def quarters(first: datetime, last: datetime) -> Iterator[str]:
    """Every quarter from one moment to another, both included."""
    at = first
    while at <= last:
        yield quarter_of(at)
        _, at = bounds(quarter_of(at))


def _start(quarter: int) -> datetime:
    """The beginning of a quarter, counted from the year 0."""
    return datetime(quarter // 4, quarter % 4 * 3 + 1, 1, tzinfo=UTC)
