"""Whose node this is, and whether its worker lives."""

from dataclasses import dataclass
from datetime import datetime

from services.intake.storage import bookkeeping
from shared.database import Database

WORKER = "worker"


class AnothersDatabase(Exception):
    """The database is another organisation's: check the settings of organisation and database."""


@dataclass(frozen=True)
class Heartbeat:
    """When the worker was alive last, and how its link to the hub was."""

    seen_at: datetime
    state: str


def claim_node(database: Database, org: str) -> None:
    """Make this that organisation's node, once and for all; raises AnothersDatabase."""
    with database.transaction() as tx:
        owner = bookkeeping.owner(tx)
        if owner is None:
            bookkeeping.set_owner(tx, org)
        elif owner != org:
            raise AnothersDatabase(AnothersDatabase.__doc__)


def beat(database: Database, state: str) -> None:
    """The worker lives; ``state`` is how its link to the hub is."""
    with database.transaction() as tx:
        bookkeeping.put_link(tx, WORKER, state)


def heartbeat(database: Database) -> Heartbeat | None:
    """The last one; None before the first."""
    return last_done(database, WORKER)


def note_done(database: Database, what: str, *, outcome: str) -> None:
    """That a thing which is to be done again and again was done now, such as a backup; ``outcome`` is a code."""
    with database.transaction() as tx:
        bookkeeping.put_link(tx, what, outcome)


def last_done(database: Database, what: str) -> Heartbeat | None:
    """When it was done last, and how it ended; None where it never was."""
    with database.reading() as tx:
        found = bookkeeping.find_link(tx, what)
    return Heartbeat(*found) if found else None
