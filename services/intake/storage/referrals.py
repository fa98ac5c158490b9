"""Queries on referrals as staff see them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, literal, or_, select, union, update

from services.intake.domain import (
    Actor,
    Direction,
    HistoryLine,
    Pending,
    Referral,
    Standing,
)
from services.intake.storage import cells
from services.intake.storage.need_to_know import visible
from services.intake.storage.rows import line_of, referral_of
from services.intake.storage.tables import cases, letters, moves, needs, partners, referrals
from shared.database import Transaction
from shared.rows import among
from shared.schemas.codes import TRANSFER
from shared.schemas.life import Move, State

ELSEWHERE = ("content", "reference", "reference_index")
FACTS = [column for column in referrals.c if column.name not in ELSEWHERE]
WAITING_FOR_RECEIVER = (State.SENT, State.DELIVERED, State.ACKNOWLEDGED)


@dataclass(frozen=True)
class Filters:
    """Which referrals are wanted; None means any."""

    direction: str | None = None
    state: str | None = None
    overdue: bool | None = None
    cursor: UUID | None = None


def list_referrals(tx: Transaction, filters: Filters, *, seen_by: Actor, limit: int) -> list[Referral]:
    """The newest first."""
    query = select(*FACTS).where(visible(referrals, seen_by, tx.at), *_conditions(filters))
    return _read(tx, query.limit(limit))


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    c, found = referrals.c, []
    if filters.direction is not None:
        found.append(c.direction == filters.direction)
    if filters.state is not None:
        found.append(c.shown_state == filters.state)
    if filters.overdue is not None:
        found.append(is_overdue() if filters.overdue else ~is_overdue())
    if filters.cursor is not None:
        found.append(c.id < filters.cursor)
    return found


def _read(tx: Transaction, query: Select[Any], **given: Any) -> list[Referral]:
    rows = tx.execute(query.order_by(referrals.c.id.desc()), given).mappings()
    return [referral_of(tx.at_rest, row)[0] for row in rows]


def is_overdue() -> ColumnElement[bool]:
    """A deadline passed in vain."""
    return referrals.c.overdue_acknowledgement | referrals.c.overdue_reply


def waits_for_us() -> list[ColumnElement[bool]]:
    """The next word is ours: somebody's referral is undecided, or we are asked for information."""
    kinds = (Direction.IN, WAITING_FOR_RECEIVER), (Direction.OUT, (State.INFORMATION_REQUESTED,))
    return [and_(referrals.c.direction == way, referrals.c.shown_state.in_(states)) for way, states in kinds]


def is_news() -> ColumnElement[bool]:
    """The other side has answered, and nobody here has looked yet."""
    return referrals.c.unseen


def referrals_by(
    tx: Transaction, kinds: Sequence[Sequence[ColumnElement[bool]]], *, seen_by: Actor, limit: int
) -> list[list[Referral]]:
    """Of each kind, those for which any of its conditions is true, newest first: all in one statement.

    Each condition is looked up by itself, in an index; most have this order, so that little more is read than is shown.
    """
    c, mine = referrals.c, visible(referrals, seen_by, tx.at)
    newest = c.sent_at.desc(), c.id.desc()
    first = [
        select(literal(kind).label("kind"), c.id).where(each, mine).order_by(*newest).limit(limit).subquery()
        for kind, conditions in enumerate(kinds)
        for each in conditions
    ]
    found = union(*map(select, first)).subquery()
    query = select(found.c.kind, *FACTS).join_from(found, referrals, c.id == found.c.id).order_by(*newest)
    listed: list[list[Referral]] = [[] for _ in kinds]
    for row in tx.execute(query).mappings():
        listed[row["kind"]].append(referral_of(tx.at_rest, row)[0])
    return [referrals_of_kind[:limit] for referrals_of_kind in listed]


