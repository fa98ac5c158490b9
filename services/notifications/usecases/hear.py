"""Keep whom to tell and what is to be told, a whole batch at a time."""

from services.notifications.storage import metadata, tables
from shared.database import Database, Transaction
from shared.messaging.delivery import Batch
from shared.messaging.errors import Refused
from shared.messaging.message import HUB, Message
from shared.messaging.receipts import confirm_receipt
from shared.messaging.registers import hear_register, kept_register
from shared.notices.contacts import erase_organisations, seal_addresses
from shared.notices.hearing import fact_of, keep, keep_contacts
from shared.notices.keeping import forget_what_is_over
from shared.notices.saying import is_inbox
from shared.schemas.intake import ContactsChanged, PeopleCalled
from shared.schemas.referral import DirectoryPublished
from shared.sealing.register import ACTIVE
from shared.sealing.succession import standings


def hear(tx: Transaction, batch: Batch) -> None:
    """Keep the notices and contacts of a batch, and say that it is here. A repeat had its effect when it was new."""
    heard: list[Message] = []
    batch.each(batch.fresh, lambda message: heard.append(_checked(tx, message)))
    keep_contacts(tx, tables, [(m.sender, m.event) for m in heard if isinstance(m.event, ContactsChanged)])
    keep(tx, tables, map(fact_of, heard))
    confirm_receipt(tx, batch, by="notifications")


def _checked(tx: Transaction, message: Message) -> Message:
    event = message.event
    if message.sender != HUB and not isinstance(event, ContactsChanged | PeopleCalled):
        raise Refused("not_from_hub")
    if isinstance(event, ContactsChanged) and not is_inbox(event.inbox_url):
        raise Refused("not_an_inbox")
    if isinstance(event, DirectoryPublished):
        hear_register(tx, metadata, event.register)
        _forget_who_left(tx)
    return message


def _forget_who_left(tx: Transaction) -> None:
    """Of whom the register says that they left or were revoked, nothing stays."""
    if kept := kept_register(tx, metadata):
        signed, said = kept
        found = standings(signed.register, said)
        erase_organisations(tx, tables, [org for org, one in found.items() if one.state != ACTIVE])


def seal_what_is_in_the_clear(database: Database) -> int:
    """Seal the addresses that version 0.1.0 left in the clear; says how many. To be called before others work."""
    with database.transaction() as tx:
        return seal_addresses(tx, tables)


def forget_old(database: Database) -> None:
    """What was told, or will not be, is not kept for ever."""
    with database.transaction() as tx:
        forget_what_is_over(tx, tables)
