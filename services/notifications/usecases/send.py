"""Collapse what waits into one mail per person and brake, and send it until it is out or has failed."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import structlog

from services.notifications import storage
from services.notifications.domain import State, may_mail_from, next_attempt
from services.notifications.storage import Contact, Mail, Waiting
from shared.clock import new_id
from shared.database import Database, Transaction

LEASE = timedelta(minutes=5)  #: for one SMTP conversation; more than its time-outs add up to
NOBODY_YET = timedelta(minutes=5)  #: until an organisation without contacts is looked at again

log = structlog.get_logger()

OfOrg = TypeVar("OfOrg", Contact, Waiting)


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
        waiting = _by_org(storage.claim_waiting(tx))
        contacts = _by_org(storage.contacts_of(tx, waiting))
        last = storage.last_mails(tx, waiting)
        return sum(
            _gather(tx, waiting[org], contacts.get(org, []), last_mail=last.get(org), brake=brake)
            for org in waiting
        )


def _by_org(items: Iterable[OfOrg]) -> dict[str, list[OfOrg]]:
    sorted_out: dict[str, list[OfOrg]] = defaultdict(list)
    for item in items:
        sorted_out[item.org].append(item)
    return dict(sorted_out)


def _gather(
    tx: Transaction,
    waiting: list[Waiting],
    contacts: list[Contact],
    *,
    last_mail: datetime | None,
    brake: timedelta,
) -> int:
    urgent = any(notice.urgent for notice in waiting)
    begins = may_mail_from(tx.at, last_mail=last_mail, brake=brake, urgent=urgent)
    if not contacts:
        begins = tx.at + NOBODY_YET
    ids = [notice.id for notice in waiting]
    if begins > tx.at:
        storage.put_off(tx, ids, begins)
        return 0
    storage.add_round(tx, new_id(), ids, {new_id(): contact for contact in contacts})
    return len(contacts)


def _claim(database: Database) -> Mail | None:
    with database.transaction() as tx:
        return storage.claim_mail(tx, until=tx.at + LEASE)


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
        storage.set_sent(tx, mail)
    log.info("mail.sent", count=mail.count, org=mail.org)
    return True


def _note_failure(database: Database, mail: Mail, error: str, *, for_good: bool) -> None:
    with database.transaction() as tx:
        again = None if for_good else next_attempt(tx.at, mail.attempts)
        if again is None:
            storage.set_failed(tx, mail, error)
        else:
            storage.set_try_again(tx, mail, error, at=again)
    state = State.WAITING if again else State.FAILED
    log.warning("mail.failed", org=mail.org, error=error, attempt=mail.attempts, state=state)
