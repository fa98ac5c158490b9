"""A clock that goes as the machine's, and can be put forward."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from deploy.demo.network import Hands
from shared.clock import now


@dataclass
class Ahead(Hands):
    """``ahead``: by so much of the machine's clock."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        """The moment it shows."""
        return now() + self.ahead

    def pass_time(self, **time: float) -> None:
        """Forward by so much."""
        self.ahead += timedelta(**time)
