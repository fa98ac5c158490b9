"""A witness keeps what a node says of its audit, so that the node cannot tell it otherwise later."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, LargeBinary, MetaData, String, Table, func, insert, select

from shared.database import BigId, Moment, Transaction
from shared.messaging.errors import Refused
from shared.schemas.intake import AuditCheckpointMade
from shared.sealing import Letter


def add_witness_table(metadata: MetaData) -> Table:
    """Define it in the service's own metadata. It holds no more than numbers, hashes, moments and signatures."""
    return Table(
        "witnessed_checkpoints",
        metadata,
        Column("org", String(31), primary_key=True),
        Column("number", BigId, primary_key=True, autoincrement=False),
        Column("hash", String(64), nullable=False),
        Column("made_at", Moment, nullable=False),
        Column("text", LargeBinary, nullable=False),
        Column("signature", LargeBinary, nullable=False),
    )


@dataclass(frozen=True)
class Checkpoint:
    """What a node's audit was: the number and the hash of its last entry at that moment, and the letter saying so."""

    number: int
    hash: str
    made_at: datetime
    letter: Letter


def witness(tx: Transaction, table: Table, org: str, made: AuditCheckpointMade, letter: Letter) -> None:
    """Keep a checkpoint; one that is known already stays as it is.

    Raises Refused, which is an alarm: ``checkpoint_differs`` when the node said another hash for that number, and
    ``checkpoint_went_back`` when it said later that it has fewer entries than before.
    """
    c = table.c
    known = tx.execute(select(c.hash).where(c.org == org, c.number == made.number)).scalar_one_or_none()
    if known is not None:
        if known != made.hash:
            raise Refused("checkpoint_differs")
        return
    latest = select(func.max(c.made_at)).where(c.org == org, c.number > made.number)
    beyond = tx.execute(latest).scalar_one()
    if beyond is not None and beyond < made.made_at:
        raise Refused("checkpoint_went_back")
    facts = {"number": made.number, "hash": made.hash, "made_at": made.made_at}
    tx.execute(insert(table), facts | {"org": org, "text": letter.text, "signature": letter.signature})


def checkpoints_of(tx: Transaction, table: Table, org: str) -> list[Checkpoint]:
    """What is held of that organisation's node, in the order of its entries."""
    query = select(table).where(table.c.org == org).order_by(table.c.number)
    return [checkpoint_of(row) for row in tx.execute(query)]


def checkpoint_of(row: object) -> Checkpoint:
    """From a row with its number, hash, moment, text and signature."""
    number, hash_, made_at, text, signature = (
        getattr(row, name) for name in ("number", "hash", "made_at", "text", "signature")
    )
    return Checkpoint(number, hash_, made_at, Letter(text, signature))
