"""What waits to be told: kept, shared out to people, dropped when it is answered, settled when all of it is over."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, delete, exists, func, or_, select, update

from shared.database import Transaction
from shared.notices.kinds import Dropped, Kind, Notice, State
from shared.notices.tables import NoticeTables
from shared.rows import add, add_new

AT_ONCE = 10_000  #: notices that are shared out in one transaction
KEPT_FOR = timedelta(days=30)  #: once it is over

Waiting = tuple[UUID, Notice, datetime]


def add_notices(
    tx: Transaction, tables: NoticeTables, new: Sequence[tuple[UUID, Notice, Dropped | None]]
) -> None:
    """Keep what is to be told, and what nobody needs to be told any more, in one statement."""
    add(tx, tables.notices, [_row(tx, *one) for one in new])


def _row(tx: Transaction, id_: UUID, notice: Notice, dropped: Dropped | None) -> dict[str, Any]:
    state = State.DROPPED if dropped else State.WAITING
    return {**vars(notice), "id": id_, "state": state, "dropped_because": dropped, "created_at": tx.at}


def lock_unshared(tx: Transaction, tables: NoticeTables) -> list[Waiting]:
    """What waits for organisations that have contacts and was not shared out to them; another worker passes it by."""
    c, known = tables.notices.c, select(tables.contacts.c.org)
    query = select(tables.notices).where(c.state == State.WAITING, c.spread_at.is_(None), c.org.in_(known))
    rows = tx.execute(query.order_by(c.id).limit(AT_ONCE).with_for_update(skip_locked=True)).all()
    return [(row.id, _notice(row), row.created_at) for row in rows]


def _notice(row: Any) -> Notice:
    audience = None if row.audience is None else tuple(row.audience)
    return Notice(row.org, Kind(row.kind), row.urgent, audience, row.referral_id)


def share_out(
    tx: Transaction, tables: NoticeTables, ids: Sequence[UUID], tellings: Sequence[dict[str, Any]]
) -> None:
    """These notices are for these people; who has or had one already gets no second."""
    add_new(tx, tables.tellings, tellings)
    tx.execute(update(tables.notices).where(tables.notices.c.id.in_(ids)).values(spread_at=tx.at))
    settle(tx, tables, tables.notices.c.id.in_(ids))


def share_out_again(tx: Transaction, tables: NoticeTables, org: str) -> None:
    """Whom an organisation's notices are for, or how they want them, has changed: what is in no mail is free again."""
    c, n = tables.tellings.c, tables.notices.c
    open_ones = select(n.id).where(n.org == org, n.state == State.WAITING)
    free = or_(
        and_(c.state == State.WAITING, c.mail_id.is_(None)),
        c.dropped_because == Dropped.MUTED,
    )
    tx.execute(delete(tables.tellings).where(c.org == org, c.notice_id.in_(open_ones), free))
    anew = update(tables.notices).where(n.org == org, n.state == State.WAITING)
    tx.execute(anew.values(spread_at=None))


def drop_all(tx: Transaction, tables: NoticeTables, org: str) -> None:
    """There is nobody here to be told any more."""
    n = tables.notices.c
    waiting = update(tables.notices).where(n.org == org, n.state == State.WAITING)
    tx.execute(waiting.values(state=State.DROPPED, dropped_because=Dropped.LEFT))


def drop_handled(tx: Transaction, tables: NoticeTables, org: str, referral_ids: Collection[UUID]) -> None:
    """Somebody of the organisation has moved these referrals: their colleagues need not be told of them any more."""
    n, c = tables.notices.c, tables.tellings.c
    its = and_(n.org == org, n.referral_id.in_(list(referral_ids)), n.state == State.WAITING)
    handled = {"state": State.DROPPED, "dropped_because": Dropped.HANDLED}
    ids = list(tx.execute(select(n.id).where(its).order_by(n.id).with_for_update()).scalars())
    if ids:
        told = update(tables.tellings).where(c.notice_id.in_(ids), c.state == State.WAITING)
        tx.execute(told.values(handled))
        unshared = ~exists().where(c.notice_id == n.id)
        tx.execute(update(tables.notices).where(n.id.in_(ids), unshared).values(handled))
        settle(tx, tables, n.id.in_(ids))


def settle(tx: Transaction, tables: NoticeTables, which: Any) -> None:
    """Of these notices those are over of which nobody waits to be told: sent if it reached anybody.

    They are locked first, or two workers would each take the other's for still waiting.
    """
    n, c = tables.notices.c, tables.tellings.c
    tx.execute(select(n.id).where(which).order_by(n.id).with_for_update())

    def any_is(*states: str) -> Any:
        return exists().where(c.notice_id == n.id, c.state.in_(states))

    state = case((any_is(State.SENT), State.SENT), (any_is(State.FAILED), State.FAILED), else_=State.DROPPED)
    why = select(func.min(c.dropped_because)).where(c.notice_id == n.id).scalar_subquery()
    reached = any_is(State.SENT)
    over = and_(which, n.state == State.WAITING, any_is(*State), ~any_is(State.WAITING))
    outcome = {
        "state": state,
        "dropped_because": case((any_is(State.SENT, State.FAILED), None), else_=why),
        "sent_at": case((reached, tx.at), else_=None),
    }
    tx.execute(update(tables.notices).where(over).values(outcome))


def count_notices(tx: Transaction, tables: NoticeTables) -> list[dict[str, Any]]:
    """How many of which organisation, kind and state, and why dropped."""
    c = tables.notices.c
    by = (c.org, c.kind, c.state, c.dropped_because)
    query = select(*by, func.count().label("count")).group_by(*by).order_by(*by)
    return [dict(row) for row in tx.execute(query).mappings()]


def forget_what_is_over(tx: Transaction, tables: NoticeTables) -> None:
    """What was sent, failed or was dropped is forgotten after thirty days."""
    n, m, before = tables.notices.c, tables.mails.c, tx.at - KEPT_FOR
    old = select(n.id).where(n.state != State.WAITING, n.created_at < before)
    tx.execute(delete(tables.tellings).where(tables.tellings.c.notice_id.in_(old)))
    tx.execute(delete(tables.notices).where(n.state != State.WAITING, n.created_at < before))
    over = m.state.in_((State.SENT, State.FAILED))
    tx.execute(delete(tables.mails).where(over, m.created_at < before))
