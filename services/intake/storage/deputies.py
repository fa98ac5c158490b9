"""Queries on who stands in for whom."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, literal, select, union_all

from services.intake.domain import Deputy
from services.intake.storage.staff_tables import deputies
from shared.database import Transaction
from shared.rows import insert_into


def _in_force(at: datetime) -> ColumnElement[bool]:
    return and_(deputies.c.since <= at, deputies.c.until > at)


def stands_in(username: str, at: datetime) -> ColumnElement[bool]:
    """Of a deputy: whether it is this member of staff, at that moment."""
    return and_(deputies.c.deputy == username, _in_force(at))


def is_or_stands_in(column: ColumnElement[Any], username: str, at: datetime) -> ColumnElement[bool]:
    """Whether the user name is this one, or of somebody whom this one stands in for."""
    return column.in_(
        union_all(select(literal(username)), select(deputies.c.username).where(stands_in(username, at)))
    )


def standing_in(tx: Transaction, usernames: Collection[str]) -> set[tuple[str, str]]:
    """For these, at this moment: deputy, and whom each stands in for."""
    query = select(deputies.c.deputy, deputies.c.username)
    rows = tx.execute(query.where(deputies.c.deputy.in_(usernames), _in_force(tx.at)))
    return {(row.deputy, row.username) for row in rows}


def deputies_of(tx: Transaction, usernames: Collection[str]) -> set[str]:
    """Who stands in for any of these now."""
    query = select(deputies.c.deputy).where(deputies.c.username.in_(usernames), _in_force(tx.at))
    return set(tx.execute(query).scalars())


def list_deputies(tx: Transaction) -> list[Deputy]:
    """Those that are not over, by who is away."""
    query = select(deputies).where(deputies.c.until > tx.at).order_by(deputies.c.username)
    return [Deputy(**row) for row in tx.execute(query).mappings()]


def put_deputy(tx: Transaction, named: Deputy) -> None:
    """In place of whoever stood in before."""
    put = insert_into(tx, deputies).values(**vars(named))
    changed = {name: value for name, value in vars(named).items() if name != "username"}
    tx.execute(put.on_conflict_do_update(index_elements=["username"], set_=changed))


def remove_deputy(tx: Transaction, username: str) -> bool:
    """Nobody stands in for them any more; says whether somebody did."""
    return bool(tx.execute(delete(deputies).where(deputies.c.username == username)).rowcount)
