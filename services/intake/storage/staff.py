"""Queries on staff, their tokens and their failed sign-ins."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from services.intake.domain import Actor, Role
from services.intake.storage import cells
from services.intake.storage.tables import staff
from shared.database import Transaction

NOT_IN_THE_CLEAR = {"display_name": "", "email": None}  #: of a row that is sealed


@dataclass(frozen=True)
class StaffMember:
    """Somebody who works at the organisation."""

    id: UUID
    username: str
    org: str
    role: Role
    display_name: str
    email: str | None
    language: str
    active: bool

    @property
    def actor(self) -> Actor:
        """As whom they act."""
        return Actor(self.username, self.role, self.org)


def add_staff(tx: Transaction, member: StaffMember, *, password_hash: str) -> None:
    """Keep a new member of staff."""
    known = {name: getattr(member, name) for name in StaffMember.__dataclass_fields__}
    sealed = cells.of_member(tx.at_rest, member.username, known)
    tx.execute(insert(staff).values(**known | NOT_IN_THE_CLEAR, sealed=sealed, password_hash=password_hash))


def find_staff(tx: Transaction, username: str) -> StaffMember | None:
    """The member of staff, also one who is no longer active."""
    row = tx.execute(select(staff).where(staff.c.username == username)).mappings().one_or_none()
    return _member(tx, row) if row else None


def _member(tx: Transaction, row: Any) -> StaffMember:
    known = {name: row[name] for name in StaffMember.__dataclass_fields__}
    if row["sealed"] is not None:  # otherwise as version 0.1.0 left it, until the node has started
        known |= cells.member_in(tx.at_rest, row["username"], row["sealed"])
    return StaffMember(**known | {"role": Role(row["role"])})


def list_staff(tx: Transaction) -> list[StaffMember]:
    """Everybody, by user name."""
    return [_member(tx, row) for row in tx.execute(select(staff).order_by(staff.c.username)).mappings()]


def password_hash(tx: Transaction, username: str) -> str | None:
    """What is kept of the password of somebody active."""
    query = select(staff.c.password_hash).where(staff.c.username == username, staff.c.active)
    return tx.execute(query).scalar_one_or_none()


def set_password_hash(tx: Transaction, username: str, value: str) -> None:
    """Keep another hash."""
    tx.execute(update(staff).where(staff.c.username == username).values(password_hash=value))
