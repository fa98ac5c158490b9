"""Queries on the audit. Entries are added, given their place once, and never changed or deleted."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from services.intake.domain import Action, Entry, Via
from services.intake.storage.audit_tables import checkpoints, entries, witnesses
from services.intake.storage.tables import node
from shared.database import Transaction
from shared.messaging.witness import Checkpoint, checkpoint_of
from shared.rows import add, change, put
from shared.sealing import Letter

READ_AT_ONCE = 1_000  #: rows, when the whole chain is gone through


@dataclass(frozen=True)
class Wanted:
    """Which entries are wanted; what is None does not matter.

    ``record_id`` is a person's or a referral's, ``since`` and ``before`` are moments.
    """

    record_id: UUID | None = None
    username: str | None = None
    actions: Collection[str] | None = None
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True)
class Chained:
    """An entry in its place, with the hash that was made of it."""

    entry: Entry
    number: int
    hash: str


@dataclass(frozen=True)
class Witness:
    """A witness's word on a checkpoint."""

    number: int
    witness: str
    letter: Letter


def add_entries(tx: Transaction, new: Sequence[Entry]) -> None:
    """Keep them, in one statement."""
    add(tx, entries, [_row(entry) for entry in new])


def _row(entry: Entry) -> dict[str, Any]:
    return {name: value for name, value in vars(entry).items() if name != "number"}


def find_entries(tx: Transaction, wanted: Wanted, *, limit: int, after: UUID | None = None) -> list[Entry]:
    """The newest first, beginning behind that one."""
    query = select(entries).where(*_conditions(wanted)).order_by(entries.c.id.desc()).limit(limit)
    if after is not None:
        query = query.where(entries.c.id < after)
    return [_entry(row) for row in tx.execute(query).mappings()]


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    c = entries.c
    if wanted.record_id is not None:
        yield (c.person_id == wanted.record_id) | (c.referral_id == wanted.record_id)
    if wanted.actions is not None:
        yield c.action.in_(wanted.actions)
    if wanted.username is not None:
        yield (c.username == wanted.username) | (c.member == wanted.username)
    if wanted.since is not None:
        yield c.at >= wanted.since
    if wanted.before is not None:
        yield c.at < wanted.before


def _entry(row: Any) -> Entry:
    known = {name: row[name] for name in Entry.__dataclass_fields__}
    return Entry(**known | {"action": Action(row["action"]), "via": Via(row["via"])})


def restored_at(tx: Transaction) -> datetime | None:
    """When the node was last restored from a backup, if it ever was."""
    c = entries.c
    return tx.execute(select(func.max(c.at)).where(c.action == Action.NODE_RESTORED)).scalar()


def anything_unchained(tx: Transaction) -> bool:
    """Whether an entry waits for its place; a look that takes no lock."""
    return tx.execute(select(entries.c.id).where(entries.c.number.is_(None)).limit(1)).first() is not None


def count_unchained(tx: Transaction) -> int:
    """How many wait for it."""
    return tx.execute(select(func.count()).where(entries.c.number.is_(None))).scalar_one()


def unchained(tx: Transaction, *, limit: int) -> list[Entry]:
    """The oldest that have no place yet."""
    query = select(entries).where(entries.c.number.is_(None)).order_by(entries.c.id).limit(limit)
    return [_entry(row) for row in tx.execute(query).mappings()]


def lock_chain(tx: Transaction) -> None:
    """Let no other worker give places meanwhile; what is read after it is what was committed before it."""
    tx.execute(select(node.c.org).with_for_update())


def head(tx: Transaction) -> tuple[int, str]:
    """Number and hash of the last entry in the chain; 0 and nothing before the first."""
    c = entries.c
    query = select(c.number, c.hash).where(c.number.is_not(None)).order_by(c.number.desc()).limit(1)
    row = tx.execute(query).one_or_none()
    return (row.number, row.hash) if row else (0, "")


def set_places(tx: Transaction, places: Sequence[tuple[UUID, int, str]]) -> None:
    """Give entries their number and hash. The number is unique: of two who would fork the chain one is refused."""
    change(tx, entries, [{"id": id_, "number": number, "hash": hash_} for id_, number, hash_ in places])


def in_order(tx: Transaction) -> Iterator[Chained]:
    """The whole chain by its numbers, read piece by piece."""
    last = -1
    while True:
        query = select(entries).where(entries.c.number > last).order_by(entries.c.number)
        rows = tx.execute(query.limit(READ_AT_ONCE)).mappings().all()
        yield from (Chained(_entry(row), row["number"], row["hash"]) for row in rows)
        if len(rows) < READ_AT_ONCE:
            return
        last = rows[-1]["number"]


def put_checkpoint(tx: Transaction, made: Checkpoint) -> None:
    """Keep a checkpoint of ours; said again, it is kept as it was said last."""
    row = {"number": made.number, "hash": made.hash, "made_at": made.made_at}
    proof = {"text": made.letter.text, "signature": made.letter.signature}
    put(tx, checkpoints, [row | proof], ("hash", "made_at", "text", "signature"))


def last_checkpoint(tx: Transaction) -> Checkpoint | None:
    """The newest of ours."""
    row = tx.execute(select(checkpoints).order_by(checkpoints.c.number.desc()).limit(1)).one_or_none()
    return checkpoint_of(row) if row else None


def find_checkpoint(tx: Transaction, number: int) -> Checkpoint | None:
    """Ours of that number."""
    row = tx.execute(select(checkpoints).where(checkpoints.c.number == number)).one_or_none()
    return checkpoint_of(row) if row else None


def all_checkpoints(tx: Transaction) -> list[Checkpoint]:
    """All of ours, by their numbers."""
    return [checkpoint_of(row) for row in tx.execute(select(checkpoints).order_by(checkpoints.c.number))]


def put_witness(tx: Transaction, word: Witness) -> None:
    """Keep a witness's word."""
    row = {"number": word.number, "witness": word.witness}
    proof = {"text": word.letter.text, "signature": word.letter.signature}
    put(tx, witnesses, [row | proof], tuple(proof))


def witnesses_of(tx: Transaction, number: int | None = None) -> list[Witness]:
    """Who witnessed a checkpoint of ours, or all of them."""
    query = select(witnesses).order_by(witnesses.c.number, witnesses.c.witness)
    rows = tx.execute(query if number is None else query.where(witnesses.c.number == number))
    return [Witness(row.number, row.witness, Letter(row.text, row.signature)) for row in rows]
