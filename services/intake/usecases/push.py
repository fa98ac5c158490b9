"""Telling staff by push, where the node does: which browsers, of what, and what became of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from services.intake.domain import Action, Actor
from services.intake.domain.push import Subscription
from services.intake.storage import notices as notice_rows
from services.intake.storage import push as rows
from services.intake.storage import staff as staff_rows
from services.intake.storage.push_tables import push_wishes, pushed
from services.intake.storage.staff import StaffMember
from services.intake.usecases import audit
from services.intake.usecases.checks import Wrong, checked, text
from services.intake.usecases.directory import next_revision
from services.intake.usecases.refusals import NotFound, NotPermitted
from shared.clock import new_id
from shared.database import Database, Transaction
from shared.notices.contacts import Contact, ContactList, erase_organisations, replace_contacts
from shared.notices.keeping import forget_what_is_over
from shared.notices.kinds import INSTANT, NEVER, way
from shared.notices.saying import Channel
from shared.notices.sending import Rules
from shared.notices.sending import send_due as send_all_due
from shared.schemas.codes import NOTICE_GROUPS
from shared.sealing.push import AUTH_BYTES, PushKey, from_text, is_point
from shared.settings import LOOPBACK

LONGEST_ENDPOINT = 1000


@dataclass(frozen=True)
class Pushed:
    """Of which kinds somebody is told by push, in which browsers, and how many notices are in which state."""

    kinds: Collection[str]
    browsers: Sequence[Subscription] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    last: datetime | None = None


def how_pushed(database: Database, by: Actor) -> Pushed:
    """For whoever sees cases; raises NotPermitted. What nobody has chosen is told at once where a mail would be."""
    _require(by)
    with database.reading() as tx:
        ways = _ways(notice_rows.wishes_of_all(tx, push_wishes).get(by.username))
        kinds = [k for k in NOTICE_GROUPS if way(ways, k, supervisor=by.sees_every_case) == INSTANT]
        browsers = rows.subscriptions_of(tx, by.username)
        member = staff_rows.find_staff(tx, by.username)
        if member is None:
            return Pushed(kinds, browsers)
        known = (notice_rows.told(tx, member.id, pushed), notice_rows.last_mail(tx, member.id, pushed))
        return Pushed(kinds, browsers, *known)


def _ways(said: Mapping[str, str] | None) -> dict[str, str]:
    """There is no daily push."""
    ways = {kind: way(said, kind, supervisor=False) for kind in NOTICE_GROUPS}
    return {kind: INSTANT if one == INSTANT else NEVER for kind, one in ways.items()}


def application_key(database: Database) -> str:
    """The public half of the node's own key, as a browser asks for it; made at the first need."""
    with database.reading() as tx:
        found = rows.own_key(tx)
    if found is None:
        with database.transaction() as tx:
            rows.keep_own_key(tx, lambda: PushKey.generate().private)
            found = rows.own_key(tx)
    return PushKey(found or b"").public


def subscribe(database: Database, given: Mapping[str, Any], by: Actor, hosts: Collection[str]) -> None:
    """Tell the person in that browser from now on; raises NotPermitted, Invalid.

    ``given`` are ``endpoint``, ``p256dh`` and ``auth`` as the Push API has them. A browser is told for one person.
    """
    _require(by)
    rules = {
        "endpoint": _at(hosts),
        "p256dh": _key(is_point),
        "auth": _key(lambda raw: len(raw) == AUTH_BYTES),
    }
    values = checked(given, rules, needed=rules.keys())
    with database.transaction() as tx:
        rows.add_subscription(tx, Subscription(new_id(), by.username, **values, made_at=tx.at))
        audit.did(tx, by, Action.NOTICES_CHOSEN)


def is_at_push_service(url: str, hosts: Collection[str]) -> bool:
    """Whether it is an https address at one of these hosts; ``*.`` begins the name of all that are below one.

    http is for this machine's loopback, where that is one of them.
    """
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - it raises for what is no port
    except ValueError:
        return False
    host = parts.hostname or ""
    if parts.username or parts.password or parts.fragment or not url.isascii() or not url.isprintable():
        return False
    safe = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    return safe and any(_is(host, one) for one in hosts)


def _is(host: str, named: str) -> bool:
    return host.endswith(named[1:]) if named.startswith("*.") else host == named


def _at(hosts: Collection[str]) -> Any:
    def check(value: Any) -> str | None:
        said: str | None = text(LONGEST_ENDPOINT)(value)
        if said and not is_at_push_service(said, hosts):
            raise Wrong("not_a_push_service")
        return said

    return check


def _key(is_one: Any) -> Any:
    def check(value: Any) -> str | None:
        said: str | None = text(100)(value)
        if said and not is_one(from_text(said)):
            raise Wrong("not_a_key")
        return said

    return check


def unsubscribe(database: Database, subscription_id: UUID, by: Actor) -> None:
    """Tell nothing in that browser any more; raises NotPermitted, NotFound."""
    _require(by)
    with database.transaction() as tx:
        if not rows.erase_subscription(tx, subscription_id, by.username):
            raise NotFound("browser_not_found")
        audit.did(tx, by, Action.NOTICES_CHOSEN)


def _require(by: Actor) -> None:
    if not by.sees_cases:
        raise NotPermitted


def keep_contacts(database: Database, inbox_url: str, *, is_on: bool) -> None:
    """Who is told by push, and where it leads, if that has changed; where nobody is, nothing is kept to be told.

    The address of such a contact is a user name: where it leads the channel looks up when it tells.
    """
    with database.transaction() as tx:
        known = rows.subscribers(tx) if is_on else set()
        wishes = notice_rows.wishes_of_all(tx, push_wishes)
        told = [
            _contact(member, wishes.get(member.username))
            for member in staff_rows.list_staff(tx)
            if member.active and member.actor.sees_cases and member.username in known
        ]
        revision = next_revision(tx, "push", [inbox_url, *map(_said, told)])
        if revision is not None:
            _replace(tx, ContactList(tx.outbox.sender, revision, inbox_url, told))


def _contact(member: StaffMember, said: Mapping[str, str] | None) -> Contact:
    known = (member.org, member.id, member.username, member.language)
    return Contact(*known, member.actor.sees_every_case, _ways(said))


def _said(contact: Contact) -> list[Any]:
    return [str(contact.contact_id), contact.language, contact.supervisor, contact.wishes]


def _replace(tx: Transaction, new: ContactList) -> None:
    if new.contacts:
        replace_contacts(tx, pushed, {new.org: new})
    else:
        erase_organisations(tx, pushed, [new.org])


def send_due(database: Database, channel: Channel, rules: Rules) -> int:
    """Send every push that is due; returns how many went out."""
    return send_all_due(database, pushed, channel, rules)


def forget_old(database: Database) -> None:
    """What was told, or will not be, is not kept for ever."""
    with database.transaction() as tx:
        forget_what_is_over(tx, pushed)
