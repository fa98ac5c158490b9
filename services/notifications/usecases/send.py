"""Collapse what waits into one mail per person and brake, and send it until it is out or has failed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from services.notifications.domain import Notice, State, may_mail_from, next_attempt
from services.notifications.storage import mails, notices
from services.notifications.storage.contacts import Contact, contacts_of
from services.notifications.storage.mails import Mail
from shared.clock import new_id
from shared.database import Database, Transaction

LEASE = timedelta(minutes=5)  #: for one SMTP conversation; more than its time-outs add up to
NOBODY_YET = timedelta(hours=1)  #: until an organisation without contacts is looked at again

log = structlog.get_logger()


class ServerAway(Exception):
    """The mail server cannot be reached now: other mails need not try."""


class AddressRefused(Exception):
    """The mail server says for good that there is no such address."""


class Mailer(Protocol):
    """Tells a person by mail that so many things wait, and where."""

    def send(self, contact: Contact, count: int, *, link: str) -> None:
        """Return when the mail server has taken it; raises ServerAway, AddressRefused, or anything else."""


class Brake(Protocol):
    """The setting that this needs."""

    @property
    def brake(self) -> timedelta:
        """The least time between two mails to one person that are not urgent."""


def send_due(database: Database, mailer: Mailer, settings: Brake) -> int:
    """Send every mail that is due; returns how many went out.

    The order: a mail is claimed and its attempt counted, and that is committed; then comes the conversation
    with the mail server; then it is marked as sent, and that is committed. Whoever dies between the last two
    leaves a mail that is sent once more when its claim ends: at least once, never lost.
    """
    gather(database, brake=settings.brake)
    sent = 0
    while mail := _claim(database):
        try:
            sent += _send(database, mailer, mail)
        except ServerAway:
            break
    return sent


def gather(database: Database, *, brake: timedelta) -> int:
    """Make one mail per contact of all the waiting notices of an organisation; returns how many mails.

    An organisation that had a mail within the brake waits, unless a notice is urgent; so does one that has
    not yet named a contact.
    """
    with database.transaction() as tx:
        due = notices.due_organisations(tx)
        last, to = mails.last_mails(tx, due), _by_org(contacts_of(tx, due))
        begins = {
            org: may_mail_from(tx.at, last_mail=last.get(org), brake=brake, urgent=urgent)
            for org, urgent in due.items()
        }
        return sum(_gather(tx, org, to.get(org, []), begins=begins[org]) for org in sorted(due))


def _by_org(contacts: Iterable[Contact]) -> dict[str, list[Contact]]:
    sorted_out: dict[str, list[Contact]] = defaultdict(list)
    for contact in contacts:
        sorted_out[contact.org].append(contact)
    return dict(sorted_out)


def _gather(tx: Transaction, org: str, to: list[Contact], *, begins: datetime) -> int:
    until = begins if to else tx.at + NOBODY_YET
    if until > tx.at:
        notices.put_off(tx, org, until=until)
        return 0
    waiting = notices.claim_waiting(tx, org)
    if not waiting:
        return 0
    told = _told([notice for _, notice in waiting], to)
    mails.add_round(tx, new_id(), [id_ for id_, _ in waiting], {new_id(): one for one in told})
    return len(told)


def _told(waiting: Sequence[Notice], to: list[Contact]) -> list[tuple[Contact, int]]:
    """Each with how many are for them; where those who are meant are not there any more, all are told."""
    reach = [n if any(_is_for(n, one) for one in to) else replace(n, audience=None) for n in waiting]
    counted = [(contact, sum(_is_for(notice, contact) for notice in reach)) for contact in to]
    return [(contact, count) for contact, count in counted if count]


def _is_for(notice: Notice, contact: Contact) -> bool:
    return notice.is_for(contact.contact_id, supervisor=bool(contact.supervisor))


def _claim(database: Database) -> Mail | None:
    with database.transaction() as tx:
        return mails.claim_mail(tx, until=tx.at + LEASE)


def _send(database: Database, mailer: Mailer, mail: Mail) -> bool:
    """Whether the mail went out. What went wrong is kept by its class only."""
    if mail.to is None:
        _note_failure(database, mail, "ContactRemoved", for_good=True)
        return False
    try:
        mailer.send(mail.to, mail.count, link=mail.inbox_url)
    except Exception as error:
        name = type(error.__cause__ or error).__name__
        _note_failure(database, mail, name, for_good=isinstance(error, AddressRefused))
        if isinstance(error, ServerAway):
            raise
        return False
    with database.transaction() as tx:
        mails.set_sent(tx, mail)
    log.info("mail.sent", count=mail.count, org=mail.org)
    return True


def _note_failure(database: Database, mail: Mail, error: str, *, for_good: bool) -> None:
    with database.transaction() as tx:
        again = None if for_good else next_attempt(tx.at, mail.attempts)
        if again is None:
            mails.set_failed(tx, mail, error)
        else:
            mails.set_try_again(tx, mail, error, at=again)
    state = State.WAITING if again else State.FAILED
    log.warning("mail.failed", org=mail.org, error=error, attempt=mail.attempts, state=state)
