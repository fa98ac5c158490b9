"""The worker, what waits to be sent, and what waits for a person."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select

from deploy.doctor.check import WELL, Check, Finding, Node, failed, warning
from services.intake.storage import bookkeeping
from services.intake.storage.tables import outbox, parked
from services.intake.usecases.node import WORKER
from shared.database import Transaction

SILENT = timedelta(minutes=2)
LONG, TOO_LONG = timedelta(hours=1), timedelta(days=1)  #: that something waits to be sent, or received


def worker(node: Node) -> Finding:
    """It shows that it lives."""
    beat = node.asked(lambda tx: bookkeeping.find_link(tx, WORKER))
    if beat is None or node.at - beat[0] > SILENT:
        return failed("the worker does not run", "start throughline run intake, and look into its log")
    return WELL


def outbox_age(node: Node) -> Finding:
    """What is to leave leaves; what can still be undone does not count."""
    oldest = node.asked(_oldest)
    if oldest is None or node.at - _made(oldest) < LONG:
        return WELL
    says = f"something waits since {_made(oldest):%Y-%m-%d %H:%M} UTC to be sent, or received"
    remedy = "throughline network test hub; docs/how-to/mend-what-waits.md"
    return failed(says, remedy) if node.at - _made(oldest) > TOO_LONG else warning(says, remedy)


def _oldest(tx: Transaction) -> UUID | None:
    may_leave = or_(outbox.c.attempts > 0, outbox.c.due_at <= tx.at)
    query = select(outbox.c.message_id).where(may_leave).order_by(outbox.c.message_id).limit(1)
    found: UUID | None = tx.execute(query).scalar_one_or_none()
    return found


def _made(message_id: UUID) -> datetime:
    """An id begins with the moment at which it was made (UUID version 7)."""
    return datetime.fromtimestamp((message_id.int >> 80) / 1000, UTC)


def parked_messages(node: Node) -> Finding:
    """Nothing waits for a person."""
    count = node.asked(lambda tx: tx.execute(select(func.count()).select_from(parked)).scalar_one())
    if count:
        return warning(
            f"{count} messages wait for a person", "throughline parked list; docs/how-to/mend-what-waits.md"
        )
    return WELL


CHECKS = (Check("worker", worker), Check("outbox", outbox_age), Check("parked", parked_messages))
