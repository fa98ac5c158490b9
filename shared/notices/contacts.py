"""Whom at each organisation notices go to. Addresses lie sealed, and what is known of somebody goes with them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from shared.at_rest import Unreadable, place
from shared.database import Transaction
from shared.notices.keeping import drop_all, share_out_again
from shared.notices.kinds import Notice, way
from shared.notices.tables import NoticeTables
from shared.rows import insert_into

CELL = "contacts.sealed"


@dataclass(frozen=True)
class Contact:
    """A staff member to be told; ``email`` is empty where it cannot be read any more."""

    org: str
    contact_id: UUID
    email: str
    language: str
    supervisor: bool | None = None
    wishes: Mapping[str, str] | None = None

    def way(self, notice: Notice) -> str:
        """How they want to be told of it."""
        return way(self.wishes, notice.group, supervisor=bool(self.supervisor))


@dataclass(frozen=True)
class ContactList:
    """Whom at an organisation notices go to, and where they lead; nobody where it ``tells_itself``."""

    org: str
    revision: int
    inbox_url: str
    contacts: Sequence[Contact]
    tells_itself: bool | None = None


def replace_contacts(tx: Transaction, tables: NoticeTables, lists: Mapping[str, ContactList]) -> None:
    """Take each organisation's list, unless a newer one is here already; who left leaves nothing behind.

    What waits is shared out anew, as people want it now.
    """
    newer = _take_revisions(tx, tables, [lists[org] for org in sorted(lists)]) if lists else []
    for org in newer:
        _replace(tx, tables, lists[org])


def _replace(tx: Transaction, tables: NoticeTables, new: ContactList) -> None:
    tx.execute(delete(tables.contacts).where(tables.contacts.c.org == new.org))
    if new.contacts:
        tx.execute(insert(tables.contacts), [_row(tx, contact) for contact in new.contacts])
    stay = [contact.contact_id for contact in new.contacts]
    for table in (tables.tellings, tables.mails):
        tx.execute(delete(table).where(table.c.org == new.org, table.c.contact_id.not_in(stay)))
    if new.tells_itself:
        drop_all(tx, tables, new.org)
    share_out_again(tx, tables, new.org)


def _row(tx: Transaction, contact: Contact) -> dict[str, Any]:
    return {
        **vars(contact),
        "email": "",
        "sealed": _sealed(tx, contact.org, contact.contact_id, contact.email),
    }


def _sealed(tx: Transaction, org: str, contact_id: UUID, email: str) -> bytes:
    return tx.at_rest.seal(email.encode(), place(CELL, contact_id, org))


def _take_revisions(tx: Transaction, tables: NoticeTables, lists: Sequence[ContactList]) -> list[str]:
    """The organisations whose list is newer than ours."""
    statement = insert_into(tx, tables.lists)
    new, c = statement.excluded, tables.lists.c
    names = ("revision", "inbox_url", "tells_itself")
    statement = statement.on_conflict_do_update(
        index_elements=["org"],
        set_={name: new[name] for name in names},
        where=c.revision < new.revision,
    )
    rows = [{name: getattr(one, name) for name in ("org", *names)} for one in lists]
    return sorted(tx.execute(statement.returning(c.org), rows).scalars())


def contacts_of(tx: Transaction, tables: NoticeTables, orgs: Iterable[str]) -> list[Contact]:
    """Whom to tell at these organisations."""
    c = tables.contacts.c
    rows = tx.execute(select(tables.contacts).where(c.org.in_(list(orgs))).order_by(c.contact_id))
    return [_contact(tx, row) for row in rows.mappings()]


def find_contact(tx: Transaction, tables: NoticeTables, org: str, contact_id: UUID) -> Contact | None:
    """Somebody, if they are still to be told."""
    c = tables.contacts.c
    query = select(tables.contacts).where(c.org == org, c.contact_id == contact_id)
    found = tx.execute(query).mappings().one_or_none()
    return _contact(tx, found) if found else None


def _contact(tx: Transaction, row: Any) -> Contact:
    known = {name: row[name] for name in Contact.__dataclass_fields__}
    if row["sealed"] is not None:  # otherwise as version 0.1.0 left it, until the service has started
        known["email"] = _opened(tx, row)
    return Contact(**known)


def _opened(tx: Transaction, row: Any) -> str:
    try:
        return tx.at_rest.open(row["sealed"], place(CELL, row["contact_id"], row["org"])).decode().rstrip()
    except Unreadable:
        return ""


def seal_addresses(tx: Transaction, tables: NoticeTables) -> int:
    """Seal what version 0.1.0 left in the clear; says how many."""
    c = tables.contacts.c
    rows = tx.execute(select(c.org, c.contact_id, c.email).where(c.sealed.is_(None))).all()
    for row in rows:
        its = (c.org == row.org, c.contact_id == row.contact_id)
        sealed = _sealed(tx, row.org, row.contact_id, row.email)
        tx.execute(update(tables.contacts).where(*its).values(email="", sealed=sealed))
    return len(rows)


def erase_organisations(tx: Transaction, tables: NoticeTables, orgs: Iterable[str]) -> None:
    """These are in the network no longer: nothing of their people or notices stays."""
    gone = list(orgs)
    for table in (tables.tellings, tables.mails, tables.notices, tables.contacts, tables.lists):
        tx.execute(delete(table).where(table.c.org.in_(gone)))


def inbox_url(tx: Transaction, tables: NoticeTables, org: str) -> str:
    """Where the organisation's notices lead."""
    query = select(tables.lists.c.inbox_url).where(tables.lists.c.org == org)
    return str(tx.execute(query).scalar_one())


def who_tell_themselves(tx: Transaction, tables: NoticeTables, orgs: Iterable[str]) -> set[str]:
    """Those of these organisations that write to their people themselves."""
    c = tables.lists.c
    return set(tx.execute(select(c.org).where(c.org.in_(list(orgs)), c.tells_itself)).scalars())
