"""Queries on what somebody asked for and somebody else approved, and on the rules that came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, text, update

from services.reporting.domain.rules import Rules
from services.reporting.storage.release_tables import proposals
from shared.database import Transaction

RELEASE, RULES, ROSTER = "release", "rules", "roster"
LOCK = 7_265_109  #: PostgreSQL's advisory lock of those who decide and charge; any number will do


@dataclass(frozen=True)
class Proposal:
    """What somebody asked for; it counts once it is approved by somebody else."""

    number: int
    what: str
    content: Mapping[str, Any]
    asked_by: str
    asked_at: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None


def one_at_a_time(tx: Transaction) -> None:
    """Nobody else decides or charges until this transaction ends; SQLite has one writer anyway."""
    if not tx.is_sqlite:
        tx.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))


def add_proposal(tx: Transaction, what: str, content: Mapping[str, Any], by: str) -> int:
    """Keep it; returns its number."""
    one_at_a_time(tx)
    newest = tx.execute(select(func.max(proposals.c.number))).scalar() or 0
    row = {"number": newest + 1, "what": what, "content": dict(content), "asked_by": by, "asked_at": tx.at}
    tx.execute(insert(proposals).values(row))
    return newest + 1


def find_proposal(tx: Transaction, number: int) -> Proposal | None:
    """The proposal of that number."""
    row = tx.execute(select(proposals).where(proposals.c.number == number)).mappings().one_or_none()
    return Proposal(**row) if row else None


def set_approved(tx: Transaction, number: int, by: str) -> None:
    """It counts from now on."""
    values = {"approved_by": by, "approved_at": tx.at}
    tx.execute(update(proposals).where(proposals.c.number == number).values(**values))


def open_proposals(tx: Transaction) -> list[Proposal]:
    """Those that wait for a second person, oldest first."""
    query = select(proposals).where(proposals.c.approved_at.is_(None)).order_by(proposals.c.number)
    return [Proposal(**row) for row in tx.execute(query).mappings()]


def rules_in_force(tx: Transaction) -> Rules:
    """The rules that two people approved last; before that those that the network begins with."""
    content = tx.execute(_newest(proposals.c.content)).scalar()
    return Rules(**content) if content else Rules()


def rules_decided(tx: Transaction) -> int:
    """The number of the proposal that the rules in force came of; 0 for those that the network begins with."""
    return tx.execute(_newest(proposals.c.number)).scalar() or 0


def _newest(column: Any) -> Any:
    c = proposals.c
    query = select(column).where(c.what == RULES, c.approved_at.is_not(None))
    return query.order_by(c.approved_at.desc(), c.number.desc()).limit(1)
