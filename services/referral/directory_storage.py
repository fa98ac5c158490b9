"""The directory's rows and every query made of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, insert, select, update

from services.referral.storage import directory_versions, organisations
from shared.database import Transaction
from shared.schemas.referral import Organisation
from shared.sealing import PublicKeys

NODE = "node"  #: the source of who is in the register


def find(tx: Transaction, org: str) -> Any | None:
    """The organisation's row, locked."""
    query = select(organisations).where(organisations.c.org == org).with_for_update()
    return tx.execute(query).one_or_none()


def put(  # noqa: PLR0913 - all that is known of an organisation
    tx: Transaction,
    org: str,
    *,
    name: str,
    keys: PublicKeys | None,
    source: str = NODE,
    active: bool = True,
) -> None:
    """Add an organisation, or give a known one its name and keys; one that is not active is not listed."""
    values = {"name": name, "source": source, "active": active, "public_key": None, "signing_key": None}
    if keys is not None:
        values |= {"public_key": keys.sealing, "signing_key": keys.signing}
    if find(tx, org) is None:
        tx.execute(insert(organisations).values(org=org, revision=0, services=[], **values))
    else:
        tx.execute(update(organisations).where(organisations.c.org == org).values(**values))


def set_offer(tx: Transaction, org: str, *, revision: int, services: list[dict[str, Any]]) -> None:
    """Replace an organisation's offer."""
    values = {"revision": revision, "services": services}
    tx.execute(update(organisations).where(organisations.c.org == org).values(**values))


def listed(tx: Transaction) -> list[Organisation]:
    """The active organisations, in the order of their ids."""
    query = select(organisations).where(organisations.c.active).order_by(organisations.c.org)
    return [
        Organisation.load(
            {n: getattr(r, n) for n in ("org", "name", "public_key", "signing_key", "services")}
        )
        for r in tx.execute(query)
    ]


def has_nodes(tx: Transaction) -> bool:
    """Whether the register has ever admitted anybody: before, no queue is there for what goes to all."""
    return bool(tx.execute(select(exists().where(organisations.c.source == NODE))).scalar_one())


def newest_version(tx: Transaction) -> tuple[int, str]:
    """Number and hash of the newest published version; 0 and nothing before the first."""
    c = directory_versions.c
    last = select(func.max(c.version)).scalar_subquery()
    row = tx.execute(select(c.version, c.hash).where(c.version == last)).one_or_none()
    return (row.version, row.hash) if row else (0, "")


def hash_of(tx: Transaction, version: int) -> str:
    """The hash of a published version; nothing for one that was not."""
    query = select(directory_versions.c.hash).where(directory_versions.c.version == version)
    return tx.execute(query).scalar_one_or_none() or ""


def dated_at(tx: Transaction) -> datetime | None:
    """When nodes were told last which version is the newest; the newest version's row is locked."""
    last = select(func.max(directory_versions.c.version)).scalar_subquery()
    tx.execute(select(directory_versions).where(directory_versions.c.version == last).with_for_update())
    return last_dated(tx)


def last_dated(tx: Transaction) -> datetime | None:
    """The same, for who only looks."""
    found: datetime | None = tx.execute(select(func.max(directory_versions.c.dated_at))).scalar_one()
    return found


def set_dated(tx: Transaction, version: int) -> None:
    """They are told now."""
    mine = directory_versions.c.version == version
    tx.execute(update(directory_versions).where(mine).values(dated_at=tx.at))


def add_version(tx: Transaction, version: int, digest: str) -> None:
    """A version was published."""
    tx.execute(insert(directory_versions).values(version=version, hash=digest, published_at=tx.at))
