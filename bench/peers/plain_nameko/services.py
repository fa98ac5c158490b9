"""Four services: commit, then dispatch; handle, commit, and let nameko acknowledge."""

from nameko.events import EventDispatcher, event_handler
from sqlalchemy.orm import Session

from bench.peers import rows
from bench.peers.event import Event, event_of
from bench.peers.plain_nameko.entrypoint import called_by_clients
from bench.peers.plain_nameko.session import DatabaseSession


class IntakeService:
    """Where clients send referrals."""

    name = "intake"

    session: Session = DatabaseSession()
    dispatch = EventDispatcher()

    @called_by_clients  # type: ignore[untyped-decorator]
    def send(self) -> None:
        """A case and its referral."""
        referral = rows.sent()
        event = event_of(referral.id)
        self.session.add(referral)
        self.session.commit()
        self.dispatch("referral_sent", event)


class ReferralService:
    """Takes the referral and tells of its move."""

    name = "referral"

    session: Session = DatabaseSession()
    dispatch = EventDispatcher()

    @event_handler("intake", "referral_sent")  # type: ignore[untyped-decorator]
    def take(self, event: Event) -> None:
        """The referral and its first move."""
        self.session.add(rows.taken(event))
        self.session.commit()
        self.dispatch("referral_moved", event)


class NotificationsService:
    """Notes who is to be told."""

    name = "notifications"

    session: Session = DatabaseSession()

    @event_handler("referral", "referral_moved")  # type: ignore[untyped-decorator]
    def note(self, event: Event) -> None:
        """One notice."""
        self.session.add(rows.noted(event))
        self.session.commit()


class ReportingService:
    """Counts."""

    name = "reporting"

    session: Session = DatabaseSession()

    @event_handler("referral", "referral_moved")  # type: ignore[untyped-decorator]
    def count(self, event: Event) -> None:
        """One row for each referral, as ours."""
        self.session.add(rows.counted(event))
        self.session.commit()
