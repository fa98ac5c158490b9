"""The referral service's tables, and every query made of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    Uuid,
    or_,
    select,
    update,
)

from services.referral.domain import Referral, State
from services.referral.erasure_tables import add_erasure_tables
from shared.database import Moment, Transaction, new_metadata
from shared.messaging.brake import add_brake_table
from shared.messaging.letters import add_letter_table
from shared.messaging.tables import add_message_tables
from shared.messaging.witness import add_witness_table
from shared.rows import add, add_new, among, change
from shared.schemas.life import AWAITING_DECISION, Move
from shared.schemas.referral import NumberedMove

metadata = new_metadata()
add_message_tables(metadata)

referrals = Table(
    "referrals",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("from_org", String(31), nullable=False),
    Column("to_org", String(31), nullable=False),
    Column("service_type", String(60), nullable=False),
    Column("urgency", String(20), nullable=False),
    Column("state", String(30), nullable=False),
    Column("number", Integer, nullable=False),
    Column("sent_at", Moment, nullable=False),
    Column("taken_at", Moment, nullable=False),
    Column("acknowledge_by", Moment, nullable=False),
    Column("reply_by", Moment, nullable=False),
    Column("acknowledgement_flagged_at", Moment),
    Column("overdue_at", Moment),
    Column("link", String(64)),
    Column("rung", String(20)),
    Column("escalate_at", Moment),
    Column("parent_id", Uuid, index=True),
    Index("ix_referrals_due", "state", "acknowledge_by"),
)
moves = Table(
    "moves",
    metadata,
    Column("referral_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("move_id", Uuid, nullable=False, index=True),
    Column("move", String(30), nullable=False),
    Column("state", String(30), nullable=False),
    Column("by_org", String(31), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("reason", String(40)),
    Column("sealed_note", Text),
    Column("letter", String(64)),
    Column("link", String(64)),
)
letters = add_letter_table(metadata)
witnessed = add_witness_table(metadata)
taken = add_brake_table(metadata)
erasures, erasure_receipts = add_erasure_tables(metadata)
refused_moves = Table(
    "refused_moves",
    metadata,
    Column("move_id", Uuid, primary_key=True),
    Column("referral_id", Uuid, nullable=False),
    Column("refused_at", Moment, nullable=False),
)
organisations = Table(
    "organisations",
    metadata,
    Column("org", String(31), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("public_key", Text),
    Column("signing_key", Text),
    Column("active", Boolean, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("services", JSON, nullable=False),
    Column("source", String(20), nullable=False),
)
questions = Table(
    "questions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("from_org", String(31), nullable=False),
    Column("asked", JSON, nullable=False),
    Column("answer_by", Moment, nullable=False, index=True),
)
directory_versions = Table(
    "directory_versions",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
    Column("published_at", Moment, nullable=False),
    Column("dated_at", Moment),
)


def lock_referrals(tx: Transaction, ids: Iterable[UUID]) -> dict[UUID, Referral]:
    """The referrals of these ids, locked in the order of their ids so that two batches cannot lock crosswise."""
    rows = tx.execute(_locking(sqlite=tx.is_sqlite), {"ids": list(set(ids))}).mappings()
    return {row["id"]: _referral(row) for row in rows}


@cache
def _locking(*, sqlite: bool) -> Any:
    wanted = select(referrals).where(among(referrals.c.id, "ids", sqlite=sqlite))
    return wanted.order_by(referrals.c.id).with_for_update()


def _referral(row: Any) -> Referral:
    return Referral(**{**row, "state": State(row["state"])})


def add_referrals(tx: Transaction, new: Sequence[Referral]) -> None:
    """Store referrals that were not there."""
    add(tx, referrals, [vars(referral) for referral in new])


def update_states(tx: Transaction, changed: Sequence[Referral]) -> None:
    """Store the new state and number of referrals."""
    change(tx, referrals, [{n: getattr(r, n) for n in ("id", "state", "number", "link")} for r in changed])


def add_moves(tx: Transaction, new: Sequence[Mapping[str, Any]]) -> None:
    """Store moves that stand: of each its referral, and what is recorded of it."""
    add(tx, moves, new)


def moves_after(tx: Transaction, referral_id: UUID, number: int) -> list[NumberedMove]:
    """The moves of a referral after a number, in order."""
    c = moves.c
    query = select(moves).where(c.referral_id == referral_id, c.number > number).order_by(c.number)
    return [_numbered(row) for row in tx.execute(query).mappings()]


def _numbered(row: Any) -> NumberedMove:
    values = {name: value for name, value in row.items() if name != "referral_id"}
    return NumberedMove(**{**values, "move": Move(row["move"]), "state": State(row["state"])})


def add_refused(tx: Transaction, refused: Mapping[UUID, UUID]) -> None:
    """Remember moves that did not stand, each with its referral."""
    rows = [{"move_id": id_, "referral_id": about, "refused_at": tx.at} for id_, about in refused.items()]
    add_new(tx, refused_moves, rows)


def stands(tx: Transaction, move_id: UUID) -> bool:
    """Whether the move was numbered."""
    return tx.execute(select(moves.c.move_id).where(moves.c.move_id == move_id)).first() is not None


def was_refused(tx: Transaction, move_id: UUID) -> bool:
    """Whether the move came and did not stand."""
    query = select(refused_moves.c.move_id).where(refused_moves.c.move_id == move_id)
    return tx.execute(query).first() is not None


def known_organisations(tx: Transaction, orgs: Iterable[str]) -> set[str]:
    """Which of these are active and have a node that can open content."""
    c = organisations.c
    query = select(c.org).where(c.org.in_(list(orgs)), c.active, c.public_key.is_not(None))
    return set(tx.execute(query).scalars())


def signs(tx: Transaction, org: str) -> bool:
    """Whether it has a node that signs: one of version 0.1.0 does not, and does not know what came later."""
    query = select(organisations.c.signing_key).where(organisations.c.org == org)
    return tx.execute(query).scalar_one_or_none() is not None


def lock_overdue(tx: Transaction, *, limit: int) -> list[Referral]:
    """Referrals past an unflagged deadline, or due on their ladder's next rung; one of several replicas gets each.

    The ladder of an acknowledgement ends with it; that of a decision goes on until there is one.
    """
    c = referrals.c
    unread = c.state.in_([State.SENT, State.DELIVERED])
    query = (
        select(referrals)
        .where(
            c.state.in_(sorted(AWAITING_DECISION)),
            or_(
                (c.reply_by <= tx.at) & c.overdue_at.is_(None),
                (c.acknowledge_by <= tx.at) & c.acknowledgement_flagged_at.is_(None) & unread,
                (c.escalate_at <= tx.at) & or_(c.overdue_at.is_not(None), unread),
            ),
        )
        .order_by(c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [_referral(row) for row in tx.execute(query).mappings()]


def set_flags(tx: Transaction, referral_id: UUID, **flags: datetime | str | None) -> None:
    """Flag a passed deadline (``overdue_at``, ``acknowledgement_flagged_at``), and keep where the ladder stands."""
    tx.execute(update(referrals).where(referrals.c.id == referral_id).values(**flags))
