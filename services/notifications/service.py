"""The notifications service's front door. Nothing is decided here."""

from nameko.timer import timer

from services.notifications.mail import SmtpMailer
from services.notifications.usecases.hear import hear
from services.notifications.usecases.send import send_due
from shared.database import Transaction
from shared.messaging.delivery import Batch
from shared.messaging.entrypoint import Injected, hears
from shared.schemas.intake import ContactsChanged, PeopleCalled
from shared.schemas.referral import DirectoryPublished, Moved, Overdue

LOOK_FOR_MAIL = 5  #: seconds


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
        send_due(self.here.database, SmtpMailer(self.here.settings), self.here.settings)
