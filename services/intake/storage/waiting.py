"""Queries on the referrals that wait for our word, whoever's reply is due first before all others."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, union

from services.intake.domain import Actor, Direction, Referral
from services.intake.storage.erasures import waits_for_our_word
from services.intake.storage.need_to_know import visible
from services.intake.storage.referrals import FACTS, WAITING_FOR_RECEIVER
from services.intake.storage.rows import referral_of
from services.intake.storage.tables import referrals
from shared.database import Transaction
from shared.schemas.life import State

UNDECIDED = tuple((Direction.IN, state) for state in WAITING_FOR_RECEIVER)
ASKED = (Direction.OUT, State.INFORMATION_REQUESTED)
DEADLINE = (referrals.c.reply_by, referrals.c.id)


def list_waiting(tx: Transaction, *, seen_by: Actor, limit: int, after: UUID | None = None) -> list[Referral]:
    """Those whose reply is due soonest; only those behind that one, if one is named.

    What waits is looked up kind by kind, each in the order of an index: however much there is, little is read.
    """
    c, narrowed = referrals.c, [visible(referrals, seen_by, tx.at), *_behind(tx, after)]
    kinds = [and_(c.direction == way, c.shown_state == state) for way, state in (*UNDECIDED, ASKED)]
    first = [
        select(c.id).where(kind, *narrowed).order_by(*DEADLINE).limit(limit).subquery()
        for kind in (*kinds, waits_for_our_word())
    ]
    found = union(*(select(each.c.id) for each in first))
    rows = tx.execute(select(*FACTS).where(c.id.in_(found)).order_by(*DEADLINE).limit(limit)).mappings()
    return [referral_of(tx.at_rest, row)[0] for row in rows]


def _behind(tx: Transaction, after: UUID | None) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    c = referrals.c
    due: Any = tx.execute(select(c.reply_by).where(c.id == after)).scalar_one_or_none()
    if due is None:
        return [false()]
    return [or_(c.reply_by > due, and_(c.reply_by == due, c.id > after))]
