"""Questions about capacity on their way: who asked, who is asked, and until when; never for whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from services.referral.storage import organisations, questions
from shared.database import Transaction
from shared.rows import add_new


@dataclass(frozen=True)
class Question:
    """One question: the organisations in ``asked`` may answer it, to ``from_org`` only."""

    id: UUID
    from_org: str
    asked: list[str]
    answer_by: datetime


def add_question(tx: Transaction, question: Question) -> None:
    """Keep who is asked; one that is there stays as it is."""
    add_new(tx, questions, [vars(question)])


def find_question(tx: Transaction, question_id: UUID) -> Question | None:
    """The question, as long as it is kept."""
    row = tx.execute(select(questions).where(questions.c.id == question_id)).mappings().one_or_none()
    return Question(**row) if row else None


def forget_questions(tx: Transaction, *, before: datetime) -> int:
    """Those whose time was over before that are gone; returns how many."""
    return int(tx.execute(delete(questions).where(questions.c.answer_by < before)).rowcount)


def who_offers(tx: Transaction, orgs: Iterable[str], service_type: str) -> set[str]:
    """Which of these are active, have a node, and offer something of that type."""
    c = organisations.c
    query = select(c.org, c.services).where(c.org.in_(list(orgs)), c.active, c.public_key.is_not(None))
    return {row.org for row in tx.execute(query) if _offers(row.services, service_type)}


def _offers(services: list[dict[str, Any]], service_type: str) -> bool:
    return any(service["service_type"] == service_type for service in services)
