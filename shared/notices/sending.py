"""Share out what waits as each person wants it, one mail at a time to each, sent until it is out or has failed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog

from shared.database import Database, Transaction
from shared.notices import keeping, mails
from shared.notices.contacts import Contact, contacts_of
from shared.notices.keeping import Waiting
from shared.notices.kinds import (
    DAILY,
    NEVER,
    Dropped,
    Notice,
    State,
    digest_after,
    may_mail_from,
    next_attempt,
)
from shared.notices.mails import Due, Mail
from shared.notices.saying import AddressRefused, Channel, ChannelAway, Saying
from shared.notices.tables import NoticeTables

LEASE = timedelta(minutes=5)  #: for one SMTP conversation; more than its time-outs add up to

log = structlog.get_logger()


@dataclass(frozen=True)
class Rules:
    """The least time between two mails to one person, the most mails of an organisation a day, the daily hour (UTC)."""

    brake: timedelta = timedelta(minutes=15)
    cap: int = 1_000
    digest_hour: int = 6


def send_due(database: Database, tables: NoticeTables, channel: Channel, rules: Rules) -> int:
    """Send every mail that is due; returns how many went out.

    The order: a mail is claimed and its attempt counted, and that is committed; then comes the conversation
    with the mail server; then it is marked as sent, and that is committed. Whoever dies between the last two
    leaves a mail that is sent once more when its claim ends, under the same id: at least once, never lost.
    """
    gather(database, tables, rules)
    sent = 0
    while mail := _claim(database, tables):
        try:
            sent += _send(database, tables, channel, mail)
        except ChannelAway:
            break
    return sent


def gather(database: Database, tables: NoticeTables, rules: Rules) -> None:
    """Share out what waits, and begin a mail to each person for whom something is due and may leave."""
    with database.transaction() as tx:
        if waiting := keeping.lock_unshared(tx, tables):
            people = _by_org(contacts_of(tx, tables, {notice.org for _, notice, _ in waiting}))
            told = [telling for one in waiting for telling in _tellings(tx, one, people, rules)]
            keeping.share_out(tx, tables, [id_ for id_, _, _ in waiting], told)
        if due := mails.due_people(tx, tables):
            _begin_mails(tx, tables, due, rules)


def _by_org(contacts: Iterable[Contact]) -> dict[str, list[Contact]]:
    sorted_out: dict[str, list[Contact]] = defaultdict(list)
    for contact in contacts:
        sorted_out[contact.org].append(contact)
    return dict(sorted_out)


def _tellings(
    tx: Transaction, waiting: Waiting, people: dict[str, list[Contact]], rules: Rules
) -> Iterator[dict[str, Any]]:
    """One for each who is meant; where those who are meant are not there any more, for all."""
    id_, notice, created_at = waiting
    to = people[notice.org]
    for contact in [contact for contact in to if _is_for(notice, contact)] or to:
        way = contact.way(notice)
        dropped = Dropped.MUTED if way == NEVER else None
        yield {
            "notice_id": id_,
            "contact_id": contact.contact_id,
            "org": notice.org,
            "state": State.DROPPED if dropped else State.WAITING,
            "dropped_because": dropped,
            "urgent": notice.urgent and way != DAILY,
            "daily": way == DAILY,
            "due_at": digest_after(created_at, rules.digest_hour) if way == DAILY else tx.at,
        }


def _is_for(notice: Notice, contact: Contact) -> bool:
    return notice.is_for(contact.contact_id, supervisor=bool(contact.supervisor))


def _begin_mails(tx: Transaction, tables: NoticeTables, due: Sequence[Due], rules: Rules) -> None:
    people = {one.person for one in due}
    busy, last = mails.under_way(tx, tables, people), mails.last_mails(tx, tables, people)
    made = mails.mails_since(tx, tables, tx.at.replace(hour=0, minute=0, second=0, microsecond=0))
    for one in due:
        if one.person in busy:
            if one.urgent:
                mails.hasten(tx, tables, one)
            continue
        capped = made.get(one.org, 0) >= rules.cap
        at = _may_begin(tx.at, one, last.get(one.person), rules, capped=capped)
        if at > tx.at:
            mails.put_off(tx, tables, one, until=at, daily=capped and not one.urgent)
        else:
            mails.add_mail(
                tx, tables, uuid4(), one
            )  # random: one made from the time would say when it was made
            made[one.org] = made.get(one.org, 0) + 1


def _may_begin(at: datetime, due: Due, last: datetime | None, rules: Rules, *, capped: bool) -> datetime:
    """Beyond the cap an emergency waits for the brake like all else, and all else for the daily mail, which goes."""
    if capped and not (due.urgent or due.daily):
        return digest_after(at, rules.digest_hour)
    return may_mail_from(at, last_mail=last, brake=rules.brake, urgent=due.urgent and not capped)


def _claim(database: Database, tables: NoticeTables) -> Mail | None:
    with database.transaction() as tx:
        return mails.claim_mail(tx, tables, until=tx.at + LEASE)


def _send(database: Database, tables: NoticeTables, channel: Channel, mail: Mail) -> bool:
    """Whether the mail went out. What went wrong is kept by its code or class only."""
    try:
        saying = Saying(mail.count, mail.inbox_url, mail.to.language)
        channel.tell(mail.to.email, saying, message_id=mail.id.hex)
    except Exception as error:
        cause = error.__cause__ or error
        name = str(getattr(cause, "code", type(cause).__name__))
        again = None if isinstance(error, AddressRefused) else _again(database, mail, cause)
        _note_failure(database, tables, mail, name, again)
        if isinstance(error, ChannelAway):
            raise
        return False
    with database.transaction() as tx:
        mails.set_sent(tx, tables, mail)
    log.info("mail.sent", count=mail.count, org=mail.org, kept_in=tables.mails.name)
    return True


def _again(database: Database, mail: Mail, error: BaseException) -> datetime | None:
    """When it is tried again, if it is; not before the other end's own wish (``wait``), where it has said one."""
    return next_attempt(database.clock(), mail.attempts, getattr(error, "wait", None))


def _note_failure(
    database: Database, tables: NoticeTables, mail: Mail, error: str, again: datetime | None
) -> None:
    with database.transaction() as tx:
        if again is None:
            mails.set_failed(tx, tables, mail, error)
        else:
            mails.set_try_again(tx, tables, mail, error, at=again)
    state = State.WAITING if again else State.FAILED
    known = {"attempt": mail.attempts, "state": state, "kept_in": tables.mails.name}
    log.warning("mail.failed", org=mail.org, error=error, **known)
