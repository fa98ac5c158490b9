"""Queries on the directory: every version that was kept, and the newest one spread out for search."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from services.intake.domain import Offer, Partner
from services.intake.storage import cells
from services.intake.storage.tables import directories, keys, metadata, offers, own_services, partners
from shared.database import Transaction
from shared.messaging.keybook import sealing_keys
from shared.messaging.registers import hear_register
from shared.schemas.intake import Service
from shared.schemas.referral import DirectoryPublished

OWN = "own_services"


def newest_directory(tx: Transaction) -> tuple[int, str] | None:
    """Version and hash of the newest kept one."""
    query = select(directories.c.version, directories.c.hash).order_by(directories.c.version.desc()).limit(1)
    row = tx.execute(query).one_or_none()
    return (row.version, row.hash) if row else None


def keep_directory(tx: Transaction, published: DirectoryPublished, digest: str) -> None:
    """Keep the version, and let it be what is searched; raises Refused for a register that does not follow ours.

    An organisation is usable by the keys that the register gives it, whatever the hub says of it beside that.
    """
    hear_register(tx, metadata, published.register)
    believed = sealing_keys(tx, keys)
    row = {"version": published.directory_version, "hash": digest, "body": published.dump(), "kept_at": tx.at}
    tx.execute(insert(directories).values(**row))
    tx.execute(delete(offers))
    tx.execute(delete(partners))
    organisations = {o.org: o for o in published.organisations}.values()
    _insert(
        tx,
        partners,
        [{"org": o.org, "name": o.name, "public_key": believed.get(o.org)} for o in organisations],
    )
    _insert(tx, offers, [row for o in organisations for row in _offer_rows(o.org, o.services)])


def _offer_rows(org: str, services: Sequence[Service]) -> list[dict[str, Any]]:
    once = {service.service_id: service for service in services}.values()
    return [
        {"org": org, "service_id": s.service_id, "service_type": s.service_type, "body": s.dump()}
        for s in once
    ]


def _insert(tx: Transaction, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        tx.execute(insert(table), rows)


def list_partners(tx: Transaction) -> list[Partner]:
    """Every organisation of the network, by name."""
    rows = tx.execute(select(partners).order_by(partners.c.name, partners.c.org)).mappings()
    return [Partner(**row) for row in rows]


def find_partner(tx: Transaction, org: str) -> Partner | None:
    """That organisation, if the directory has it."""
    row = tx.execute(select(partners).where(partners.c.org == org)).mappings().one_or_none()
    return Partner(**row) if row else None


def known_partners(tx: Transaction, orgs: Collection[str]) -> set[str]:
    """Which of these are in the directory."""
    return set(tx.execute(select(partners.c.org).where(partners.c.org.in_(orgs))).scalars())


def list_offers(tx: Transaction, service_type: str | None) -> list[Offer]:
    """What is offered of that type, or of any, by the name of the organisation."""
    query = select(partners, offers.c.body).join(offers, offers.c.org == partners.c.org)
    if service_type is not None:
        query = query.where(offers.c.service_type == service_type)
    rows = tx.execute(query.order_by(partners.c.name, partners.c.org, offers.c.service_id))
    return [Offer.of(Partner(row.org, row.name, row.public_key), row.body) for row in rows]


def set_own_services(tx: Transaction, services: Sequence[Service]) -> None:
    """Replace what our organisation offers; the confidential address of one that stays is kept."""
    c = own_services.c
    kept = {row.service_id: row.sealed for row in tx.execute(select(c.service_id, c.sealed))}
    tx.execute(delete(own_services))
    rows = [
        {"service_id": s.service_id, "position": n, "body": s.dump(), "sealed": kept.get(s.service_id)}
        for n, s in enumerate(services)
    ]
    _insert(tx, own_services, rows)


def set_hidden_address(tx: Transaction, service_id: UUID, address: str | None) -> None:
    """A confidential address stays here, sealed; None forgets it."""
    sealed = cells.of_words(tx.at_rest, OWN, service_id, {"address": address}) if address else None
    tx.execute(update(own_services).where(own_services.c.service_id == service_id).values(sealed=sealed))


def hidden_addresses(tx: Transaction) -> dict[UUID, str]:
    """The confidential addresses, by the ids of their services."""
    c = own_services.c
    rows = tx.execute(select(c.service_id, c.sealed).where(c.sealed.is_not(None)))
    return {
        row.service_id: cells.words_in(tx.at_rest, OWN, row.service_id, row.sealed).get("address", "")
        for row in rows
    }


def list_own_services(tx: Transaction) -> list[Service]:
    """What our organisation offers, in its own order."""
    rows = tx.execute(select(own_services.c.body).order_by(own_services.c.position)).scalars()
    return [Service.load(body) for body in rows]
