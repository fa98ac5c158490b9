"""Whom to tell, what waits to be told, and what became of each mail."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    Uuid,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from services.notifications.domain import Notice, State
from shared.database import Moment, Transaction, new_metadata
from shared.messaging.tables import add_message_tables

AT_ONCE = 10_000  #: notices that are gathered in one transaction

metadata = new_metadata()
add_message_tables(metadata)

contact_lists = Table(
    "contact_lists",
    metadata,
    Column("org", String(31), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("inbox_url", Text, nullable=False),
)
contacts = Table(
    "contacts",
    metadata,
    Column("org", String(31), primary_key=True),
    Column("contact_id", Uuid, primary_key=True),
    Column("email", String(320), nullable=False),
    Column("language", String(2), nullable=False),
)
notices = Table(
    "notices",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("org", String(31), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("state", String(10), nullable=False),
    Column("round_id", Uuid, index=True),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Index("ix_notices_due", "state", "due_at"),
)
mails = Table(
    "mails",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("round_id", Uuid, nullable=False, index=True),
    Column("org", String(31), nullable=False),
    Column("contact_id", Uuid, nullable=False),
    Column("count", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_error", String(80)),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Index("ix_mails_due", "state", "due_at"),
    Index("ix_mails_of_org", "org", "created_at"),
)


@dataclass(frozen=True)
class Contact:
    """A staff member to be told."""

    org: str
    contact_id: UUID
    email: str
    language: str


@dataclass(frozen=True)
class ContactList:
    """Whom at an organisation notices go to, and where they lead."""

    org: str
    revision: int
    inbox_url: str
    contacts: Sequence[Contact]


@dataclass(frozen=True)
class Mail:
    """A mail that was claimed for sending; ``to`` is None when the person is no longer to be told."""

    id: UUID
    round_id: UUID
    org: str
    count: int
    attempts: int
    to: Contact | None
    inbox_url: str


def replace_contacts(tx: Transaction, lists: Mapping[str, ContactList]) -> None:
    """Take each organisation's list, unless a newer one is here already."""
    newer = _take_revisions(tx, [lists[org] for org in sorted(lists)]) if lists else []
    if not newer:
        return
    tx.execute(delete(contacts).where(contacts.c.org.in_(newer)))
    rows = [vars(contact) for org in newer for contact in lists[org].contacts]
    if rows:
        tx.execute(insert(contacts), rows)
    tx.execute(_waiting().where(notices.c.org.in_(newer)).values(due_at=tx.at))


def _take_revisions(tx: Transaction, lists: Sequence[ContactList]) -> list[str]:
    """The organisations whose list is newer than ours."""
    statement = (sqlite if tx.connection.dialect.name == "sqlite" else postgresql).insert(contact_lists)
    new, c = statement.excluded, contact_lists.c
    statement = statement.on_conflict_do_update(
        index_elements=["org"],
        set_={"revision": new.revision, "inbox_url": new.inbox_url},
        where=c.revision < new.revision,
    )
    rows = [{"org": one.org, "revision": one.revision, "inbox_url": one.inbox_url} for one in lists]
    return sorted(tx.execute(statement.returning(c.org), rows).scalars())


def _waiting() -> Any:
    """Notices that are in no mail yet."""
    return update(notices).where(notices.c.state == State.WAITING, notices.c.round_id.is_(None))


def add_notices(tx: Transaction, new: Sequence[tuple[UUID, Notice]]) -> None:
    """Keep what is to be told, due at once, in one statement."""
    if new:
        row = {"state": State.WAITING, "created_at": tx.at, "due_at": tx.at}
        tx.execute(insert(notices), [{**vars(notice), **row, "id": id_} for id_, notice in new])


@dataclass(frozen=True)
class Waiting:
    """A notice that was claimed for a mail."""

    id: UUID
    org: str
    urgent: bool


def claim_waiting(tx: Transaction) -> list[Waiting]:
    """All that waits for organisations with a notice that is due, locked; another worker passes it by."""
    c = notices.c
    in_no_mail = (c.state == State.WAITING) & c.round_id.is_(None)
    due = select(c.org).where(in_no_mail, c.due_at <= tx.at)
    query = select(c.id, c.org, c.urgent).where(in_no_mail, c.org.in_(due)).order_by(c.id).limit(AT_ONCE)
    return [Waiting(*row) for row in tx.execute(query.with_for_update(skip_locked=True))]


