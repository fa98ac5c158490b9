"""Each mail: made for one person, tried until it is out or has failed. What is in it is taken when it is tried."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, cast, delete, func, insert, or_, select, update

from shared.database import Transaction
from shared.notices.contacts import Contact, find_contact, inbox_url
from shared.notices.keeping import settle
from shared.notices.kinds import State
from shared.notices.tables import NoticeTables

Person = tuple[str, UUID]  #: organisation and contact: an id is its organisation's own word
UNDER_WAY = (State.WAITING, State.SENDING)


@dataclass(frozen=True)
class Due:
    """What is due for one person and in no mail: whether any of it is urgent, or is for the daily mail."""

    org: str
    contact_id: UUID
    urgent: bool
    daily: bool

    @property
    def person(self) -> Person:
        """Who that is."""
        return self.org, self.contact_id


@dataclass(frozen=True)
class Mail:
    """A mail that was claimed for sending, with how much it tells."""

    id: UUID
    org: str
    to: Contact
    count: int
    attempts: int
    inbox_url: str


def _in_no_mail(tables: NoticeTables) -> Any:
    c = tables.tellings.c
    return (c.state == State.WAITING) & c.mail_id.is_(None)


def due_people(tx: Transaction, tables: NoticeTables) -> list[Due]:
    """For whom something is due that is in no mail yet."""
    c = tables.tellings.c
    flags = [func.max(cast(c[name], Integer)) for name in ("urgent", "daily")]
    query = select(c.org, c.contact_id, *flags).where(_in_no_mail(tables), c.due_at <= tx.at)
    rows = tx.execute(query.group_by(c.org, c.contact_id).order_by(c.org, c.contact_id))
    return [Due(org, id_, bool(urgent), bool(daily)) for org, id_, urgent, daily in rows]


def under_way(tx: Transaction, tables: NoticeTables, people: Collection[Person]) -> set[Person]:
    """Those of these people to whom a mail is on its way; perhaps others too."""
    c = tables.mails.c
    query = select(c.org, c.contact_id).where(c.contact_id.in_(_ids(people)), c.state.in_(UNDER_WAY))
    return {(org, id_) for org, id_ in tx.execute(query)}


def last_mails(tx: Transaction, tables: NoticeTables, people: Collection[Person]) -> dict[Person, datetime]:
    """When each of these people was last sent to; perhaps others too."""
    c = tables.mails.c
    query = select(c.org, c.contact_id, func.max(c.sent_at))
    sent = query.where(c.contact_id.in_(_ids(people)), c.sent_at.is_not(None))
    return {(org, id_): at for org, id_, at in tx.execute(sent.group_by(c.org, c.contact_id))}


def _ids(people: Collection[Person]) -> set[UUID]:
    return {id_ for _, id_ in people}


def mails_since(tx: Transaction, tables: NoticeTables, moment: datetime) -> dict[str, int]:
    """How many mails were made for each organisation since then."""
    c = tables.mails.c
    query = select(c.org, func.count()).where(c.created_at >= moment).group_by(c.org)
    return dict(tx.execute(query).all())


def add_mail(tx: Transaction, tables: NoticeTables, id_: UUID, due: Due) -> None:
    """Begin a mail to that person, due at once."""
    row = {"id": id_, "org": due.org, "contact_id": due.contact_id, "state": State.WAITING}
    empty = {"count": 0, "attempts": 0, "created_at": tx.at, "due_at": tx.at}
    tx.execute(insert(tables.mails).values(row | empty))


def hasten(tx: Transaction, tables: NoticeTables, due: Due) -> None:
    """A mail that waits for its next attempt is tried now, because something urgent has come."""
    c = tables.mails.c
    its = (c.org == due.org, c.contact_id == due.contact_id)
    waits = (*its, c.state == State.WAITING, c.due_at > tx.at)
    tx.execute(update(tables.mails).where(*waits).values(due_at=tx.at))


def put_off(tx: Transaction, tables: NoticeTables, due: Due, *, until: datetime, daily: bool) -> None:
    """What is due for somebody waits until then; ``daily`` for what waits for the daily mail from now on."""
    c = tables.tellings.c
    its = (_in_no_mail(tables), c.org == due.org, c.contact_id == due.contact_id, c.due_at <= tx.at)
    values = {"due_at": until} | ({"daily": True} if daily else {})
    tx.execute(update(tables.tellings).where(*its).values(values))


def claim_mail(tx: Transaction, tables: NoticeTables, *, until: datetime) -> Mail | None:
    """The oldest mail that is due, taken for sending: nobody else gets it before ``until``.

    It takes along all that waits for the person. One that has nothing to tell any more is forgotten.
    """
    c = tables.mails.c
    due = select(tables.mails).where(c.state.in_(UNDER_WAY), c.due_at <= tx.at).order_by(c.due_at, c.id)
    while row := tx.execute(due.limit(1).with_for_update(skip_locked=True)).one_or_none():
        to, count = find_contact(tx, tables, row.org, row.contact_id), _load(tx, tables, row)
        if to and count:
            attempts = row.attempts + 1
            values = {"state": State.SENDING, "attempts": attempts, "count": count, "due_at": until}
            tx.execute(update(tables.mails).where(c.id == row.id).values(values))
            return Mail(row.id, row.org, to, count, attempts, inbox_url(tx, tables, row.org))
        tx.execute(delete(tables.mails).where(c.id == row.id))
    return None


def _load(tx: Transaction, tables: NoticeTables, mail: Any) -> int:
    """How many things it tells of; what was answered since the last attempt is not among them."""
    c = tables.tellings.c
    answered = update(tables.tellings).where(c.mail_id == mail.id, c.state == State.DROPPED)
    tx.execute(answered.values(mail_id=None))
    its = (c.org == mail.org, c.contact_id == mail.contact_id, c.state == State.WAITING)
    free_or_ours = or_(c.mail_id.is_(None), c.mail_id == mail.id)
    return int(tx.execute(update(tables.tellings).where(*its, free_or_ours).values(mail_id=mail.id)).rowcount)


def set_sent(tx: Transaction, tables: NoticeTables, mail: Mail) -> None:
    """The mail is out, and so is what was in it, also what was answered in that moment."""
    _set_mail(tx, tables, mail, state=State.SENT, sent_at=tx.at, last_error=None)
    _set_told(tx, tables, mail, State.SENT)


def set_failed(tx: Transaction, tables: NoticeTables, mail: Mail, error: str) -> None:
    """The mail will not be tried again."""
    _set_mail(tx, tables, mail, state=State.FAILED, last_error=error)
    _set_told(tx, tables, mail, State.FAILED)


def set_try_again(tx: Transaction, tables: NoticeTables, mail: Mail, error: str, *, at: datetime) -> None:
    """The mail is tried again then."""
    _set_mail(tx, tables, mail, state=State.WAITING, last_error=error, due_at=at)


def _set_mail(tx: Transaction, tables: NoticeTables, mail: Mail, **values: Any) -> None:
    tx.execute(update(tables.mails).where(tables.mails.c.id == mail.id).values(values))


def _set_told(tx: Transaction, tables: NoticeTables, mail: Mail, state: State) -> None:
    c = tables.tellings.c
    of_mail = c.mail_id == mail.id
    over = of_mail if state is State.SENT else of_mail & (c.state == State.WAITING)
    tx.execute(update(tables.tellings).where(over).values(state=state, dropped_because=None))
    settle(tx, tables, tables.notices.c.id.in_(select(c.notice_id).where(of_mail)))


def count_mails(tx: Transaction, tables: NoticeTables) -> list[dict[str, Any]]:
    """How many mails in which state, with the class of the last error."""
    c = tables.mails.c
    by = (c.org, c.state, c.last_error)
    query = select(*by, func.count().label("count")).group_by(*by).order_by(*by)
    return [dict(row) for row in tx.execute(query).mappings()]
