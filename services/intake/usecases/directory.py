"""Find who could help, and say what we offer and whom notices go to."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from services.intake.domain import Action, Actor, Offer, Partner
from services.intake.storage import bookkeeping
from services.intake.storage import directory as rows
from services.intake.storage import staff as staff_rows
from services.intake.storage.notices import wishes_of_all
from services.intake.storage.staff import StaffMember
from services.intake.usecases import audit
from services.intake.usecases.checks import checked, code, language, text
from services.intake.usecases.notices import keep_own_contacts
from services.intake.usecases.refusals import NotPermitted
from shared.database import Database, Transaction
from shared.messaging.errors import Refused
from shared.messaging.scribe import PACK_RECEIVED
from shared.messaging.topology import from_node
from shared.schemas import Event
from shared.schemas.codes import KNOWN_AGE_BANDS, SERVICE_TYPES
from shared.schemas.intake import Contact, ContactsChanged, KeysChanged, Service, ServicesOffered, Wish
from shared.schemas.referral import DirectoryPublished

SEARCH = {
    "service_type": code(SERVICE_TYPES),
    "area": text(100),
    "language": language,
    "age_band": code(KNOWN_AGE_BANDS),
}


def organisations(database: Database) -> list[Partner]:
    """Every organisation of the directory, ours included, by name."""
    with database.reading() as tx:
        return rows.list_partners(tx)


def search_directory(
    database: Database,
    service_type: str | None = None,
    area: str | None = None,
    language: str | None = None,
    age_band: str | None = None,
) -> list[Offer]:
    """Who offers what for somebody there; open services first. Raises Invalid for a code that is none.

    ``language`` is ISO 639-3. An offer that does not say is not excluded.
    """
    given = {"service_type": service_type, "area": area, "language": language, "age_band": age_band}
    values = checked(given, SEARCH)
    wanted = [values.get(name) for name in ("area", "language", "age_band")]
    with database.reading() as tx:
        found = rows.list_offers(tx, values.get("service_type"))
    return sorted((offer for offer in found if offer.fits(*wanted)), key=lambda offer: offer.status != "open")


def own_services(database: Database) -> list[Service]:
    """What our organisation says it offers."""
    with database.reading() as tx:
        return rows.list_own_services(tx)


def offer_services(database: Database, services: Sequence[Service], by: Actor) -> None:
    """Replace our whole offer and tell the network, if it is another one; raises NotPermitted."""
    if not by.speaks_for_the_organisation:
        raise NotPermitted
    with database.transaction() as tx:
        offer(tx, services, by)


def offer(tx: Transaction, services: Sequence[Service], by: Actor) -> None:
    """The same within a transaction, for somebody who may."""
    rows.set_own_services(tx, services)
    revision = next_revision(tx, "services", [service.dump() for service in services])
    if revision is not None:
        offered = ServicesOffered(revision=revision, services=list(services))
        _tell(tx, offered, f"services/{revision}")
        audit.did(tx, by, Action.SERVICES_CHANGED)


def publish_contacts(database: Database, inbox_url: str, *, by_us: bool = False) -> None:
    """Tell the hub whom notices go to and where they lead, if that has changed; no addresses where we write ``by_us``.

    They go to staff who see cases and have an address.
    """
    with database.transaction() as tx:
        members = [m for m in staff_rows.list_staff(tx) if m.active and m.email and m.actor.sees_cases]
        wishes = wishes_of_all(tx)
        contacts = [_contact(member, wishes.get(member.username)) for member in members]
        said = [inbox_url, by_us, *(contact.dump() for contact in contacts)]
        revision = next_revision(tx, "contacts", said)
        if revision is not None:
            changed = ContactsChanged(revision=revision, inbox_url=inbox_url, contacts=contacts)
            keep_own_contacts(tx, changed if by_us else None)
            if by_us:
                changed = replace(changed, contacts=[], tells_itself=True)
            _tell(tx, changed, f"contacts/{revision}")


def say_keys(tx: Transaction, changed: KeysChanged) -> None:
    """Tell the hub which keys we have from now on."""
    _tell(tx, changed, "keys")


def _tell(tx: Transaction, event: Event, subject: str) -> None:
    """It is said once, so it is kept until the hub says that it has it."""
    tx.outbox.publish(tx, event, to=from_node(tx.outbox.sender), subject=subject, awaits=PACK_RECEIVED)


def _contact(member: StaffMember, wishes: Mapping[str, str] | None) -> Contact:
    supervisor = True if member.actor.sees_every_case else None
    known: dict[str, Any] = {
        "contact_id": member.id,
        "email": member.email or "",
        "language": member.language,
    }
    said = [Wish(group=kind, way=way) for kind, way in (wishes or {}).items()]
    return Contact(**known, supervisor=supervisor, wishes=said or None)


def next_revision(tx: Transaction, name: str, said: Any) -> int | None:
    """The number under which to say something that has changed; None when it is what was said last."""
    return bookkeeping.next_revision(tx, name, _digest(said))


def _digest(said: Any) -> str:
    return hashlib.sha256(orjson.dumps(said)).hexdigest()


def keep_directory(tx: Transaction, published: DirectoryPublished) -> None:
    """Keep a new version of the directory; raises Refused for one that does not follow ours.

    One that we have is heard without effect; another one of the same number is refused. Every version is whole,
    so one that comes after a version we missed is kept.
    """
    digest, ours = _digest(published.dump()), rows.newest_directory(tx)
    version, newest = ours or (0, "")
    if published.directory_version < version or (published.directory_version, digest) == (version, newest):
        return
    follows = published.directory_version > version + 1 or published.previous == newest
    if ours and (published.directory_version == version or not follows):
        raise Refused("directory_does_not_follow")
    rows.keep_directory(tx, published, digest)
