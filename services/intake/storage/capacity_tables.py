"""The tables of questions that name nobody: ours with their answers, and those of others. They are gone in a week."""

from sqlalchemy import Boolean, Column, ForeignKey, String, Table, Uuid

from services.intake.storage.tables import CODE, NAME, ORG, metadata
from shared.database import Moment


def _wanted() -> list[Column[str]]:
    return [
        Column("service_type", CODE, nullable=False),
        Column("urgency", CODE, nullable=False),
        Column("age_band", String(10)),
        Column("gender", CODE),
        Column("language", String(3)),
        Column("area", String(100)),
    ]


questions = Table(
    "questions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("org", ORG, nullable=False),
    Column("asked_by", NAME, nullable=False),
    Column("asked_at", Moment, nullable=False),
    *_wanted(),
    Column("answer_by", Moment),
)

replies = Table(
    "question_replies",
    metadata,
    Column("question_id", Uuid, ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True),
    Column("org", ORG, primary_key=True),
    Column("answer", CODE),
    Column("by_machine", Boolean, nullable=False),
    Column("answered_at", Moment),
)

enquiries = Table(
    "enquiries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("org", ORG, nullable=False),
    Column("from_org", ORG, nullable=False),
    Column("asked_at", Moment, nullable=False),
    *_wanted(),
    Column("answer_by", Moment, nullable=False),
    Column("answer", CODE),
    Column("answered_by", NAME),
    Column("answered_at", Moment),
)
