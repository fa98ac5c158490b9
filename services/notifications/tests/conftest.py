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
from services.notifications.storage import metadata, tables
from services.notifications.usecases.hear import hear
from shared.at_rest import StorageKeys
from shared.clock import new_id
from shared.database import Database
from shared.messaging.delivery import Batch
from shared.messaging.message import HUB, Message
from shared.messaging.outbox import Outbox
from shared.notices.kinds import INSTANT
from shared.notices.saying import Saying
from shared.notices.sending import Rules, send_due
from shared.schemas import Event
from shared.schemas.codes import NOTICE_GROUPS
from shared.schemas.intake import Contact as WireContact
from shared.schemas.intake import ContactsChanged, Wish
from shared.schemas.life import Move, State
from shared.schemas.referral import Moved, Overdue

BEGINNING = datetime(2026, 3, 2, 9, tzinfo=UTC)
AT_ONCE = dict.fromkeys(NOTICE_GROUPS, INSTANT)
INBOX = "https://node.invalid/inbox"


@dataclass
class Postbox:
    """A mail server that keeps what it takes, and fails as told."""

    taken: list[tuple[str, str, int]] = field(default_factory=list)
    failure: BaseException | None = None
    refused: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)
    ids: list[str] = field(default_factory=list)

    def tell(self, to: str, saying: Saying, *, message_id: str) -> None:
        if self.failure and (not self.refused or to in self.refused):
            raise self.failure
        self.links.add(saying.link)
        self.ids.append(message_id)
        self.taken.append((to, saying.language, saying.count))


@dataclass
class World:
    """The service, its postbox and its clock."""

    database: Database
    rules: Rules = field(default_factory=Rules)
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
        return send_due(self.database, tables, self.postbox, self.rules)

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
def world() -> Iterator[World]:
    at_rest, outbox = StorageKeys([bytes(32)]), Outbox(metadata.tables["outbox"], sender=HUB)
    database = Database("sqlite://", outbox=outbox, at_rest=at_rest)
    metadata.create_all(database.engine)
    world = World(database)
    database.clock = lambda: world.at
    yield world
    database.close()


Make = Callable[..., Any]


@pytest.fixture
def moved() -> Make:
    """A move of a referral from harbour to lantern."""

    def make(
        move: Move, *, urgency: str = "normal", referral_id: UUID | None = None, by_org: str = "lantern"
    ) -> Moved:
        return Moved(
            referral_id=referral_id or new_id(),
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
            by_org=by_org,
            made_at=BEGINNING,
            recorded_at=BEGINNING,
            reason=None,
            sealed_note=None,
        )

    return make


@pytest.fixture
def overdue() -> Make:
    """A passed deadline of a referral from harbour to lantern."""

    def make(level: str, rung: str | None = None, *, referral_id: UUID | None = None) -> Overdue:
        return Overdue(
            referral_id=referral_id or new_id(),
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
    """A list of contacts, named by address and language; they want all at once, unless it is said how."""

    def make(
        *people: tuple[str, str],
        revision: int = 1,
        wishes: dict[str, str] = AT_ONCE,
        supervisor: bool | None = None,
    ) -> ContactsChanged:
        said = [Wish(group=group, way=way) for group, way in wishes.items()]
        listed = [
            WireContact(
                contact_id=UUID(int=number),
                email=email,
                language=language,
                wishes=said,
                supervisor=supervisor,
            )
            for number, (email, language) in enumerate(people, 1)
        ]
        return ContactsChanged(revision=revision, inbox_url=INBOX, contacts=listed)

    return make
