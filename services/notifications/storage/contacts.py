"""Whom at each organisation notices go to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, insert, select

from services.notifications.storage.tables import contact_lists, contacts
from shared.database import Transaction
from shared.rows import insert_into


@dataclass(frozen=True)
class Contact:
    """A staff member to be told."""

    org: str
    contact_id: UUID
    email: str
    language: str
    supervisor: bool | None = None


@dataclass(frozen=True)
class ContactList:
    """Whom at an organisation notices go to, and where they lead."""

    org: str
    revision: int
    inbox_url: str
    contacts: Sequence[Contact]


def replace_contacts(tx: Transaction, lists: Mapping[str, ContactList]) -> list[str]:
    """Take each organisation's list, unless a newer one is here already; returns whose was taken."""
    newer = _take_revisions(tx, [lists[org] for org in sorted(lists)]) if lists else []
    if not newer:
        return []
    tx.execute(delete(contacts).where(contacts.c.org.in_(newer)))
    rows = [vars(contact) for org in newer for contact in lists[org].contacts]
    if rows:
        tx.execute(insert(contacts), rows)
    return newer


def _take_revisions(tx: Transaction, lists: Sequence[ContactList]) -> list[str]:
    """The organisations whose list is newer than ours."""
    statement = insert_into(tx, contact_lists)
    new, c = statement.excluded, contact_lists.c
    statement = statement.on_conflict_do_update(
        index_elements=["org"],
        set_={"revision": new.revision, "inbox_url": new.inbox_url},
        where=c.revision < new.revision,
    )
    rows = [{"org": one.org, "revision": one.revision, "inbox_url": one.inbox_url} for one in lists]
    return sorted(tx.execute(statement.returning(c.org), rows).scalars())


def contacts_of(tx: Transaction, orgs: Iterable[str]) -> list[Contact]:
    """Whom to tell at these organisations."""
    rows = tx.execute(select(contacts).where(contacts.c.org.in_(list(orgs))).order_by(contacts.c.contact_id))
    return [Contact(**row) for row in rows.mappings()]


def find_contact(tx: Transaction, org: str, contact_id: UUID) -> Contact | None:
    """Somebody, if they are still to be told."""
    query = select(contacts).where(contacts.c.org == org, contacts.c.contact_id == contact_id)
    found = tx.execute(query).mappings().one_or_none()
    return Contact(**found) if found else None


def inbox_url(tx: Transaction, org: str) -> str:
    """Where the organisation's notices lead."""
    query = select(contact_lists.c.inbox_url).where(contact_lists.c.org == org)
    return str(tx.execute(query).scalar_one())