def count_of_any(tx: Transaction, *conditions: ColumnElement[bool], seen_by: Actor, most: int) -> int:
    """How many there are of which any is true, but no more than ``most``: nobody walks through the rest."""
    mine = visible(referrals, seen_by, tx.at)
    some = [select(referrals.c.id).where(one, mine).limit(most).subquery() for one in conditions]
    found = union(*(select(each.c.id) for each in some)).subquery()
    return min(most, tx.execute(select(func.count()).select_from(found)).scalar_one())


def referrals_of_cases(tx: Transaction, case_ids: Collection[UUID], *, seen_by: Actor) -> list[Referral]:
    """What was sent for these cases."""
    of_cases = among(referrals.c.case_id, "case_ids", sqlite=tx.is_sqlite)
    query = select(*FACTS).where(visible(referrals, seen_by, tx.at), of_cases)
    return _read(tx, query, case_ids=list(case_ids))


def find_referral(tx: Transaction, referral_id: UUID, *, seen_by: Actor) -> tuple[Referral, Any] | None:
    """The referral and its content."""
    query = select(*FACTS).where(referrals.c.id == referral_id, visible(referrals, seen_by, tx.at))
    row = tx.execute(query).mappings().one_or_none()
    return referral_of(tx.at_rest, row) if row else None


def lock_referral(
    tx: Transaction, referral_id: UUID, *, seen_by: Actor
) -> tuple[Referral, str | None] | None:
    """The referral, locked, and the public key of the other organisation."""
    query = (
        select(*FACTS, partners.c.public_key)
        .outerjoin(partners, partners.c.org == referrals.c.other_org)
        .where(referrals.c.id == referral_id, visible(referrals, seen_by, tx.at))
        .with_for_update(of=referrals)
    )
    row = tx.execute(query).mappings().one_or_none()
    return (referral_of(tx.at_rest, row)[0], row["public_key"]) if row else None


def lock_content(tx: Transaction, referral_id: UUID, *, seen_by: Actor) -> tuple[Referral, Any] | None:
    """The referral, locked, and its content."""
    query = select(*FACTS).where(referrals.c.id == referral_id, visible(referrals, seen_by, tx.at))
    row = tx.execute(query.with_for_update()).mappings().one_or_none()
    return referral_of(tx.at_rest, row) if row else None


def require_locked(tx: Transaction, referral_id: UUID, *, seen_by: Actor) -> tuple[Referral, str | None]:
    """The same for one that is known to be there."""
    found = lock_referral(tx, referral_id, seen_by=seen_by)
    if found is None:
        raise LookupError("referral_not_found")
    return found


@dataclass(frozen=True)
class Facts:
    """Of a referral what the node itself needs to know, whoever may see it."""

    direction: str
    other_org: str
    parent_id: UUID | None


def facts_of(tx: Transaction, referral_id: UUID) -> Facts | None:
    """Which way it went, the other organisation, and what it forwards."""
    c = referrals.c
    row = tx.execute(select(c.direction, c.other_org, c.parent_id).where(c.id == referral_id)).one_or_none()
    return Facts(*row) if row else None


def set_shown(
    tx: Transaction,
    referral_id: UUID,
    standing: Standing,
    *,
    quiet_until: datetime,
    held_until: datetime | None = None,
) -> None:
    """Our own move shows at once, marked as unconfirmed; its confirmation is asked for if it stays out.

    Its line is there already, or was taken away again: the last one left says when something was last said.
    """
    values: dict[str, Any] = {
        "shown_state": standing.shown_state,
        "unconfirmed": bool(standing.pending),
        "unseen": False,
    }
    last = func.max(func.coalesce(moves.c.recorded_at, moves.c.made_at))
    said_at = select(last).where(moves.c.referral_id == referral_id).scalar_subquery()
    values |= {"held_until": held_until, "said_at": said_at}
    quiet = {"asked": 0, "quiet_until": quiet_until}
    tx.execute(update(referrals).where(referrals.c.id == referral_id).values(**values, **quiet))


def set_held_until(tx: Transaction, referral_id: UUID, at: datetime | None) -> None:
    """Until when our last word waits here."""
    tx.execute(update(referrals).where(referrals.c.id == referral_id).values(held_until=at))


