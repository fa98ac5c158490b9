"""How long a page takes at a node with years of work behind it: the inbox, and a person with a long file."""

import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from argon2 import PasswordHasher
from flask.testing import FlaskClient

from bench.goals import Goal
from bench.measures.filled import BEGINNING, FOCAL_POINT, HERE, PASSWORD, WORKER, fill
from bench.measures.judged import Measured
from bench.measures.moments import percentile
from bench.measures.order import Order, Tell
from bench.place import Servers
from services.intake import storage
from services.intake.settings import IntakeWebSettings
from services.intake.web import create_app
from shared.at_rest import StorageKeys
from shared.database import Database
from shared.messaging.outbox import Outbox
from shared.migrations import upgrade
from shared.sealing import OwnKeys
from shared.settings import Secret
from shared.testing.postgres import fresh_database

INBOX = "the inbox, p95, ms"
PERSON = "a person with 200 entries, p95, ms"
FLOOR, AIM = 50, 30
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
TOKEN = re.compile(r'name="csrf_token" (?:type="hidden" )?value="([^"]+)"')
WARM_UP = 3  #: requests that are not counted: statements are put together, templates read


@dataclass(frozen=True)
class Took:
    """Milliseconds that all but the slowest twentieth took: by the clock, and of our own processor time."""

    p95: float
    used: float

    def __str__(self) -> str:
        return f"{self.p95:.1f} (of which our process computes {self.used:.1f})"


def measure(servers: Servers, order: Order, tell: Tell) -> list[Measured]:
    """On SQLite and on PostgreSQL; of the two who ask, a case worker and a focal point, the slower one counts."""
    measured = []
    for name in ("SQLite", "PostgreSQL"):
        with _database(servers, name) as url:
            measured += measure_on(url, name, order, tell)
    return measured


@contextmanager
def _database(servers: Servers, name: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="throughline-bench-") as folder:
        if name == "SQLite" or servers.postgres is None:
            yield f"sqlite:///{Path(folder) / 'node.db'}"
            return
        with fresh_database(servers.postgres) as url:
            yield url


def measure_on(url: str, name: str, order: Order, tell: Tell) -> list[Measured]:
    """One after the other, in one process and without a network: what a request takes on one processor."""
    upgrade("services.intake", url)
    keys = StorageKeys(OwnKeys.generate().storage)
    outbox = Outbox(storage.outbox, sender=HERE)
    with closing(Database(url, clock=lambda: BEGINNING, outbox=outbox, at_rest=keys)) as database:
        person = fill(database, keys, CHEAP, order.stored, BEGINNING)
        app = create_app(database, _settings(), hasher=CHEAP)
        took = {who: _took(app.test_client(), who, person, order.requests) for who in (WORKER, FOCAL_POINT)}
    for who, pages in took.items():
        tell(f"{name}, {who}: " + "; ".join(f"{page} {one}" for page, one in pages.items()))
    note = f"{name}, {order.stored:,} referrals, {order.requests} requests"
    return [
        Measured(_goal(page), max(pages[page].p95 for pages in took.values()), note)
        for page in (INBOX, PERSON)
    ]


def _goal(name: str) -> Goal:
    return Goal(name, floor=FLOOR, aim=AIM, more_is_better=False)


def _settings() -> IntakeWebSettings:
    return IntakeWebSettings(
        org=HERE,
        org_name="Harbour House",
        intake_database_url="sqlite://",
        secret_key=Secret("0" * 32),
        key_file=Path("node.key"),
        public_url="http://127.0.0.1:8000",
        second_factor="optional",
        requests_a_minute=1_000_000,
    )


def _took(client: FlaskClient, username: str, person: UUID, requests: int) -> dict[str, Took]:
    _sign_in(client, username)
    addresses = {INBOX: "/inbox", PERSON: f"/people/{person}"}
    return {page: _asked(client, address, requests) for page, address in addresses.items()}


def _sign_in(client: FlaskClient, username: str) -> None:
    token = TOKEN.findall(client.get("/sign-in").text)[-1]
    given = {"username": username, "password": PASSWORD, "csrf_token": token}
    client.post("/sign-in", data=given)


def _asked(client: FlaskClient, address: str, requests: int) -> Took:
    took = [_once(client, address) for _ in range(WARM_UP + requests)][WARM_UP:]
    clock, processor = zip(*took, strict=True)
    return Took(percentile(clock, 95), percentile(processor, 95))


def _once(client: FlaskClient, address: str) -> tuple[float, float]:
    begun, used = time.perf_counter(), time.thread_time()
    answer = client.get(address)
    took = (time.perf_counter() - begun) * 1_000, (time.thread_time() - used) * 1_000
    if answer.status_code != 200:  # noqa: PLR2004 - HTTP's own number
        raise RuntimeError(f"{address} answered {answer.status_code}")
    return took
