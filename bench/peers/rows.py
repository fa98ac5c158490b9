"""The rows that peers with SQLAlchemy's ORM write, made from what they were told."""

from uuid import UUID, uuid4

from bench.peers import tables
from bench.peers.event import REFERRAL, Event


def sent() -> tables.Referral:
    """A new case and its referral."""
    return tables.Referral(id=uuid4(), case=tables.Case(id=uuid4()), **REFERRAL)


def taken(event: Event) -> tables.Move:
    """The referral and its first move."""
    facts = {name: event[name] for name in ("to_org", "service_type", "state")}
    referral = tables.TakenReferral(id=UUID(event["referral_id"]), **facts)
    return tables.Move(referral=referral, state=referral.state)


def noted(event: Event) -> tables.Notice:
    """One notice."""
    return tables.Notice(referral_id=UUID(event["referral_id"]), org=event["to_org"])


def counted(event: Event) -> tables.Counted:
    """One row for each referral, as ours."""
    facts = {name: event[name] for name in ("service_type", "state")}
    return tables.Counted(referral_id=UUID(event["referral_id"]), **facts)
