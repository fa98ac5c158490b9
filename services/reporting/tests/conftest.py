"""A reporting service on an empty database, with a clock that tests turn; its pages and its API."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from services.reporting.settings import ReportingWebSettings
from services.reporting.storage import metadata
from services.reporting.usecases import report as reports
from services.reporting.usecases.hear import hear
from services.reporting.usecases.staff import add_coordinator, issue_token
from services.reporting.web import create_app
from shared.clock import new_id
from shared.database import Database
from shared.messaging.delivery import Batch
from shared.messaging.message import HUB, Message
from shared.messaging.outbox import Outbox
from shared.schemas import Event, workbook
from shared.schemas.intake import Cell, CountsContributed
from shared.schemas.life import Move, State
from shared.schemas.referral import Moved, Overdue
from shared.settings import Secret

BEGINNING = datetime(2026, 3, 2, 9, tzinfo=UTC)
QUARTER = "2026-Q1"
HOUR = timedelta(hours=1)
PASSWORD = "an invented passphrase"
NEEDS = {("food", "met"): 2, ("food", "open"): 30, ("cash", "met"): 8, ("cash", "open"): 9}
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
LIFE = {
    Move.SEND: State.SENT,
    Move.DELIVER: State.DELIVERED,
    Move.ACKNOWLEDGE: State.ACKNOWLEDGED,
    Move.ACCEPT: State.ACCEPTED,
    Move.REJECT: State.REJECTED,
    Move.ASK_FOR_INFORMATION: State.INFORMATION_REQUESTED,
    Move.COMPLETE: State.COMPLETED,
    Move.CANCEL: State.CANCELLED,
}


@dataclass
class World:
    """The service and its clock."""

    database: Database
    at: datetime = BEGINNING

    def hear(self, *events: Event, sender: str = HUB) -> None:
        with self.database.transaction() as tx:
            messages = [Message(new_id(), sender, event) for event in events]
            hear(tx, batch := Batch(messages), open_for=timedelta(days=45))
        for error in batch.left_out.values():
            raise error

    def close(self) -> None:
        self.database.close()

    def report(self, table: str, period: str = QUARTER) -> reports.Report:
        return reports.table(self.database, table, period)


@pytest.fixture
def world() -> Iterator[World]:
    with closing(_new_world()) as world:
        yield world


@pytest.fixture(scope="session")
def shared_world() -> Iterator[World]:
    """For tests that only read: an application on it is made once."""
    with closing(_new_world()) as world:
        yield world


def _new_world(url: str = "sqlite://") -> World:
    database = Database(url, outbox=Outbox(metadata.tables["outbox"], sender=HUB))
    metadata.create_all(database.engine)
    world = World(database)
    database.clock = lambda: world.at
    return world


Make = Callable[..., Any]


@pytest.fixture(scope="session")
def moves() -> Make:
    """The moves of one referral, an hour apart, numbered in their order."""

    def make(
        *made: Move,
        urgency: str = "normal",
        service_type: str = "legal_assistance",
        start: datetime = BEGINNING,
        referral_id: UUID | None = None,
    ) -> list[Moved]:
        about = {
            "referral_id": referral_id or new_id(),
            "from_org": "harbour",
            "to_org": "lantern",
            "service_type": service_type,
            "urgency": urgency,
            "acknowledge_by": start + 10 * HOUR,
            "reply_by": start + 20 * HOUR,
            "by_org": "harbour",
            "reason": None,
            "sealed_note": None,
        }
        return [
            Moved(
                **about,  # type: ignore[arg-type]
                number=number,
                move_id=new_id(),
                move=move,
                state=LIFE[move],
                made_at=start,
                recorded_at=start + (number - 1) * HOUR,
            )
            for number, move in enumerate(made, 1)
        ]

    return make


@pytest.fixture(scope="session")
def overdue() -> Make:
    """A deadline of that referral has passed."""

    def make(of: Moved, level: str) -> Overdue:
        return Overdue(
            referral_id=of.referral_id,
            from_org=of.from_org,
            to_org=of.to_org,
            service_type=of.service_type,
            urgency=of.urgency,
            level=level,
            due_at=of.reply_by,
            flagged_at=of.reply_by,
        )

    return make


@pytest.fixture(scope="session")
def counts() -> Make:
    """Counts of a node: codes and how many, all of one table."""

    def make(
        cells: dict[tuple[str, ...], int], table: str = "needs", *, period: str = QUARTER, revision: int = 1
    ) -> CountsContributed:
        listed = [Cell(table=table, codes=list(codes), count=count) for codes, count in cells.items()]
        return CountsContributed(workbook=workbook.VERSION, period=period, revision=revision, cells=listed)

    return make


@pytest.fixture(scope="session")
def app(shared_world: Any, counts: Any, moves: Any) -> Flask:
    shared_world.hear(counts(NEEDS), sender="harbour")
    shared_world.hear(*moves(Move.SEND, Move.DELIVER), *moves(Move.SEND, Move.DELIVER, Move.ACCEPT))
    add_coordinator(shared_world.database, "vera", PASSWORD, display_name="Vera", hasher=CHEAP)
    settings = ReportingWebSettings(
        reporting_database_url="sqlite://",
        secret_key=Secret("k" * 32),
        public_url="http://localhost",
        second_factor="optional",
        requests_a_minute=1_000_000,
    )
    return create_app(shared_world.database, settings, hasher=CHEAP)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def api(client: FlaskClient, shared_world: Any) -> Any:
    headers = {"Authorization": f"Bearer {issue_token(shared_world.database, 'vera')}"}
    return lambda path: client.get(path, headers=headers)


@pytest.fixture
def pages(client: FlaskClient) -> Any:
    """The pages as a signed-in coordinator sees them, in the language named."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token
    client.post("/sign-in", data={"username": "vera", "password": PASSWORD, "csrf_token": token[1]})
    return lambda path, language="en": client.get(path, headers={"Accept-Language": language}).text
