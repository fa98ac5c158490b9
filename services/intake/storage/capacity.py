"""Queries on questions that name nobody."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from services.intake.domain import Actor, Enquiry, Question, Reply, Wanted
from services.intake.storage.capacity_tables import enquiries, questions, replies
from services.intake.storage.deputies import is_or_stands_in
from services.intake.storage.need_to_know import visible
from services.intake.storage.tables import cases, needs
from shared.database import Transaction
from shared.rows import add, add_new

WANTED = tuple(Wanted.__dataclass_fields__)
SHOWN = 50  #: the newest ones, on one page


def add_question(tx: Transaction, question: Question, org: str) -> None:
    """Keep a question of ours, to the organisations of its replies."""
    known = {name: getattr(question, name) for name in ("id", "asked_by", "asked_at", "answer_by")}
    add(tx, questions, [known | vars(question.wanted) | {"org": org}])
    add(tx, replies, [vars(reply) | {"question_id": question.id} for reply in question.replies])


def _asked_by(seen_by: Actor, at: datetime) -> ColumnElement[bool]:
    ours = questions.c.org == seen_by.org
    if seen_by.sees_every_case:
        return ours
    return ours & is_or_stands_in(questions.c.asked_by, seen_by.username, at)


def find_question(tx: Transaction, question_id: UUID, *, seen_by: Actor) -> Question | None:
    """The question with its replies, for the one who asked, and for focal points."""
    found = tx.execute(select(questions).where(questions.c.id == question_id, _asked_by(seen_by, tx.at)))
    row = found.mappings().one_or_none()
    return _question(row, _replies(tx, [question_id])) if row else None


def list_questions(tx: Transaction, *, seen_by: Actor) -> list[Question]:
    """Ours, newest first, with their replies."""
    query = select(questions).where(_asked_by(seen_by, tx.at)).order_by(questions.c.id.desc()).limit(SHOWN)
    rows = tx.execute(query).mappings().all()
    found = _replies(tx, [row["id"] for row in rows])
    return [_question(row, found) for row in rows]


def _replies(tx: Transaction, ids: Collection[UUID]) -> dict[UUID, list[Reply]]:
    found: dict[UUID, list[Reply]] = {}
    query = select(replies).where(replies.c.question_id.in_(ids)).order_by(replies.c.org)
    for row in tx.execute(query).mappings():
        said = {name: row[name] for name in Reply.__dataclass_fields__}
        found.setdefault(row["question_id"], []).append(Reply(**said))
    return found


def _question(row: Any, found: dict[UUID, list[Reply]]) -> Question:
    known = {name: row[name] for name in ("id", "asked_by", "asked_at", "answer_by")}
    return Question(**known, wanted=_wanted(row), replies=tuple(found.get(row["id"], ())))


def _wanted(row: Any) -> Wanted:
    return Wanted(**{name: row[name] for name in WANTED})


def asker_of(tx: Transaction, question_id: UUID) -> str | None:
    """Who here asked it; None for a question that we did not ask."""
    query = select(questions.c.asked_by).where(questions.c.id == question_id)
    return tx.execute(query).scalar_one_or_none()


def note_asked(tx: Transaction, question_id: UUID, asked: Collection[str], answer_by: datetime) -> None:
    """The hub has asked these and no others, and says until when an answer counts."""
    c = replies.c
    tx.execute(update(questions).where(questions.c.id == question_id).values(answer_by=answer_by))
    tx.execute(delete(replies).where(c.question_id == question_id, c.org.not_in(asked), c.answer.is_(None)))


def note_reply(tx: Transaction, question_id: UUID, reply: Reply) -> bool:
    """Keep the first answer of an organisation that was asked; says whether it was."""
    c = replies.c
    first = (c.question_id == question_id) & (c.org == reply.org) & c.answer.is_(None)
    return bool(tx.execute(update(replies).where(first).values(**vars(reply))).rowcount)


def add_enquiry(tx: Transaction, enquiry: Enquiry, org: str) -> bool:
    """Keep another's question to us; says whether it is new."""
    known = {name: getattr(enquiry, name) for name in Enquiry.__dataclass_fields__ if name != "wanted"}
    return bool(add_new(tx, enquiries, [known | vars(enquiry.wanted) | {"org": org}]))


def find_enquiry(tx: Transaction, enquiry_id: UUID, *, seen_by: Actor) -> Enquiry | None:
    """The question to us, locked."""
    c = enquiries.c
    query = select(enquiries).where(c.id == enquiry_id, c.org == seen_by.org).with_for_update()
    row = tx.execute(query).mappings().one_or_none()
    return _enquiry(row) if row else None


def list_enquiries(tx: Transaction, *, seen_by: Actor) -> list[Enquiry]:
    """Those to us, newest first."""
    query = select(enquiries).where(enquiries.c.org == seen_by.org).order_by(enquiries.c.id.desc())
    return [_enquiry(row) for row in tx.execute(query.limit(SHOWN)).mappings()]


def count_open(tx: Transaction, *, seen_by: Actor) -> int:
    """How many wait for our answer."""
    c = enquiries.c
    open_ones = (c.org == seen_by.org) & c.answer.is_(None) & (c.answer_by > tx.at)
    return tx.execute(select(func.count()).select_from(enquiries).where(open_ones)).scalar_one()


def _enquiry(row: Any) -> Enquiry:
    known = {name: row[name] for name in Enquiry.__dataclass_fields__ if name != "wanted"}
    return Enquiry(**known, wanted=_wanted(row))


def set_answer(tx: Transaction, enquiry: Enquiry) -> None:
    """What we answered, who did, and when."""
    said = {name: getattr(enquiry, name) for name in ("answer", "answered_by", "answered_at")}
    tx.execute(update(enquiries).where(enquiries.c.id == enquiry.id).values(**said))


def forget(tx: Transaction, *, before: datetime) -> int:
    """Questions that were over before that are gone, ours and those of others; returns how many."""
    c, never = questions.c, questions.c.answer_by.is_(None) & (questions.c.asked_at < before)
    ours = tx.execute(delete(questions).where(or_(c.answer_by < before, never))).rowcount
    return int(ours + tx.execute(delete(enquiries).where(enquiries.c.answer_by < before)).rowcount)


def open_needs(tx: Transaction, service_type: str, *, seen_by: Actor, limit: int) -> Iterable[Any]:
    """Open needs of that type whose cases this actor sees: need_id, case_id, person_id and reference, newest first."""
    query = select(
        needs.c.id.label("need_id"), cases.c.id.label("case_id"), cases.c.person_id, cases.c.reference
    )
    wanted = (needs.c.service_type == service_type) & (needs.c.state == "open") & (cases.c.status == "open")
    seen = query.join(cases).where(wanted, visible(cases, seen_by, tx.at)).order_by(needs.c.id.desc())
    return tx.execute(seen.limit(limit)).all()
