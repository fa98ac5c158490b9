"""What a service of the hub says to the referral service: these of your messages are here."""

from shared.database import Transaction
from shared.messaging.delivery import Batch
from shared.messaging.message import HUB
from shared.messaging.topology import TO_REFERRAL
from shared.schemas.hub import MessagesReceived


def confirm_receipt(tx: Transaction, batch: Batch, *, by: str) -> None:
    """Say it with the commit that stores them, of repeats too: an earlier receipt may have been lost.

    Of each pack the last message is named; it stands for those before it.
    """
    heard = (*batch.fresh, *batch.repeated)
    ids = [m.id for m in heard if m.sender == HUB and m.ends_pack and m.key not in batch.left_out]
    if ids:
        tx.outbox.publish(tx, MessagesReceived(message_ids=ids), to=TO_REFERRAL, subject=by)
