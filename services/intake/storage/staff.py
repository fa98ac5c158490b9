"""Queries on staff, their tokens and their failed sign-ins."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from services.intake.domain import Actor, Role
from services.intake.storage.tables import api_tokens, sign_ins, staff
from shared.database import Transaction
from shared.rows import insert_into


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
    tx.execute(insert(staff).values(**known, password_hash=password_hash))


def find_staff(tx: Transaction, username: str) -> StaffMember | None:
    """The member of staff, also one who is no longer active."""
    row = tx.execute(select(staff).where(staff.c.username == username)).mappings().one_or_none()
    return _member(row) if row else None


def _member(row: Any) -> StaffMember:
    known = {name: row[name] for name in StaffMember.__dataclass_fields__}
    return StaffMember(**{**known, "role": Role(row["role"])})


def list_staff(tx: Transaction) -> list[StaffMember]:
    """Everybody, by user name."""
    return [_member(row) for row in tx.execute(select(staff).order_by(staff.c.username)).mappings()]


def password_hash(tx: Transaction, username: str) -> str | None:
    """What is kept of the password of somebody active."""
    query = select(staff.c.password_hash).where(staff.c.username == username, staff.c.active)
    return tx.execute(query).scalar_one_or_none()


def set_password_hash(tx: Transaction, username: str, value: str) -> None:
    """Keep another hash."""
    tx.execute(update(staff).where(staff.c.username == username).values(password_hash=value))


def add_token(tx: Transaction, sha256: str, username: str) -> None:
    """Keep the hash of a token."""
    tx.execute(insert(api_tokens).values(sha256=sha256, username=username, issued_at=tx.at))


def owner_of_token(tx: Transaction, sha256: str) -> StaffMember | None:
    """Whose token it is, if they are still active."""
    query = select(staff).join(api_tokens).where(api_tokens.c.sha256 == sha256, staff.c.active)
    row = tx.execute(query).mappings().one_or_none()
    return _member(row) if row else None


def failed_sign_ins(tx: Transaction, name_sha256: str) -> tuple[int, datetime] | None:
    """How often it failed in a row, and until when to wait; locked."""
    query = select(sign_ins).where(sign_ins.c.name_sha256 == name_sha256).with_for_update()
    row = tx.execute(query).one_or_none()
    return (row.failures, row.wait_until) if row else None


def put_failed_sign_ins(tx: Transaction, name_sha256: str, failures: int, wait_until: datetime) -> None:
    """Keep how often it failed in a row."""
    put = insert_into(tx, sign_ins)
    values = {"failures": failures, "wait_until": wait_until}
    statement = put.values(name_sha256=name_sha256, **values)
    tx.execute(statement.on_conflict_do_update(index_elements=["name_sha256"], set_=values))


def forget_failed_sign_ins(tx: Transaction, name_sha256: str, *, before: datetime) -> None:
    """A sign-in succeeded: forget its failures, and all old ones."""
    c = sign_ins.c
    tx.execute(delete(sign_ins).where((c.name_sha256 == name_sha256) | (c.wait_until < before)))
