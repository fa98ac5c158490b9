"""The directory: who is in the network, their keys and their offers, published whole and versioned."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
from sqlalchemy import MetaData

from services.referral import directory_storage as storage
from services.referral.hsds import Import
from services.referral.hsds import Organisation as HsdsOrganisation
from services.referral.hsds import Service as HsdsService
from services.referral.hsds import read as read_hsds
from services.referral.storage import metadata
from shared.database import Database, Transaction
from shared.messaging.errors import Refused
from shared.messaging.message import HUB
from shared.messaging.registers import keep_register, kept_register, to_wire
from shared.messaging.topology import TO_ALL, TO_NOTIFICATIONS, TO_REPORTING, to_node
from shared.schemas.codes import SERVICE_TYPES
from shared.schemas.intake import KeysChanged, Service, ServicesOffered
from shared.schemas.referral import DirectoryPublished
from shared.sealing.network_file import NetworkFile
from shared.sealing.register import ACTIVE, NotFollowed, Roots, SignedRegister
from shared.sealing.succession import SignedStatement, standings

OF_THE_HUB = (TO_NOTIFICATIONS, TO_REPORTING)


def publish_register(
    database: Database, roots: Roots, offered: SignedRegister, statements: Sequence[SignedStatement] = ()
) -> bool:
    """Follow a newer register, admit and revoke what it says, and tell all; returns whether it was newer.

    Raises NotFollowed, and has changed nothing then.
    """
    with database.transaction() as tx:
        return _take(tx, roots, offered, statements)


def begin(tx: Transaction, _: MetaData, network: NetworkFile) -> None:
    """Follow what the network's file says, unless it is older than what is followed; raises NotFollowed."""
    known = kept_register(tx, metadata)
    if known is None or network.register.hash not in known[0].register.before:
        _take(tx, network.roots, network.register, network.statements)


def take_statement(tx: Transaction, org: str, event: KeysChanged) -> None:
    """What an organisation says of its own keys: followed, and passed on to all; raises Refused."""
    statement, kept = SignedStatement(event.text, event.signature), kept_register(tx, metadata)
    roots = tx.outbox.scribe.book.roots if tx.outbox.has_scribe else None
    if kept is None or roots is None:
        raise Refused("register_missing")
    try:
        is_own = statement.said.party == org
        if is_own:
            _take(tx, roots, kept[0], [statement])
    except NotFollowed as error:
        raise Refused(error.code) from None
    if not is_own:
        raise Refused("statement_of_another")


def _take(
    tx: Transaction, roots: Roots, offered: SignedRegister, statements: Sequence[SignedStatement]
) -> bool:
    if not keep_register(tx, metadata, roots, offered, statements):
        return False
    signed, said = kept_register(tx, metadata) or (offered, [])
    for org, standing in standings(signed.register, said).items():
        if org != HUB:
            is_in = standing.state == ACTIVE
            storage.put(tx, org, name=standing.entry.name, keys=standing.keys, active=is_in)
    publish_directory(tx)
    return True


def take_offer(tx: Transaction, org: str, event: ServicesOffered) -> None:
    """Keep an organisation's newest offer, and publish; an older revision is ignored."""
    known = storage.find(tx, org)
    if known is not None and event.revision > known.revision:
        services = [service.dump() for service in event.services]
        storage.set_offer(tx, org, revision=event.revision, services=services)
        publish_directory(tx)


def publish_directory(tx: Transaction) -> int:
    """Tell all the whole directory, naming the hash of the version before; returns the new version."""
    last_version, previous = storage.newest_version(tx)
    event = _as_it_stands(tx, last_version + 1, previous)
    storage.add_version(tx, last_version + 1, _digest(event))
    nodes = (TO_ALL,) if storage.has_nodes(tx) else ()
    tx.outbox.publish_to_all(tx, event, to=(*nodes, *OF_THE_HUB), subject=f"directory/{last_version + 1}")
    return last_version + 1


def publish_again(tx: Transaction, org: str) -> None:
    """Send the newest version to one node; if it cannot be written as it was, a new one to all."""
    version, digest = storage.newest_version(tx)
    event = _as_it_stands(tx, version, storage.hash_of(tx, version - 1))
    if _digest(event) == digest:
        tx.outbox.publish(tx, event, to=to_node(org), subject=f"directory/{version}")
    else:
        publish_directory(tx)


def _as_it_stands(tx: Transaction, version: int, previous: str) -> DirectoryPublished:
    kept = kept_register(tx, metadata)
    return DirectoryPublished(
        directory_version=version,
        previous=previous,
        organisations=storage.listed(tx),
        register=to_wire(kept) if kept else None,
    )


def _digest(event: DirectoryPublished) -> str:
    return hashlib.sha256(orjson.dumps(event.dump())).hexdigest()


@dataclass(frozen=True)
class Imported:
    """What an import did: the reading with its problems, and what was taken."""

    reading: Import
    organisations: int = 0
    services: int = 0


def import_directory(database: Database, path: Path) -> Imported:
    """Take HSDS 3.0 organisations and services into the directory: all of the file, or nothing of it."""
    reading = read_hsds(path, service_types=frozenset(SERVICE_TYPES))
    if not reading.ok:
        return Imported(reading)
    with database.transaction() as tx:
        for organisation in reading.organisations:
            offered = [s for s in reading.services if s.organisation_id == organisation.id]
            _put_listed(tx, organisation, [_service(s) for s in offered if s.service_type])
        publish_directory(tx)
    offered = [service for service in reading.services if service.service_type]
    return Imported(reading, len(reading.organisations), len(offered))


def _put_listed(tx: Transaction, organisation: HsdsOrganisation, services: list[Service]) -> None:
    """A listed organisation has no node: it is found, but cannot be sent referrals through the network."""
    org = f"hsds-{hashlib.sha256(str(organisation.id).encode()).hexdigest()[:12]}"
    storage.put(tx, org, name=organisation.name[:200], keys=None, source="hsds")
    storage.set_offer(tx, org, revision=0, services=[service.dump() for service in services])


def _service(service: HsdsService) -> Service:
    return Service(
        service_id=service.id,
        name=service.name[:200],
        service_type=service.service_type or "other",
        status="open" if service.status == "active" else "paused",
        areas=[area[:100] for area in service.areas],
        languages=list(service.languages),
        minimum_age=service.minimum_age,
        maximum_age=service.maximum_age,
    )
