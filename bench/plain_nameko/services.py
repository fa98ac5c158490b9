"""Four services: commit, then dispatch; handle, commit, and let nameko acknowledge."""

import base64
import os
from typing import Any
from uuid import UUID, uuid4

from nameko.events import EventDispatcher, event_handler
from sqlalchemy.orm import Session

from bench.plain_nameko import tables
from bench.plain_nameko.entrypoint import called_by_clients
from bench.plain_nameko.session import DatabaseSession

Event = dict[str, Any]

SEALED = base64.b64encode(os.urandom(2_025)).decode()  #: with what stands around it, 3 KB
REASON = ("Needs advice on papers and on work; an interpreter would help. " * 40)[:1_900]
REFERRAL = {"to_org": "legal-aid", "service_type": "legal_assistance", "content": {"reason": REASON}}


class IntakeService:
    """Where clients send referrals."""

    name = "intake"

    session: Session = DatabaseSession(tables.IntakeRow)
    dispatch = EventDispatcher()

    @called_by_clients  # type: ignore[untyped-decorator]
    def send(self) -> None:
        """A case and its referral."""
        referral = tables.Referral(id=uuid4(), case=tables.Case(id=uuid4()), **REFERRAL)
        event = _event(referral)
        self.session.add(referral)
        self.session.commit()
        self.dispatch("referral_sent", event)


class ReferralService:
    """Takes the referral and tells of its move."""

    name = "referral"

    session: Session = DatabaseSession(tables.ReferralRow)
    dispatch = EventDispatcher()

    @event_handler("intake", "referral_sent")  # type: ignore[untyped-decorator]
    def take(self, event: Event) -> None:
        """The referral and its first move."""
        facts = {name: event[name] for name in ("to_org", "service_type", "state")}
        referral = tables.TakenReferral(id=UUID(event["referral_id"]), **facts)
        self.session.add(tables.Move(referral=referral, state=referral.state))
        self.session.commit()
        self.dispatch("referral_moved", event)


class NotificationsService:
    """Notes who is to be told."""

    name = "notifications"

    session: Session = DatabaseSession(tables.NotificationsRow)

    @event_handler("referral", "referral_moved")  # type: ignore[untyped-decorator]
    def note(self, event: Event) -> None:
        """One notice."""
        self.session.add(tables.Notice(referral_id=UUID(event["referral_id"]), org=event["to_org"]))
        self.session.commit()


class ReportingService:
    """Counts."""

    name = "reporting"

    session: Session = DatabaseSession(tables.ReportingRow)

    @event_handler("referral", "referral_moved")  # type: ignore[untyped-decorator]
    def count(self, event: Event) -> None:
        """One row for each referral, as ours."""
        facts = {name: event[name] for name in ("service_type", "state")}
        self.session.add(tables.Counted(referral_id=UUID(event["referral_id"]), **facts))
        self.session.commit()


def _event(referral: tables.Referral) -> Event:
    return {
        "referral_id": str(referral.id),
        "from_org": "harbour-house",
        "to_org": referral.to_org,
        "service_type": referral.service_type,
        "urgency": "normal",
        "state": "sent",
        "sealed_person": SEALED,
    }
