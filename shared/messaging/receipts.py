"""What a service of the hub says to those who keep until then what they said: these of your messages are here."""

from shared.database import Transaction
from shared.messaging.delivery import Batch
from shared.messaging.message import HUB
from shared.messaging.topology import TO_REFERRAL, to_node
from shared.schemas.hub import MessagesReceived
from shared.schemas.intake import PeopleCalled


def confirm_receipt(tx: Transaction, batch: Batch, *, by: str) -> None:
    """Say it with the commit that stores them, of repeats too: an earlier receipt may have been lost.

    The referral service awaits it for all that it says, a node for the calls of its people. Of each pack the last
    message is named; it stands for those before it.
    """
    heard = [m for m in (*batch.fresh, *batch.repeated) if m.ends_pack and m.key not in batch.left_out]
    awaited = [m for m in heard if m.sender == HUB or isinstance(m.event, PeopleCalled)]
    for sender in sorted({message.sender for message in awaited}):
        ids = [message.id for message in awaited if message.sender == sender]
        to = TO_REFERRAL if sender == HUB else to_node(sender)
        tx.outbox.publish(tx, MessagesReceived(message_ids=ids), to=to, subject=by)
