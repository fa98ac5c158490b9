"""The directory: who is in the network, their keys and their offers, published whole and versioned."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from services.referral import directory_storage as storage
from services.referral.hsds import Import
from services.referral.hsds import Organisation as HsdsOrganisation
from services.referral.hsds import Service as HsdsService
from services.referral.hsds import read as read_hsds
from shared.database import Database, Transaction
from shared.messaging.topology import TO_ALL, TO_NOTIFICATIONS, TO_REPORTING
from shared.schemas.codes import SERVICE_TYPES
from shared.schemas.intake import Service, ServicesOffered
from shared.schemas.referral import DirectoryPublished
from shared.sealing import PublicKeys

EVERYBODY = (TO_ALL, TO_NOTIFICATIONS, TO_REPORTING)


class OrganisationTaken(Exception):
    """An organisation of that id is in the directory already, with another key."""


def add_organisation(database: Database, org: str, *, name: str, keys: PublicKeys) -> None:
    """Admit an organisation with its node's keys, and publish; the same again changes nothing.

    One that was admitted under version 0.1.0, with a key to seal to it only, gets the one that it signs with.
    """
    with database.transaction() as tx:
        known = storage.find(tx, org)
        if known is not None and not _may_be(known, keys):
            raise OrganisationTaken(org)
        if known is None or known.signing_key is None:
            storage.put(tx, org, name=name, keys=keys)
            publish_directory(tx)


def _may_be(known: Any, keys: PublicKeys) -> bool:
    return known.public_key in (None, keys.sealing) and known.signing_key in (None, keys.signing)


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
    event = DirectoryPublished(
        directory_version=last_version + 1, previous=previous, organisations=storage.listed(tx)
    )
    digest = hashlib.sha256(orjson.dumps(event.dump())).hexdigest()
    storage.add_version(tx, last_version + 1, digest)
    tx.outbox.publish_to_all(tx, event, to=EVERYBODY, subject=f"directory/{last_version + 1}")
    return last_version + 1


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
