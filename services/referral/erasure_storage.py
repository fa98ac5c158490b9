"""Every query of withdrawn consent: who holds what was sent or forwarded, and what each has said."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.referral.domain import Referral
from services.referral.storage import erasure_receipts as receipts
from services.referral.storage import erasures, letters, lock_referrals, referrals
from shared.database import Transaction
from shared.messaging.letters import keep_letters
from shared.rows import add_new, put
from shared.schemas.intake import ErasureReceipted, Holding
from shared.schemas.referral import Holder
from shared.sealing import Letter


def lock_descendants(tx: Transaction, referral: Referral) -> list[Referral]:
    """The referrals that were forwarded from it, and from these, each generation locked before the next is read."""
    found: list[Referral] = []
    generation = [referral]
    while generation:
        parents = [one.id for one in generation]
        ids = tx.execute(select(referrals.c.id).where(referrals.c.parent_id.in_(parents))).scalars().all()
        generation = list(lock_referrals(tx, ids).values()) if ids else []
        found += generation
    return found


def children_of(tx: Transaction, referral_id: UUID) -> list[Referral]:
    """Those that were forwarded from it, oldest first."""
    ids = tx.execute(select(referrals.c.id).where(referrals.c.parent_id == referral_id)).scalars().all()
    return list(lock_referrals(tx, ids).values()) if ids else []


def sender_of(tx: Transaction, referral_id: UUID) -> str:
    """The organisation that sent it."""
    sender: str = tx.execute(select(referrals.c.from_org).where(referrals.c.id == referral_id)).scalar_one()
    return sender


def add_asking(tx: Transaction, asked_id: UUID, holders: Collection[UUID], at: datetime) -> None:
    """These are to be erased because of that one."""
    add_new(tx, erasures, [{"asked_id": asked_id, "referral_id": id_, "asked_at": at} for id_ in holders])


def is_asked(tx: Transaction, referral_id: UUID) -> bool:
    """Whether what came with it is to be erased: nothing of it may go on to anybody."""
    return bool(askings_about(tx, referral_id))


def askings_about(tx: Transaction, referral_id: UUID) -> list[UUID]:
    """The referrals because of which it is to be erased."""
    query = select(erasures.c.asked_id).where(erasures.c.referral_id == referral_id)
    return list(tx.execute(query.order_by(erasures.c.asked_id)).scalars())


def asked_of(tx: Transaction, asked_id: UUID) -> dict[UUID, datetime]:
    """The referrals that are to be erased because of that one, and since when."""
    query = select(erasures.c.referral_id, erasures.c.asked_at).where(erasures.c.asked_id == asked_id)
    return {row.referral_id: row.asked_at for row in tx.execute(query.order_by(erasures.c.referral_id))}


def keep_receipt(tx: Transaction, event: ErasureReceipted, letter_id: UUID, letter: Letter) -> None:
    """The newest revision counts."""
    row = {
        "referral_id": event.referral_id,
        "revision": event.revision,
        "receipted_at": event.receipted_at,
        "holdings": [one.dump() for one in event.holdings],
        "letter_id": letter_id,
        "letter": letter.hash,
    }
    put(tx, receipts, [row], tuple(name for name in row if name != "referral_id"))
    keep_letters(tx, letters, [(event.referral_id, letter_id, letter)])


def revisions_of(tx: Transaction, ids: Collection[UUID]) -> dict[UUID, tuple[int, list[Holding]]]:
    """Of those who have answered, the revision and what it said."""
    query = select(receipts).where(receipts.c.referral_id.in_(ids))
    return {row.referral_id: (row.revision, _holdings(row.holdings)) for row in tx.execute(query)}


def _holdings(said: Any) -> list[Holding]:
    return [Holding.load(one) for one in said]


def holders_of(tx: Transaction, asked_id: UUID) -> tuple[list[Holder], list[Letter]]:
    """Who holds something because of that referral, and the receipt of the one to whom it went itself.

    Who received a forwarded one has not written to its sender, so that its receipt is not for them.
    """
    query = select(referrals.c.to_org, erasures, receipts, letters.c.text, letters.c.signature)
    joined = query.select_from(erasures).join(referrals, referrals.c.id == erasures.c.referral_id)
    joined = joined.outerjoin(receipts, receipts.c.referral_id == erasures.c.referral_id)
    of_receipt = (letters.c.referral_id == receipts.c.referral_id) & (
        letters.c.move_id == receipts.c.letter_id
    )
    rows = tx.execute(joined.outerjoin(letters, of_receipt).where(erasures.c.asked_id == asked_id))
    said = sorted(rows.mappings(), key=lambda row: row[erasures.c.referral_id])
    direct = [row for row in said if row[erasures.c.referral_id] == asked_id and row[letters.c.text]]
    return [_holder(row, asked_id) for row in said], [_letter(row) for row in direct]


def _letter(row: Any) -> Letter:
    return Letter(row[letters.c.text], row[letters.c.signature])


def _holder(row: Any, asked_id: UUID) -> Holder:
    referral_id, said = row[erasures.c.referral_id], row[receipts.c.holdings]
    return Holder(
        referral_id=referral_id,
        org=row[referrals.c.to_org],
        revision=row[receipts.c.revision],
        receipted_at=row[receipts.c.receipted_at],
        holdings=None if said is None else _holdings(said),
        letter=row[receipts.c.letter] if referral_id == asked_id else None,
    )
