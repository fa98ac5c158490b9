"""Give entries of the audit their place in the chain, and have the chain's head witnessed.

Acts write their entries without a place, so that none waits for another. The worker gives the places
after the fact: whatever was committed by then, in the order of the entries' ids.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, timedelta

from services.intake.domain import Action, Entry
from services.intake.storage import audit as rows
from services.intake.storage.tables import keys
from shared.database import Database, Transaction
from shared.messaging.keybook import sealing_keys
from shared.messaging.message import HUB
from shared.messaging.topology import from_node
from shared.messaging.witness import Checkpoint
from shared.schemas.intake import AuditCheckpointMade
from shared.sealing.signing import pae

MEANT_AS = b"application/vnd.throughline.audit-entry"
EVERY = timedelta(hours=1)  #: when something happened, or when nobody has witnessed the last
AT_ONCE = 500  #: entries in one transaction
MOST = 2  #: transactions in one go: however much waits, the worker has time for what is being sent
PARTNERS = 2  #: besides the hub
URGENT = frozenset({Action.EMERGENCY_OPENED})


def hash_after(previous: str, entry: Entry, number: int) -> str:
    """The hash of an entry at that place: SHA-256, in hexadecimal, over the hash before and all that it holds.

    ``previous`` is empty for the first, whose number is 1.
    """
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    about = (entry.person_id, entry.case_id, entry.referral_id, entry.member)
    held = (previous, number, entry.id, at, entry.username, entry.action, entry.via)
    pieces = (*held, *("" if one is None else one for one in about))
    return hashlib.sha256(pae(MEANT_AS, *[str(piece).encode() for piece in pieces])).hexdigest()


def keep_chain(database: Database) -> int:
    """Chain what waits, and make a checkpoint where one is due; says how many entries got their place.

    A checkpoint is due an hour after the last one if something happened since or the hub has not witnessed it, and
    at once when somebody opened a colleague's case.
    """
    chained = 0
    for _ in range(MOST):
        if not _is_anything_to_do(database):
            break
        with database.transaction() as tx:
            chained += _chain_some(tx)
    return chained


def _is_anything_to_do(database: Database) -> bool:
    with database.reading() as tx:
        return rows.anything_unchained(tx) or _is_due(tx, rows.last_checkpoint(tx), rows.head(tx))


def _chain_some(tx: Transaction) -> int:
    rows.lock_chain(tx)
    number, hash_ = rows.head(tx)
    new = rows.unchained(tx, limit=AT_ONCE)
    places = []
    for place, entry in enumerate(new, number + 1):
        hash_ = hash_after(hash_, entry, place)
        places.append((entry.id, place, hash_))
    rows.set_places(tx, places)
    head = (number + len(new), hash_)
    if any(entry.action in URGENT for entry in new) or _is_due(tx, rows.last_checkpoint(tx), head):
        _make_checkpoint(tx, *head)
    return len(new)


def _is_due(tx: Transaction, last: Checkpoint | None, head: tuple[int, str]) -> bool:
    if last is None:
        return head[0] > 0
    if tx.at - last.made_at < EVERY:
        return False
    return head[0] != last.number or not _is_witnessed(tx, last)


def _is_witnessed(tx: Transaction, made: Checkpoint) -> bool:
    return any(one.witness == HUB for one in rows.witnesses_of(tx, made.number))


def _make_checkpoint(tx: Transaction, number: int, hash_: str) -> None:
    """Say it in a letter to the hub and to those who are to witness it; the letter's readers are they."""
    org = tx.outbox.sender
    made = AuditCheckpointMade(number=number, hash=hash_, made_at=tx.at)
    readers = (HUB, *_chosen(org, list(sealing_keys(tx, keys))))
    to, subject = from_node(org), f"audit/{number}"
    letter = tx.outbox.publish_letter(tx, made, to=to, subject=subject, readers=readers)
    rows.put_checkpoint(tx, Checkpoint(number, hash_, tx.at, letter))


def _chosen(org: str, parties: Sequence[str]) -> list[str]:
    """The same two as long as they are there, and others for each organisation: nobody witnesses for everybody."""
    others = [party for party in parties if party not in (org, HUB)]
    return sorted(others, key=lambda party: hashlib.sha256(f"{org}/{party}".encode()).digest())[:PARTNERS]
