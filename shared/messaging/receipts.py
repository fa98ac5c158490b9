"""What a service of the hub says to those who keep until then what they said: these of your messages are here."""

from shared.database import Transaction
from shared.messaging.delivery import Batch
from shared.messaging.message import HUB, Message
from shared.messaging.topology import TO_REFERRAL, to_node
from shared.schemas.hub import MessagesReceived
from shared.schemas.intake import ContactsChanged, KeysChanged, PeopleCalled, ServicesOffered
from shared.schemas.masking import MaskLifted, RosterRefused

SAID_ONCE = (ContactsChanged, KeysChanged, ServicesOffered, PeopleCalled, MaskLifted, RosterRefused)


def confirm_receipt(tx: Transaction, batch: Batch, *, by: str) -> None:
    """Say it with the commit that stores them, of repeats too: an earlier receipt may have been lost.

    The referral service awaits it for all that it says, a node for what nothing else answers. Of each pack the last
    message is named; it stands for those before it.
    """
    heard = [m for m in (*batch.fresh, *batch.repeated) if m.ends_pack and m.key not in batch.left_out]
    awaited = [m for m in heard if _is_awaited(m)]
    for sender in sorted({message.sender for message in awaited}):
        ids = [message.id for message in awaited if message.sender == sender]
        to = TO_REFERRAL if sender == HUB else to_node(sender)
        tx.outbox.publish(tx, MessagesReceived(message_ids=ids), to=to, subject=by)


def _is_awaited(message: Message) -> bool:
    """A receipt itself needs none; a node of version 0.1.0, which writes no letters, would not understand one."""
    if message.sender == HUB:
        return not isinstance(message.event, MessagesReceived)
    return message.letter is not None and isinstance(message.event, SAID_ONCE)