def contacts_of(tx: Transaction, orgs: Iterable[str]) -> list[Contact]:
    """Whom to tell at these organisations."""
    rows = tx.execute(select(contacts).where(contacts.c.org.in_(list(orgs))).order_by(contacts.c.contact_id))
    return [Contact(**row) for row in rows.mappings()]


def last_mails(tx: Transaction, orgs: Iterable[str]) -> dict[str, datetime]:
    """When each of these organisations was last sent to."""
    query = select(mails.c.org, func.max(mails.c.created_at)).where(mails.c.org.in_(list(orgs)))
    return dict(tx.execute(query.group_by(mails.c.org)).all())


def put_off(tx: Transaction, ids: Sequence[UUID], until: datetime) -> None:
    """These notices wait until then."""
    tx.execute(update(notices).where(notices.c.id.in_(ids)).values(due_at=until))


def add_round(tx: Transaction, round_id: UUID, ids: Sequence[UUID], to: Mapping[UUID, Contact]) -> None:
    """Collapse these notices into one mail per contact; ``to`` names the mails' ids."""
    tx.execute(update(notices).where(notices.c.id.in_(ids)).values(round_id=round_id))
    common = {
        "round_id": round_id,
        "count": len(ids),
        "state": State.WAITING,
        "attempts": 0,
        "created_at": tx.at,
        "due_at": tx.at,
    }
    rows = [{**common, "id": id_, "org": c.org, "contact_id": c.contact_id} for id_, c in to.items()]
    tx.execute(insert(mails), rows)


def claim_mail(tx: Transaction, *, until: datetime) -> Mail | None:
    """The oldest mail that is due, taken for sending: nobody else gets it before ``until``."""
    c = mails.c
    due = select(mails).where(c.state == State.WAITING, c.due_at <= tx.at).order_by(c.due_at, c.id)
    row = tx.execute(due.limit(1).with_for_update(skip_locked=True)).mappings().one_or_none()
    if row is None:
        return None
    attempts = row["attempts"] + 1
    tx.execute(update(mails).where(c.id == row["id"]).values(attempts=attempts, due_at=until))
    to, link = _contact(tx, row["org"], row["contact_id"]), _inbox_url(tx, row["org"])
    return Mail(row["id"], row["round_id"], row["org"], row["count"], attempts, to, link)


def _contact(tx: Transaction, org: str, contact_id: UUID) -> Contact | None:
    query = select(contacts).where(contacts.c.org == org, contacts.c.contact_id == contact_id)
    found = tx.execute(query).mappings().one_or_none()
    return Contact(**found) if found else None


def _inbox_url(tx: Transaction, org: str) -> str:
    query = select(contact_lists.c.inbox_url).where(contact_lists.c.org == org)
    return str(tx.execute(query).scalar_one())


def set_sent(tx: Transaction, mail: Mail) -> None:
    """The mail is out; with the last of its round the notices in it are sent."""
    _finish(tx, mail, state=State.SENT, sent_at=tx.at, last_error=None)


def set_failed(tx: Transaction, mail: Mail, error: str) -> None:
    """The mail will not be tried again."""
    _finish(tx, mail, state=State.FAILED, last_error=error)


def set_try_again(tx: Transaction, mail: Mail, error: str, *, at: datetime) -> None:
    """The mail is tried again then."""
    _set_mail(tx, mail, last_error=error, due_at=at)


def _set_mail(tx: Transaction, mail: Mail, **values: Any) -> None:
    tx.execute(update(mails).where(mails.c.id == mail.id).values(values))


def _finish(tx: Transaction, mail: Mail, **values: Any) -> None:
    """With its last mail a round is over: sent if it reached anybody, failed if it reached nobody.

    The round is locked first, or two workers would each take the other's mail for still waiting.
    """
    in_round = mails.c.round_id == mail.round_id
    tx.execute(select(mails.c.id).where(in_round).order_by(mails.c.id).with_for_update())
    _set_mail(tx, mail, **values)
    states = set(tx.execute(select(mails.c.state).where(in_round)).scalars())
    if State.WAITING not in states:
        sent = {"state": State.SENT, "sent_at": tx.at}
        outcome = sent if State.SENT in states else {"state": State.FAILED}
        tx.execute(update(notices).where(notices.c.round_id == mail.round_id).values(outcome))
