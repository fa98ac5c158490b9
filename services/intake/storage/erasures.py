"""Queries of withdrawn consent and of forwards, on both sides."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, insert, select, update

from services.intake.domain import Child, Copy, Direction, ForwardConsent, Held, Referral, Withdrawal
from services.intake.domain.erasure import ANSWER_DUE
from services.intake.storage import holds
from services.intake.storage.audit_tables import entries
from services.intake.storage.erasure_tables import children, copies, forward_consents, withdrawals
from services.intake.storage.referrals import FACTS
from services.intake.storage.rows import referral_of
from services.intake.storage.tables import cases, referrals
from shared.database import Transaction
from shared.rows import add, put
from shared.schemas.erasure import KEPT, LEGAL_HOLD, UNDECIDED
from shared.schemas.life import State
from shared.schemas.referral import ChildMoved


def sent_for_person(tx: Transaction, person_id: UUID) -> list[Referral]:
    """All that was ever sent for the person and was taken by the network, locked, oldest first."""
    c = referrals.c
    query = select(*FACTS).join(cases).where(cases.c.person_id == person_id, ~c.refused).order_by(c.id)
    return _read(tx, query)


def _read(tx: Transaction, query: Any) -> list[Referral]:
    rows = tx.execute(query.with_for_update(of=referrals)).mappings()
    return [referral_of(tx.at_rest, row)[0] for row in rows]


def forwarded_from(tx: Transaction, ids: Collection[UUID]) -> list[Referral]:
    """Those of ours that forward one of these, locked; also what the network could not take."""
    c = referrals.c
    ours = and_(c.parent_id.in_(ids), c.direction == Direction.OUT)
    return _read(tx, select(*FACTS).where(ours).order_by(c.id))


def add_copy(tx: Transaction, referral: Referral) -> bool:
    """Whoever got it is asked from now on; says whether that is new."""
    if copies_of(tx, referral.id):
        return False
    put_copies(tx, [Copy(referral.id, referral.id, referral.other_org, tx.at)])
    return True


def copies_of(tx: Transaction, asked_id: UUID) -> list[Copy]:
    """All who hold something of that referral of ours; the one to whom it went itself comes first."""
    known = [copies.c[name] for name in Copy.__dataclass_fields__]
    query = select(*known).where(copies.c.asked_id == asked_id).order_by(copies.c.referral_id)
    found = [_copy(row) for row in tx.execute(query).mappings()]
    return sorted(found, key=lambda one: one.was_forwarded)


def _copy(row: Any) -> Copy:
    return Copy(**{**row, "holdings": tuple(Held(**one) for one in row["holdings"])})


def put_copies(tx: Transaction, said: Sequence[Copy]) -> None:
    """Keep what is known of these by now."""
    rows = [
        vars(one) | {"holdings": [vars(held) for held in one.holdings], "has_said": one.has_said}
        for one in said
    ]
    changed = ("revision", "receipted_at", "holdings", "finished", "has_said")
    put(tx, copies, rows, changed)


def forget_copies(tx: Transaction, asked_id: UUID) -> None:
    """The network could not take the referral: nobody holds anything."""
    tx.execute(delete(copies).where(copies.c.asked_id == asked_id))


def ways_to_be_late(tx: Transaction) -> list[ColumnElement[bool]]:
    """Of a referral: that a deadline passed in vain, one of two, or that for saying what was erased."""
    c, r = copies.c, referrals.c
    unanswered = select(c.asked_id).where(~c.has_said, c.asked_at < tx.at - ANSWER_DUE)
    return [r.overdue_acknowledgement, r.overdue_reply, r.id.in_(unanswered)]


def waits_for_our_word() -> ColumnElement[bool]:
    """Of a referral to us: whether somebody here has yet to say what becomes of our own records."""
    c = withdrawals.c
    return referrals.c.id.in_(select(c.referral_id).where(c.own == UNDECIDED))


def withdrawals_of(tx: Transaction, ids: Collection[UUID]) -> dict[UUID, Withdrawal]:
    """What was said of these referrals to us; locked, so that no two say it at once."""
    query = select(withdrawals).where(withdrawals.c.referral_id.in_(ids)).order_by(withdrawals.c.referral_id)
    rows = tx.execute(query.with_for_update()).mappings()
    return {row["referral_id"]: Withdrawal(**row) for row in rows}


def withdrawal_of(tx: Transaction, referral_id: UUID) -> Withdrawal | None:
    """What we have said of that one."""
    query = select(withdrawals).where(withdrawals.c.referral_id == referral_id)
    row = tx.execute(query).mappings().one_or_none()
    return Withdrawal(**row) if row else None


def add_withdrawals(tx: Transaction, new: Sequence[Withdrawal]) -> None:
    """Keep what is said of these for the first time."""
    add(tx, withdrawals, [vars(one) for one in new])


def set_withdrawal(tx: Transaction, changed: Withdrawal) -> None:
    """Keep what is said now."""
    mine = withdrawals.c.referral_id == changed.referral_id
    tx.execute(update(withdrawals).where(mine).values(**vars(changed)))


def held_among(tx: Transaction, ids: Collection[UUID]) -> set[UUID]:
    """On which of these referrals a legal hold is, locked: none is put meanwhile."""
    c = referrals.c
    query = select(c.id, holds.is_held(tx, c.id).label("held")).where(c.id.in_(ids)).order_by(c.id)
    return {row.id for row in tx.execute(query.with_for_update(of=referrals)) if row.held}


def looked_at(tx: Transaction, ids: Collection[UUID]) -> set[UUID]:
    """Which of these some person here has had to do with, so that something may have been written down."""
    c = entries.c
    query = select(c.referral_id).where(c.referral_id.in_(ids), c.username != "")
    return set(tx.execute(query.distinct()).scalars())


def lock_freed(tx: Transaction, *, limit: int) -> list[Withdrawal]:
    """What was kept because of a legal hold that holds no more."""
    c = withdrawals.c
    was_held = and_(c.received == KEPT, c.received_because == LEGAL_HOLD)
    query = select(withdrawals).where(was_held, ~holds.is_held(tx, c.referral_id)).order_by(c.referral_id)
    rows = tx.execute(query.limit(limit).with_for_update(skip_locked=True)).mappings()
    return [Withdrawal(**row) for row in rows]


def put_child(tx: Transaction, event: ChildMoved) -> bool:
    """How one that was forwarded stands now; says whether that is news."""
    c = children.c
    query = select(c.number).where(c.referral_id == event.referral_id, c.child_id == event.child_id)
    known = tx.execute(query.with_for_update()).scalar_one_or_none()
    if known is not None and known >= event.number:
        return False
    names = ("referral_id", "child_id", "to_org", "number", "state", "recorded_at")
    row = {name: getattr(event, name) for name in names}
    put(tx, children, [row], ("number", "state", "recorded_at"))
    return True


def children_of(tx: Transaction, referral_id: UUID) -> list[Child]:
    """To whom it was forwarded."""
    c = children.c
    query = select(c.child_id, c.to_org, c.state, c.recorded_at).where(c.referral_id == referral_id)
    rows = tx.execute(query.order_by(c.child_id))
    return [Child(row.child_id, row.to_org, State(row.state), row.recorded_at) for row in rows]


def add_forward_consent(tx: Transaction, consent: ForwardConsent) -> None:
    """Keep what the person agreed to."""
    tx.execute(insert(forward_consents).values(**vars(consent)))


def forward_consent_of(tx: Transaction, referral_id: UUID) -> ForwardConsent | None:
    """What the person agreed to when we forwarded, for a referral that forwards one."""
    query = select(forward_consents).where(forward_consents.c.referral_id == referral_id)
    row = tx.execute(query).mappings().one_or_none()
    return ForwardConsent(**{**row, "fields": tuple(row["fields"])}) if row else None


def set_unseen(tx: Transaction, ids: Collection[UUID]) -> None:
    """There is news of these referrals of ours."""
    tx.execute(update(referrals).where(referrals.c.id.in_(ids)).values(unseen=True))
