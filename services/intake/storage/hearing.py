"""Queries of what the referral service says: a batch's referrals at once, whoever they are about."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from services.intake.storage import cells
from services.intake.storage.referrals import FACTS
from services.intake.storage.tables import moves, referrals
from shared.database import Transaction
from shared.rows import add, among, change, put
from shared.schemas.life import Move

STANDING = (
    "number",
    "state",
    "shown_state",
    "unconfirmed",
    "overdue_acknowledgement",
    "overdue_reply",
    "refused",
    "unseen",
    "acknowledge_by",
    "reply_by",
    "asked",
    "quiet_until",
    "link",
    "rung",
    "rung_at",
    "next_rung",
    "next_rung_at",
    "said_at",
)  #: the columns of a referral that change by what is heard
HEARD = (
    "number",
    "state",
    "recorded_at",
    "letter",
    "link",
)  #: what a numbered move says of a line that is there already
LINE = ("referral_id", "move_id")  #: the key of a line
WITHOUT_CONTENT = [column for column in FACTS if column.name != "sealed"]


def lock_referrals(tx: Transaction, ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """The rows, without content, locked in the order of their ids: two batches cannot lock crosswise."""
    rows = tx.execute(_locking(sqlite=tx.is_sqlite), {"ids": list(ids)})
    names = list(rows.keys())
    return {row.id: dict(zip(names, row, strict=True)) for row in rows.all()}


@cache
def _locking(*, sqlite: bool) -> Any:
    wanted = select(*WITHOUT_CONTENT).where(among(referrals.c.id, "ids", sqlite=sqlite))
    return wanted.order_by(referrals.c.id).with_for_update()


def known_referrals(tx: Transaction, ids: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """Direction and other organisation of those that are there."""
    c = referrals.c
    query = select(c.id, c.direction, c.other_org).where(among(c.id, "ids", sqlite=tx.is_sqlite))
    rows = tx.execute(query, {"ids": list(ids)})
    return {row.id: (row.direction, row.other_org) for row in rows}


def add_offered(
    tx: Transaction, rows: Sequence[Mapping[str, Any]], lines: Sequence[Mapping[str, Any]]
) -> None:
    """Keep referrals that came in, each with its first line of history."""
    add(tx, referrals, rows)
    add(tx, moves, lines)


def save_standings(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    """Write where these referrals stand now."""
    change(tx, referrals, [{name: row[name] for name in ("id", *STANDING)} for row in rows])


def put_lines(
    tx: Transaction, rows: Sequence[dict[str, Any]], data_keys: Mapping[UUID, bytes | None]
) -> None:
    """Add numbered moves to the history; a line of ours that is there keeps its words and gets its number.

    ``data_keys`` are those of their referrals, as ``lock_referrals`` found them.
    """
    put(tx, moves, [_sealed(tx, row, data_keys[row["referral_id"]]) for row in rows], HEARD)


def number_lines(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    """Lines of ours that waited keep their words and get their numbers."""
    change(tx, moves, [{name: row[name] for name in (*LINE, *HEARD)} for row in rows])


def _sealed(tx: Transaction, row: Mapping[str, Any], data_key: bytes | None) -> dict[str, Any]:
    known = {name: value for name, value in row.items() if name not in cells.SAID}
    return known | {"sealed": cells.of_said(tx.at_rest, data_key, row["referral_id"], row)}


def refuse_line(tx: Transaction, referral_id: UUID, move_id: UUID, refusal: Mapping[str, Any]) -> None:
    """A move of ours does not stand."""
    mine = (moves.c.referral_id == referral_id) & (moves.c.move_id == move_id) & moves.c.number.is_(None)
    tx.execute(update(moves).where(mine).values(**refusal))


def refusal(after: int, state: str | None, allowed: Sequence[Move]) -> dict[str, Any]:
    """What is kept of a refusal: after which number, from which true state, and what was allowed from it."""
    known = {"state": state} if state else {}
    return {"refused_after": after, "allowed": [str(move) for move in allowed], **known}


def _of_these(tx: Transaction) -> Any:
    return update(referrals).where(among(referrals.c.id, "ids", sqlite=tx.is_sqlite))


def lock_silent(tx: Transaction, *, limit: int) -> list[Any]:
    """Referrals of which nothing was heard for long; one of several processes gets each."""
    c = referrals.c
    query = select(c.id, c.number, c.asked, c.state).where(c.quiet_until <= tx.at).order_by(c.quiet_until)
    return list(tx.execute(query.limit(limit).with_for_update(skip_locked=True)))


def set_asked(tx: Transaction, ids: Collection[UUID], *, asked: int, quiet_until: datetime) -> None:
    """They were asked about; be quiet until then."""
    tx.execute(_of_these(tx).values(asked=asked, quiet_until=quiet_until), {"ids": list(ids)})
