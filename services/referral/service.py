"""The referral service's front door. Nothing is decided here."""

from nameko.timer import timer

from services.referral.usecases.hear import hear
from services.referral.usecases.overdue import flag_overdue
from shared.database import Transaction
from shared.messaging.delivery import Batch
from shared.messaging.entrypoint import Injected, hears
from shared.schemas.hub import MessagesReceived
from shared.schemas.intake import (
    AuditCheckpointMade,
    AuditCheckpointWitnessed,
    ErasureAsked,
    ErasureReceipted,
    HistoryAsked,
    KeysChanged,
    MoveMade,
    ReferralDelivered,
    ReferralSent,
    ServicesOffered,
)

LOOK_FOR_OVERDUE = 5  #: seconds


class ReferralService:
    """Hears the nodes, numbers their moves, and looks at the clock."""

    name = "referral"

    here = Injected()

    @hears(
        ReferralSent,
        ReferralDelivered,
        MoveMade,
        HistoryAsked,
        ServicesOffered,
        KeysChanged,
        MessagesReceived,
        AuditCheckpointMade,
        AuditCheckpointWitnessed,
        ErasureAsked,
        ErasureReceipted,
    )
    def on_network(self, tx: Transaction, batch: Batch) -> None:
        """What nodes say, and what the hub's other services have received."""
        hear(tx, batch, standards=self.here.settings.standards)

    @timer(interval=LOOK_FOR_OVERDUE)
    def on_the_clock(self) -> None:
        """What time says."""
        flag_overdue(self.here.database)
