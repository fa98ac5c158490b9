"""The letters that a service keeps, because they prove who moved a referral; by referral and move."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Column, LargeBinary, MetaData, String, Table, Uuid, select

from shared.database import Transaction
from shared.rows import add, add_new, among
from shared.sealing import Letter
from shared.sealing.chain import Recorded


def add_letter_table(metadata: MetaData) -> Table:
    """Define it in the service's own metadata."""
    return Table(
        "letters",
        metadata,
        Column("referral_id", Uuid, primary_key=True),
        Column("move_id", Uuid, primary_key=True),
        Column("hash", String(64), nullable=False),
        Column("text", LargeBinary, nullable=False),
        Column("signature", LargeBinary, nullable=False),
        Column("private", LargeBinary),
    )


Proof = tuple[UUID, UUID, Letter]  #: referral, move, letter


def add_letters(tx: Transaction, table: Table, proofs: Sequence[Proof]) -> None:
    """Keep those of moves that were not here before."""
    add(tx, table, [_row(*proof) for proof in proofs])


def keep_letters(tx: Transaction, table: Table, proofs: Sequence[Proof]) -> None:
    """Keep them; one that is there stays as it is."""
    add_new(tx, table, [_row(*proof) for proof in proofs])


def _row(referral_id: UUID, move_id: UUID, letter: Letter) -> dict[str, Any]:
    return {
        "referral_id": referral_id,
        "move_id": move_id,
        "hash": letter.hash,
        "text": letter.text,
        "signature": letter.signature,
        "private": letter.private or None,
    }


def letters_of(tx: Transaction, table: Table, referral_ids: Collection[UUID]) -> dict[UUID, Letter]:
    """The kept letters of these referrals, by move."""
    rows = tx.execute(select(table).where(table.c.referral_id.in_(referral_ids)))
    return {row.move_id: Letter(row.text, row.signature, row.private or b"") for row in rows}


def hashes_of(tx: Transaction, table: Table, referral_ids: Collection[UUID]) -> dict[UUID, str]:
    """The hashes of the kept letters of these referrals, by move."""
    query = _hashes(table, sqlite=tx.is_sqlite)
    return {row.move_id: row.hash for row in tx.execute(query, {"ids": list(referral_ids)})}


@cache
def _hashes(table: Table, *, sqlite: bool) -> Any:
    c = table.c
    return select(c.move_id, c.hash).where(among(c.referral_id, "ids", sqlite=sqlite))


def recorded_moves(tx: Transaction, moves: Table, letters: Table, referral_id: UUID) -> list[Recorded]:
    """The numbered moves of a referral as this service keeps them, each with its proof."""
    kept = letters_of(tx, letters, [referral_id])
    c = moves.c
    rows = tx.execute(select(moves).where(c.referral_id == referral_id, c.number.is_not(None)))
    return [
        Recorded(
            number=row.number,
            move=row.move,
            state=row.state,
            by_org=row.by_org,
            recorded_at=row.recorded_at,
            letter=row.letter,
            link=row.link,
            proof=kept.get(row.move_id),
        )
        for row in rows.all()
    ]
