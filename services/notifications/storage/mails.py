"""What became of each mail."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update

from services.notifications.domain import State
from services.notifications.storage.contacts import Contact, find_contact, inbox_url
from services.notifications.storage.tables import mails, notices
from shared.database import Transaction


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


def last_mails(tx: Transaction, orgs: Iterable[str]) -> dict[str, datetime]:
    """When each of these organisations was last sent to."""
    query = select(mails.c.org, func.max(mails.c.created_at)).where(mails.c.org.in_(list(orgs)))
    return dict(tx.execute(query.group_by(mails.c.org)).all())


def add_round(
    tx: Transaction, round_id: UUID, ids: Sequence[UUID], to: Mapping[UUID, tuple[Contact, int]]
) -> None:
    """Collapse these notices into one mail per contact, with how many are for them; ``to`` names the mails' ids."""
    tx.execute(update(notices).where(notices.c.id.in_(ids)).values(round_id=round_id))
    common = {
        "round_id": round_id,
        "state": State.WAITING,
        "attempts": 0,
        "created_at": tx.at,
        "due_at": tx.at,
    }
    rows = [
        {**common, "id": id_, "org": c.org, "contact_id": c.contact_id, "count": count}
        for id_, (c, count) in to.items()
    ]
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
    to, link = find_contact(tx, row["org"], row["contact_id"]), inbox_url(tx, row["org"])
    return Mail(row["id"], row["round_id"], row["org"], row["count"], attempts, to, link)


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
