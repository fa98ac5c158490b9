"""One figure over all rounds: its median and its range."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Spread:
    """The median and the range of one figure over all rounds."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Of at least one value."""
        return cls(median(values), min(values), max(values))

    def said(self, digits: int) -> str:
        """As ``156 [149 to 162]``."""
        return f"{self.median:,.{digits}f} [{self.least:,.{digits}f} to {self.most:,.{digits}f}]"
