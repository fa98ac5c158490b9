"""The tasks; each worker serves the queue of one service, and each task writes by a session of its own."""

from collections.abc import Callable

from celery import Celery
from celery.signals import worker_ready
from kombu import Exchange, Queue
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

SENT, MOVED = "referral_sent", "referral_moved"
INTAKE, REFERRAL = Exchange("intake", "topic"), Exchange("referral", "topic")

app = Celery("bench", broker=settings.broker)
app.conf.update(
    broker_pool_limit=settings.clients,
    broker_transport_options={"confirm_publish": True},
    task_acks_late=True,
    task_ignore_result=True,
    task_queues=[
        Queue("referral", INTAKE, routing_key=SENT),
        Queue("notifications", REFERRAL, routing_key=MOVED),
        Queue("reporting", REFERRAL, routing_key=MOVED),
    ],
    task_routes={
        SENT: {"exchange": INTAKE.name, "exchange_type": "topic", "routing_key": SENT},
        MOVED: {"exchange": REFERRAL.name, "exchange_type": "topic", "routing_key": MOVED},
    },
    worker_prefetch_multiplier=64,
)


@worker_ready.connect
def hear(**_: object) -> None:
    """Called by Celery when the worker has its queue."""
    say_ready()


def send() -> None:
    """A case and its referral, committed; then the event, confirmed."""
    with Sessions.begin() as session:
        sent = rows.sent()
        session.add(sent)
        event = event_of(sent.id)
    app.send_task(SENT, [event])


def take(event: Event) -> None:
    """The referral and its first move."""
    with Sessions.begin() as session:
        session.add(rows.taken(event))
    app.send_task(MOVED, [event])


def note(event: Event) -> None:
    """One notice."""
    with Sessions.begin() as session:
        session.add(rows.noted(event))


def count(event: Event) -> None:
    """One row for each referral."""
    with Sessions.begin() as session:
        session.add(rows.counted(event))


#: What each service does when it hears of it. The last two hear the same message, by one publish.
TASKS: dict[str, tuple[str, Callable[[Event], None]]] = {
    "referral": (SENT, take),
    "notifications": (MOVED, note),
    "reporting": (MOVED, count),
}
if settings.service in TASKS:
    name, task = TASKS[settings.service]
    app.task(name=name)(task)
