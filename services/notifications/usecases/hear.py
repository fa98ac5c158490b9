"""Keep whom to tell and what is to be told, a whole batch at a time."""

from collections.abc import Sequence

from services.notifications.domain import Kind, Notice, of_move, of_overdue
from services.notifications.storage import metadata
from services.notifications.storage.contacts import Contact, ContactList, replace_contacts
from services.notifications.storage.notices import add_notices, hasten
from shared.clock import new_id
from shared.database import Transaction
from shared.messaging.delivery import Batch
from shared.messaging.errors import Refused
from shared.messaging.message import HUB, Message
from shared.messaging.receipts import confirm_receipt
from shared.messaging.registers import hear_register
from shared.schemas.intake import ContactsChanged, PeopleCalled
from shared.schemas.referral import DirectoryPublished, Moved, Overdue


def hear(tx: Transaction, batch: Batch) -> None:
    """Keep the notices and contacts of a batch, and say that it is here. A repeat had its effect when it was new."""
    new: list[Notice] = []
    batch.each(batch.fresh, lambda message: new.extend(_heard(tx, message)))
    add_notices(tx, [(new_id(), notice) for notice in new])
    if changed := replace_contacts(tx, _newest_lists(batch.fresh)):
        hasten(tx, changed)
    confirm_receipt(tx, batch, by="notifications")


def _heard(tx: Transaction, message: Message) -> list[Notice]:
    event = message.event
    if message.sender != HUB and not isinstance(event, ContactsChanged | PeopleCalled):
        raise Refused("not_from_hub")
    if isinstance(event, DirectoryPublished):
        hear_register(tx, metadata, event.register)
    return _notices(message)


def _notices(message: Message) -> list[Notice]:
    event = message.event
    if isinstance(event, PeopleCalled):
        return [_call(message.sender, event)]
    if not isinstance(event, Moved | Overdue):
        return []
    about = {"from_org": event.from_org, "to_org": event.to_org, "urgency": event.urgency}
    if isinstance(event, Moved):
        return of_move(event.move, **about)
    return of_overdue(event.level, event.rung, **about)


def _call(org: str, event: PeopleCalled) -> Notice:
    """A node says whom of its own staff to tell; whom it does not name, is everybody."""
    named = tuple(str(id_) for id_ in event.contact_ids) or None
    return Notice(org, Kind.PEOPLE_CALLED, event.urgent, named)


def _newest_lists(messages: Sequence[Message]) -> dict[str, ContactList]:
    """Per organisation its list of the highest revision in the batch."""
    newest: dict[str, ContactList] = {}
    for message in messages:
        event, org = message.event, message.sender
        if isinstance(event, ContactsChanged) and (
            org not in newest or event.revision > newest[org].revision
        ):
            newest[org] = ContactList(org, event.revision, event.inbox_url, _contacts(org, event))
    return newest


def _contacts(org: str, event: ContactsChanged) -> list[Contact]:
    named = {
        c.contact_id: Contact(org, c.contact_id, c.email, c.language, bool(c.supervisor))
        for c in event.contacts
    }
    return list(named.values())
