"""Queries on who may read, their tokens and their failed sign-ins."""

from dataclasses import dataclass

from sqlalchemy import insert, select, update

from services.reporting.storage.tables import staff
from shared.database import Transaction


@dataclass(frozen=True)
class StaffMember:
    """Somebody who may read reports."""

    username: str
    display_name: str
    password_hash: str
    language: str | None
    active: bool = True


def add(tx: Transaction, member: StaffMember) -> None:
    """Keep a new member of staff."""
    tx.execute(insert(staff).values(vars(member)))


def find(tx: Transaction, username: str) -> StaffMember | None:
    """The member of staff of that name, if active."""
    row = tx.execute(select(staff).where(staff.c.username == username, staff.c.active)).mappings()
    found = row.one_or_none()
    return StaffMember(**found) if found else None


def everybody(tx: Transaction) -> list[StaffMember]:
    """All of them, also those who are no longer active, by user name."""
    return [StaffMember(**row) for row in tx.execute(select(staff).order_by(staff.c.username)).mappings()]


def is_taken(tx: Transaction, username: str) -> bool:
    """Whether there is or was somebody of that name."""
    return tx.execute(select(staff.c.username).where(staff.c.username == username)).first() is not None


def set_password_hash(tx: Transaction, username: str, value: str) -> None:
    """Replace what is kept of a password."""
    tx.execute(update(staff).where(staff.c.username == username).values(password_hash=value))
