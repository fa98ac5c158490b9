"""The reporting service's front door. Nothing is decided here."""

from services.reporting.usecases.hear import hear
from shared.database import Transaction
from shared.messaging.delivery import Batch
from shared.messaging.entrypoint import Injected, hears
from shared.schemas.intake import CountsContributed
from shared.schemas.masking import CountsMasked, MaskLifted, RosterRefused
from shared.schemas.referral import DirectoryPublished, Moved, Overdue


class ReportingService:
    """Hears what moved and what the nodes have counted."""

    name = "reporting"

    here = Injected()

    @hears(Moved, Overdue, DirectoryPublished, CountsContributed, CountsMasked, MaskLifted, RosterRefused)
    def on_network(self, tx: Transaction, batch: Batch) -> None:
        """What moved, what is overdue, who is in the network, what was counted."""
        hear(tx, batch, open_for=self.here.settings.open_for)
