"""The referral service's front door. Nothing is decided here."""

from datetime import timedelta

from nameko.timer import timer

from services.referral.usecases.capacity import forget_old_questions
from services.referral.usecases.dating import date_directory
from services.referral.usecases.hear import FRESH, hear
from services.referral.usecases.overdue import flag_overdue
from shared.database import Transaction
from shared.messaging.delivery import Batch
from shared.messaging.entrypoint import Injected, hears

LOOK_FOR_OVERDUE = 5  #: seconds
LOOK_WHETHER_TO_DATE = 2  #: seconds
FORGET = 3600  #: seconds


class ReferralService:
    """Hears the nodes, numbers their moves, and looks at the clock."""

    name = "referral"

    here = Injected()

    @hears(*FRESH)
    def on_network(self, tx: Transaction, batch: Batch) -> None:
        """What nodes say, and what the hub's other services have received."""
        hear(tx, batch, standards=self.here.settings.standards)

    @timer(interval=LOOK_FOR_OVERDUE)
    def on_the_clock(self) -> None:
        """What time says."""
        flag_overdue(self.here.database, self.here.settings.standards)

    @timer(interval=LOOK_WHETHER_TO_DATE, eager=True)
    def date_directory(self) -> None:
        """That the newest directory still is the newest."""
        every = timedelta(seconds=self.here.settings.date_directory_seconds)
        date_directory(self.here.database, every)

    @timer(interval=FORGET)
    def forget(self) -> None:
        """Questions that are long over."""
        forget_old_questions(self.here.database)
