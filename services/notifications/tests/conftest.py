"""A notifications service on an empty database, with a clock that tests turn."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Table, select

from services.notifications.settings import NotificationsSettings
from services.notifications.storage import Contact, tables
from services.notifications.usecases.hear import hear
from services.notifications.usecases.send import send_due
from shared.clock import new_id
from shared.database import Database
from shared.messaging.delivery import Batch
from shared.messaging.message import HUB, Message
from shared.messaging.outbox import Outbox
from shared.schemas import Event
from shared.schemas.intake import Contact as WireContact
from shared.schemas.intake import ContactsChanged
from shared.schemas.life import Move, State
from shared.schemas.referral import Moved, Overdue

BEGINNING = datetime(2026, 3, 2, 9, tzinfo=UTC)
INBOX = "https://node.invalid/inbox"


@dataclass
class Postbox:
    """A mail server that keeps what it takes, and fails as told."""

    taken: list[tuple[str, str, int]] = field(default_factory=list)
    failure: BaseException | None = None
    refused: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)

    def send(self, contact: Contact, count: int, *, link: str) -> None:
        if self.failure and (not self.refused or contact.email in self.refused):
            raise self.failure
        self.links.add(link)
        self.taken.append((contact.email, contact.language, count))


@dataclass
class World:
    """The service, its postbox and its clock."""

    database: Database
    settings: NotificationsSettings
    postbox: Postbox = field(default_factory=Postbox)
    at: datetime = BEGINNING

    def hear(self, *events: Event, sender: str = HUB) -> None:
        self.hear_from(*((sender, event) for event in events))

    def hear_from(self, *said: tuple[str, Event]) -> None:
        with self.database.transaction() as tx:
            hear(tx, batch := Batch([Message(new_id(), sender, event) for sender, event in said]))
        for error in batch.left_out.values():
            raise error

    def send(self) -> int:
        return send_due(self.database, self.postbox, self.settings)

    def wait(self, time: timedelta) -> None:
        self.at += time

    def rows(self, table: Table) -> list[dict[str, Any]]:
        with self.database.reading() as tx:
            return [dict(row) for row in tx.execute(select(table).order_by(*table.primary_key)).mappings()]

    def orgs_told(self) -> list[str]:
        return [row["org"] for row in self.rows(tables.notices)]


@pytest.fixture
def settings() -> NotificationsSettings:
    return NotificationsSettings(
        amqp_url="amqp://localhost",
        notifications_database_url="sqlite://",
        key_file=Path("hub.key"),
        network_file=Path("network.json"),
        smtp_host="127.0.0.1",
        smtp_security="none",
        mail_from="post@mail.invalid",
    )


@pytest.fixture
def world(settings: NotificationsSettings) -> Iterator[World]:
    database = Database("sqlite://", outbox=Outbox(tables.metadata.tables["outbox"], sender=HUB))
    tables.metadata.create_all(database.engine)
    world = World(database, settings)
    database.clock = lambda: world.at
    yield world
    database.close()


Make = Callable[..., Any]


@pytest.fixture
def moved() -> Make:
    """A move of a referral from harbour to lantern."""

    def make(move: Move, *, urgency: str = "normal") -> Moved:
        return Moved(
            referral_id=new_id(),
            from_org="harbour",
            to_org="lantern",
            service_type="legal_assistance",
            urgency=urgency,
            acknowledge_by=BEGINNING,
            reply_by=BEGINNING,
            number=2,
            move_id=new_id(),
            move=move,
            state=State.DELIVERED,
            by_org="lantern",
            made_at=BEGINNING,
            recorded_at=BEGINNING,
            reason=None,
            sealed_note=None,
        )

    return make


@pytest.fixture
def overdue() -> Make:
    """A passed deadline of a referral from harbour to lantern."""

    def make(level: str, rung: str | None = None) -> Overdue:
        return Overdue(
            referral_id=new_id(),
            from_org="harbour",
            to_org="lantern",
            service_type="legal_assistance",
            urgency="normal",
            level=level,
            due_at=BEGINNING,
            flagged_at=BEGINNING,
            rung=rung,
        )

    return make


@pytest.fixture
def contacts() -> Make:
    """A list of contacts, named by address and language."""

    def make(*people: tuple[str, str], revision: int = 1) -> ContactsChanged:
        listed = [
            WireContact(contact_id=UUID(int=number), email=email, language=language)
            for number, (email, language) in enumerate(people, 1)
        ]
        return ContactsChanged(revision=revision, inbox_url=INBOX, contacts=listed)

    return make
