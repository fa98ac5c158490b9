"""The actors; each worker process serves the queue of one service, and each actor writes by a session of its own."""

import dramatiq
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from bench.peers import rows, say_ready
from bench.peers.event import Event, event_of
from bench.peers.settings import read_settings

settings = read_settings()
engine = create_engine(
    settings.database_by("postgresql+psycopg2"),
    pool_size=20,
    max_overflow=20,
)
Sessions = sessionmaker(engine)


class SayReady(dramatiq.Middleware):
    """Says that a worker process has begun to hear."""

    def after_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002
        """Called by Dramatiq."""
        say_ready()


dramatiq.set_broker(RabbitmqBroker(url=settings.broker, confirm_delivery=True))
dramatiq.get_broker().add_middleware(SayReady())


def send() -> None:
    """A case and its referral, committed; then the event, confirmed."""
    with Sessions.begin() as session:
        sent = rows.sent()
        session.add(sent)
        event = event_of(sent.id)
    take.send(event)


@dramatiq.actor(queue_name="referral")
def take(event: Event) -> None:
    """The referral and its first move; a message reaches one queue, so both that hear of it are sent one."""
    with Sessions.begin() as session:
        session.add(rows.taken(event))
    note.send(event)
    count.send(event)


@dramatiq.actor(queue_name="notifications")
def note(event: Event) -> None:
    """One notice."""
    with Sessions.begin() as session:
        session.add(rows.noted(event))


@dramatiq.actor(queue_name="reporting")
def count(event: Event) -> None:
    """One row for each referral."""
    with Sessions.begin() as session:
        session.add(rows.counted(event))
