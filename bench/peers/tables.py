"""The peers' rows, with SQLAlchemy's ORM; each service has a database of its own."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, DateTime, ForeignKey, MetaData, String, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

Key = Mapped[UUID]


def _new_key() -> Any:
    return mapped_column(primary_key=True, default=uuid4)


def _moment() -> Any:
    return mapped_column(DateTime(timezone=True), default=lambda: datetime.now(UTC))


class IntakeRow(DeclarativeBase):
    """Of the intake service."""

    metadata = MetaData()


class Case(IntakeRow):
    """The work with a person."""

    __tablename__ = "cases"
    id: Key = _new_key()
    opened_at: Mapped[datetime] = _moment()


class Referral(IntakeRow):
    """A referral that was sent, with what left."""

    __tablename__ = "referrals"
    id: Key = _new_key()
    case_id: Key = mapped_column(ForeignKey("cases.id"))
    case: Mapped[Case] = relationship()
    to_org: Mapped[str] = mapped_column(String(31))
    service_type: Mapped[str] = mapped_column(String(60))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    sent_at: Mapped[datetime] = _moment()


class ReferralRow(DeclarativeBase):
    """Of the referral service."""

    metadata = MetaData()


class TakenReferral(ReferralRow):
    """A referral as the hub knows it."""

    __tablename__ = "referrals"
    id: Key = mapped_column(primary_key=True)
    to_org: Mapped[str] = mapped_column(String(31))
    service_type: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(30))
    taken_at: Mapped[datetime] = _moment()


class Move(ReferralRow):
    """A line of its history."""

    __tablename__ = "moves"
    id: Key = _new_key()
    referral_id: Key = mapped_column(ForeignKey("referrals.id"))
    referral: Mapped[TakenReferral] = relationship()
    state: Mapped[str] = mapped_column(String(30))
    recorded_at: Mapped[datetime] = _moment()


class NotificationsRow(DeclarativeBase):
    """Of the notifications service."""

    metadata = MetaData()


class Notice(NotificationsRow):
    """Somebody is to be told."""

    __tablename__ = "notices"
    id: Key = _new_key()
    referral_id: Key
    org: Mapped[str] = mapped_column(String(31))
    created_at: Mapped[datetime] = _moment()


class ReportingRow(DeclarativeBase):
    """Of the reporting service."""

    metadata = MetaData()


class Counted(ReportingRow):
    """A referral as it is counted."""

    __tablename__ = "counted"
    id: Key = _new_key()
    referral_id: Key
    service_type: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(30))
    counted_at: Mapped[datetime] = _moment()


BASES = {
    "intake": IntakeRow,
    "referral": ReferralRow,
    "notifications": NotificationsRow,
    "reporting": ReportingRow,
}


def create(databases: Mapping[str, str]) -> None:
    """The tables of each service in its database, which is empty."""
    for service, url in databases.items():
        engine = create_engine(url)
        BASES[service].metadata.create_all(engine)
        engine.dispose()
