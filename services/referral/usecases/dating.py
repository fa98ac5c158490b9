"""The hub says again and again which directory is the newest, so that a node knows how old its own word of it is."""

from datetime import timedelta
from importlib.metadata import version as version_of

from services.referral import directory_storage as storage
from services.referral.storage import known_organisations, metadata
from services.referral.usecases.directory import publish_again
from shared.database import Database, Transaction
from shared.messaging.registers import kept_register
from shared.messaging.topology import TO_ALL
from shared.schemas.referral import DirectoryDated

VERSION = version_of("throughline")


def date_directory(database: Database, every: timedelta) -> bool:
    """Tell all nodes which directory and which register are the newest, if that was said longer ago than ``every``.

    Returns whether it was said now, or would have been if there were nodes.
    """
    with database.transaction() as tx:
        said_at, (version, digest) = storage.dated_at(tx), storage.newest_version(tx)
        if not version or (said_at is not None and said_at <= tx.at < said_at + every):
            return False
        storage.set_dated(tx, version)
        kept = kept_register(tx, metadata)
        word = DirectoryDated(
            directory_version=version,
            hash=digest,
            said_at=tx.at,
            register_version=kept[0].register.version if kept else None,
            register_hash=kept[0].hash if kept else None,
            hub_version=VERSION,
        )
        if storage.has_nodes(tx):
            tx.outbox.publish(tx, word, to=TO_ALL, subject=f"directory/{version}")
    return True


def tell_directory(tx: Transaction, org: str, held: int) -> None:
    """Answer an organisation whose node has no newer directory than that version."""
    is_behind = held < storage.newest_version(tx)[0]
    if is_behind and known_organisations(tx, [org]):
        publish_again(tx, org)
