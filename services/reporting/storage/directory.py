"""Where organisations are at home and what is offered, by the newest directory."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, func, select

from services.reporting.domain.coverage import Offer
from services.reporting.domain.regions import told_apart
from services.reporting.storage.tables import homes, offers
from shared.database import Transaction
from shared.rows import add


def keep_directory(
    tx: Transaction, version: int, at_home: Mapping[str, str | None], offered: Sequence[Offer]
) -> None:
    """Replace the directory as it was by this one, unless it is older."""
    if version <= (tx.execute(select(func.max(homes.c.directory_version))).scalar_one() or 0):
        return
    tx.execute(delete(homes))
    tx.execute(delete(offers))
    add(
        tx,
        homes,
        [{"org": org, "region": at_home[org], "directory_version": version} for org in sorted(at_home)],
    )
    add(tx, offers, [{"offer": number, **vars(offer)} for number, offer in enumerate(offered)])


def homes_of(tx: Transaction, orgs: Collection[str]) -> dict[str, str | None]:
    """Where each of these organisations is at home; without those that the directory does not know."""
    rows = tx.execute(select(homes.c.org, homes.c.region).where(homes.c.org.in_(sorted(orgs))))
    return {row.org: row.region for row in rows}


def all_offers(tx: Transaction) -> list[Offer]:
    """Every service that is offered, paused and full ones too."""
    rows = tx.execute(select(offers.c.service_type, offers.c.regions, offers.c.is_open))
    return [Offer(kind, tuple(regions), is_open=is_open) for kind, regions, is_open in rows]


def regions_told_apart(tx: Transaction) -> frozenset[str]:
    """The regions in which there are enough organisations for figures of their own."""
    return told_apart(list(tx.execute(select(homes.c.region)).scalars()))
