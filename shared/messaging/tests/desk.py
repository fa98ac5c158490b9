"""A service of one table for the tests of the messaging core: it counts what it heard."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sqlalchemy import Column, Table, Uuid, insert, select

from shared.clock import new_id, now
from shared.database import Database, Transaction, new_metadata
from shared.messaging.delivery import Batch, Delivery
from shared.messaging.message import Incoming, encode
from shared.messaging.outbox import Outbox, Patience
from shared.messaging.tables import add_message_tables
from shared.schemas.intake import HistoryAsked

metadata = new_metadata()
add_message_tables(metadata)
heard = Table("heard", metadata, Column("referral_id", Uuid, nullable=False))


@dataclass
class Desk:
    """The counting service. ``also`` is called with every fresh message and may raise."""

    url: str
    also: Callable[[HistoryAsked], None] = field(default=lambda _: None)

    def __post_init__(self) -> None:
        outbox = Outbox(metadata.tables["outbox"], sender="harbour-house", patience=Patience())
        self.database = Database(self.url, outbox=outbox)
        metadata.create_all(self.database.engine)
        tables = metadata.tables
        self.delivery = Delivery("desk", self.database, tables["inbox"], tables["parked"], self.handle)

    def handle(self, tx: Transaction, batch: Batch) -> None:
        for message in batch.fresh:
            event: HistoryAsked = message.event  # type: ignore[assignment]
            self.also(event)
            tx.execute(insert(heard).values(referral_id=event.referral_id))

    def effects(self) -> list[UUID]:
        with self.database.reading() as tx:
            return list(tx.execute(select(heard.c.referral_id)).scalars())

    def reasons(self) -> list[str]:
        with self.database.reading() as tx:
            return list(tx.execute(select(metadata.tables["parked"].c.reason)).scalars())


def desk_at(folder: Path) -> Desk:
    """A desk with a fresh SQLite database."""
    return Desk(f"sqlite:///{folder / 'desk.db'}")


def asked(
    tag: int, *, referral_id: UUID | None = None, sender: str = "harbour-house", attempt: int = 0
) -> Incoming:
    """A message that a node sent."""
    id_ = new_id()
    event = HistoryAsked(referral_id=referral_id or new_id(), after=0)
    body = encode(event, id=id_, sender=sender, subject="", at=now())
    return Incoming(id_, f"from.{sender}.{event.type}", body, attempt=attempt, tag=tag)
