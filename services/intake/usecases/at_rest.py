"""What lies in the node's database lies sealed: the right key is there, and nothing is left in the clear."""

import structlog

from services.intake.storage import bookkeeping, in_the_clear, slips
from shared.database import Database

log = structlog.get_logger()

NOT_REWRITTEN = (
    "others use the database, or its disk has no room for a second one: tried again at the next start"
)


class AnothersKey(Exception):
    """The database was sealed with a storage key that is not in the key file."""


def refuse_anothers_key(database: Database) -> None:
    """Raise AnothersKey, before anything is changed, also in a database that is of an older version, or empty."""
    with database.reading() as tx:
        if bookkeeping.has_keys(tx) and bookkeeping.lacks_key(tx):
            raise AnothersKey(AnothersKey.__doc__)


def accept_key(database: Database) -> None:
    """Go on only with the storage keys that were used here, and note the newest; raises AnothersKey.

    Printed codes, which nobody can print anew by themselves, are found by the newest from now on.
    """
    with database.transaction() as tx:
        if bookkeeping.lacks_key(tx):
            raise AnothersKey(AnothersKey.__doc__)
        bookkeeping.use_key(tx)
        slips.index_anew(tx)


def seal_what_is_in_the_clear(database: Database) -> int:
    """Seal what version 0.1.0 left in the clear, and have the engine forget it; says how many rows that were.

    To be called before anybody works with the database. It may be killed at any moment and begun anew.
    """
    sealed = sum(_seal_all(database, step) for step in in_the_clear.STEPS)
    if sealed:
        log.info("at_rest.sealed", count=sealed)
    _rewrite(database)
    return sealed


def _seal_all(database: Database, step: in_the_clear.Seal) -> int:
    sealed = 0
    while True:
        with database.transaction() as tx:
            some = step(tx)
        if not some:
            return sealed
        sealed += some


def _rewrite(database: Database) -> None:
    with database.reading() as tx:
        if in_the_clear.is_rewritten(tx):
            return
    if not in_the_clear.rewrite(database):
        log.warning("at_rest.not_rewritten", reason=NOT_REWRITTEN)
        return
    with database.transaction() as tx:
        in_the_clear.set_rewritten(tx)
