"""The notifications service's front door. Nothing is decided here."""

from nameko.timer import timer

from services.notifications.storage import tables
from services.notifications.usecases.hear import forget_old, hear
from shared.database import Transaction
from shared.messaging.delivery import Batch
from shared.messaging.entrypoint import Injected, hears
from shared.notices.mail import MailChannel
from shared.notices.sending import send_due
from shared.schemas.intake import ContactsChanged, PeopleCalled
from shared.schemas.referral import DirectoryPublished, Moved, Overdue

LOOK_FOR_MAIL = 5  #: seconds
FORGET = 3600  #: seconds


class NotificationsService:
    """Hears what moved and whom to tell, and sends mail by the clock."""

    name = "notifications"

    here = Injected()

    @hears(Moved, Overdue, DirectoryPublished, ContactsChanged, PeopleCalled)
    def on_network(self, tx: Transaction, batch: Batch) -> None:
        """What moved, what is overdue, who is in the network, whom to tell."""
        hear(tx, batch)

    @timer(interval=LOOK_FOR_MAIL)
    def on_the_clock(self) -> None:
        """What is to be sent by now."""
        settings = self.here.settings
        send_due(self.here.database, tables, MailChannel(settings), settings.rules)

    @timer(interval=FORGET, eager=True)
    def forget(self) -> None:
        """What has long been told."""
        forget_old(self.here.database)
