"""Go on after a restore: the node has gone back in time, and nobody else has.

What it said since may not be said otherwise under the same number, what it ended since must not live again by itself,
and what it no longer knows it asks for.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.intake.domain import Action, Entry, Via
from services.intake.storage import audit as audit_rows
from services.intake.storage import bookkeeping, masking
from services.intake.storage import restoring as rows
from services.intake.usecases.audit_chain import hash_after
from services.intake.usecases.node import AnothersDatabase
from shared.clock import new_id
from shared.database import Transaction
from shared.second_factors import STEP

BEGAN = datetime(
    2024, 1, 1, tzinfo=UTC
)  #: from which leaps are counted, so that each is longer than the one before
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
UNDO = timedelta(hours=1)  #: for which what could be undone when the backup was made can be undone once more


@dataclass(frozen=True)
class Resumed:
    """How many messages are held back until ``held_until``, to be undone by whoever had undone them."""

    held: int
    held_until: datetime


def resume(tx: Transaction, org: str, made_at: datetime) -> Resumed:
    """Go on from the state of that moment, as a part of restoring it; raises AnothersDatabase."""
    if bookkeeping.owner(tx) not in (org, None):
        raise AnothersDatabase(AnothersDatabase.__doc__)
    rows.end_sign_ins(tx, step=int(tx.at.timestamp()) // STEP)
    rows.raise_revisions(tx, (tx.at - BEGAN) // MINUTE)
    rows.ask_about_all(tx)
    masking.forget_all_seeds(tx)
    _leap(tx)
    until = tx.at + UNDO
    return Resumed(rows.hold_back(tx, since=made_at, until=until), until)


def _leap(tx: Transaction) -> None:
    """The audit goes on behind every number that it may have had: whoever checks it sees that entries are missing."""
    audit_rows.lock_chain(tx)
    number, hash_ = audit_rows.head(tx)
    entry = Entry(new_id(), tx.at, "", Action.NODE_RESTORED, Via.COMMAND)
    place = number + (tx.at - BEGAN) // SECOND
    audit_rows.add_entries(tx, [entry])
    audit_rows.set_places(tx, [(entry.id, place, hash_after(hash_, entry, place))])
