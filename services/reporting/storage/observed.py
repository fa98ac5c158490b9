"""Referrals as the referral service's events tell of them."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select

from services.reporting.domain.filters import Filters
from services.reporting.domain.observing import MOMENTS, REGIONS, Observed
from services.reporting.domain.periods import Period, quarter_of
from services.reporting.domain.regions import OTHER
from services.reporting.storage.masked_tables import rosters
from services.reporting.storage.tables import contributions, referrals
from shared.database import Transaction
from shared.rows import put
from shared.schemas.life import AWAITING_DECISION, OPEN, State


def keep_observed(tx: Transaction, observed: Sequence[Observed]) -> None:
    """Merge what was observed, at most once a referral, into what is known, as ``observing.merge`` does.

    The rows are locked in the order given: that of the ids.
    """
    put(tx, referrals, [_observed_row(one) for one in observed], _merged)


def _merged(new: Any, old: Any) -> dict[str, Any]:
    is_newer = new.number > old.number
    newest = {name: case((is_newer, new[name]), else_=old[name]) for name in ("number", "state")}
    earliest = {name: _earliest(old[name], new[name]) for name in MOMENTS}
    known = {name: func.coalesce(old[name], new[name]) for name in REGIONS}
    return newest | earliest | known | {"period": func.coalesce(old.period, new.period)}


def _earliest(known: ColumnElement[Any], new: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((known.is_(None), new), (new < known, new), else_=known)


def _observed_row(observed: Observed) -> dict[str, Any]:
    period = str(quarter_of(observed.sent_at)) if observed.sent_at else None
    return {**vars(observed), "period": period}


def observed_counts(
    tx: Transaction, dimensions: Sequence[str], which: ColumnElement[bool]
) -> dict[tuple[Any, ...], int]:
    """How many of these referrals there are by these columns."""
    columns = [referrals.c[name] for name in dimensions]
    query = select(*columns, func.count()).where(which).group_by(*columns)
    return {tuple(row[:-1]): int(row[-1]) for row in tx.execute(query)}


def observed_in(tx: Transaction, which: ColumnElement[bool]) -> list[Observed]:
    """These referrals, one by one."""
    names = [field.name for field in fields(Observed)]
    rows = tx.execute(select(*(referrals.c[name] for name in names)).where(which))
    return [Observed(**{**row, "state": State(row["state"])}) for row in rows.mappings()]


def those(period: Period, filters: Filters, shown: Collection[str]) -> ColumnElement[bool]:
    """The referrals of the period that the filters leave; ``shown`` are the regions that are told apart."""
    c = referrals.c
    wanted: list[ColumnElement[bool]] = [c.period.in_([str(quarter) for quarter in period.quarters])]
    wanted += [c[name] == code for name, code in filters.given.items() if name != "region"]
    if filters.region == OTHER:
        wanted.append(c.to_region.is_(None) | c.to_region.not_in(sorted(shown)))
    elif filters.region:
        wanted.append(c.to_region == filters.region)
    return and_(*wanted)


def standing_now(tx: Transaction) -> dict[str, int]:
    """How many open referrals are new, waiting for a decision, overdue, of these escalated, and unresolved."""
    c = referrals.c
    new = c.state.in_((State.SENT, State.DELIVERED))
    waiting = c.state.in_((State.ACKNOWLEDGED, State.WAITLISTED, State.INFORMATION_REQUESTED))
    unacknowledged = new & c.acknowledgement_overdue_at.is_not(None)
    undecided = c.state.in_(sorted(AWAITING_DECISION)) & c.reply_overdue_at.is_not(None)
    overdue = unacknowledged | undecided
    counts = {"new": new, "waiting": waiting, "overdue": overdue}
    counts["escalated"] = overdue & c.escalated_at.is_not(None)
    columns = [func.coalesce(func.sum(case((what, 1), else_=0)), 0) for what in counts.values()]
    row = tx.execute(select(*columns, func.count()).where(c.state.in_(sorted(OPEN)))).one()
    return {name: int(count) for name, count in zip((*counts, "unresolved"), row, strict=True)}


def periods_with_counts(tx: Transaction) -> set[str]:
    """The quarters that anything is known of."""
    of_referrals = select(referrals.c.period).where(referrals.c.period.is_not(None))
    told = of_referrals.union(select(contributions.c.period), select(rosters.c.period))
    return set(tx.execute(told).scalars())
