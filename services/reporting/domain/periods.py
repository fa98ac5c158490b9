"""Periods: quarters, and years made of them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_NAME = re.compile(r"(\d{4})(?:-Q([1-4]))?", re.ASCII)


class PeriodUnknown(Exception):
    """A period is written ``2026-Q4`` or ``2026``."""

    code = "period_unknown"


@dataclass(frozen=True, order=True)
class Period:
    """A year, or one of its quarters (1 to 4), in UTC."""

    year: int
    quarter: int | None = None

    def __str__(self) -> str:
        return f"{self.year:04}-Q{self.quarter}" if self.quarter else f"{self.year:04}"

    @property
    def quarters(self) -> "tuple[Period, ...]":
        """Itself, or the quarters of the year."""
        return (self,) if self.quarter else tuple(Period(self.year, quarter) for quarter in range(1, 5))

    @property
    def begins(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, 3 * (self.quarter or 1) - 2, 1, tzinfo=UTC)

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        last = self.quarter or 4
        return datetime(self.year + last // 4, 3 * (last % 4) + 1, 1, tzinfo=UTC)


def parse_period(text: str) -> Period:
    """The period of that name; raises PeriodUnknown."""
    found = _NAME.fullmatch(text)
    if not found or not 1 <= int(found[1]) < 9999:  # noqa: PLR2004 - the last year that has an end in Python
        raise PeriodUnknown(text[:10])
    return Period(int(found[1]), int(found[2]) if found[2] else None)


def quarter_of(at: datetime) -> Period:
    """The quarter that holds the moment."""
    at = at.astimezone(UTC)
    return Period(at.year, (at.month + 2) // 3)


def refusal_of(period: Period, *, at: datetime, open_for: timedelta) -> str | None:
    """Why counts for the period are not taken now: it is closed, or has not begun; None when they are."""
    if period.ends + open_for < at:
        return "period_closed"
    return "period_not_begun" if period.begins > at + timedelta(days=1) else None  # clocks differ