def set_taken_back(tx: Transaction, referral: Referral) -> None:
    """A referral that never left: it stands in the list, marked, with nothing of what would have been shared."""
    ours, its = referrals.c.id == referral.id, moves.c.referral_id == referral.id
    over = {"refused": True, "unconfirmed": False, "quiet_until": None, **cells.NO_CONTENT}
    tx.execute(update(referrals).where(ours).values(**over))
    tx.execute(update(moves).where(its).values(refused_after=0, allowed=[]))
    if referral.need_id is not None:
        tx.execute(update(needs).where(needs.c.id == referral.need_id).values(state="open"))


def last_line(tx: Transaction, referral_id: UUID) -> tuple[UUID, str | None] | None:
    """The last move of ours that waits for its number, and who made it."""
    c = moves.c
    waits = (c.referral_id == referral_id) & c.number.is_(None) & c.refused_after.is_(None)
    query = select(c.move_id, c.made_by).where(waits).order_by(c.position.desc()).limit(1)
    row = tx.execute(query).one_or_none()
    return (row.move_id, row.made_by) if row else None


def forget_line(tx: Transaction, referral_id: UUID, move_id: UUID) -> None:
    """A move that never left: nothing of it stays."""
    tx.execute(delete(moves).where(moves.c.referral_id == referral_id, moves.c.move_id == move_id))
    tx.execute(delete(letters).where(letters.c.referral_id == referral_id, letters.c.move_id == move_id))


def set_seen(tx: Transaction, referral_id: UUID) -> None:
    """Somebody has looked."""
    tx.execute(update(referrals).where(referrals.c.id == referral_id).values(unseen=False))


def person_of_case(tx: Transaction, case_id: UUID) -> UUID:
    """Whose case it is."""
    person_id: UUID = tx.execute(select(cases.c.person_id).where(cases.c.id == case_id)).scalar_one()
    return person_id


def history_of(tx: Transaction, referral_id: UUID, *, seen_by: Actor) -> list[HistoryLine]:
    """The moves by their numbers, a refused one after those it crossed with; then what waits."""
    c = moves.c
    place = func.coalesce(c.number, c.refused_after, 1_000_000)
    query = select(moves, referrals.c.data_key).join(referrals)
    of_it = query.where(c.referral_id == referral_id, visible(referrals, seen_by, tx.at))
    ordered = of_it.order_by(place, c.number.is_(None), c.position, c.move_id)
    return [line_of(tx.at_rest, row) for row in tx.execute(ordered).mappings()]


def handed_over(tx: Transaction, referral_ids: Collection[UUID]) -> set[UUID]:
    """With which of these the whole case was handed over: it was asked for and granted, or sent so and accepted."""
    c, m = referrals.c, moves.c
    of_it = and_(m.referral_id == c.id, m.refused_after.is_(None))
    granted = exists().where(of_it, m.move == Move.TRANSFER)
    accepted = exists().where(of_it, m.move == Move.ACCEPT)
    theirs = and_(c.id.in_(referral_ids), or_(granted, and_(c.purpose == TRANSFER, accepted)))
    return set(tx.execute(select(c.id).where(theirs)).scalars())


def pending_of(tx: Transaction, referral_ids: Collection[UUID]) -> dict[UUID, tuple[Pending, ...]]:
    """Our own moves that wait for their numbers, in the order in which they were made."""
    found: dict[UUID, tuple[Pending, ...]] = {}
    for row in tx.execute(_waiting(sqlite=tx.is_sqlite), {"ids": list(referral_ids)}).all():
        waiting = Pending(row.move_id, State(row.state), row.position, row.letter)
        found[row.referral_id] = (*found.get(row.referral_id, ()), waiting)
    return found


@cache
def _waiting(*, sqlite: bool) -> Any:
    c = moves.c
    ours = among(c.referral_id, "ids", sqlite=sqlite)
    query = select(c.referral_id, c.move_id, c.state, c.position, c.letter)
    return query.where(ours, c.number.is_(None), c.refused_after.is_(None)).order_by(c.position)
