"""Run one of the services: each batch is written by a statement for each table, in one transaction."""

import json
import sys
from collections.abc import Callable
from uuid import UUID, uuid4

from psycopg import Connection

from bench.peers import say_ready
from bench.peers.event import CONTENT, REFERRAL, event_of
from bench.peers.limit.statements import HEARING, INTAKE
from bench.peers.limit.wire import Consumer, Form, Publisher
from bench.peers.settings import Settings, read_settings

BATCH = 256  #: referrals that the clients write in one transaction
UNDERWAY = 2 * BATCH  #: of the clients' messages that may be unconfirmed

ANY = UUID(int=0)
FORM = Form(json.dumps(event_of(ANY)).encode(), str(ANY).encode())
FACTS = {"to_org": REFERRAL["to_org"], "service_type": REFERRAL["service_type"], "state": "sent"}


def main() -> None:
    """Until it is ended."""
    settings = read_settings()
    with Connection.connect(settings.database_by("postgresql"), autocommit=True) as database:
        database.prepare_threshold = 0
        if settings.service in HEARING:
            _hear(settings, database)
        else:
            _send(settings, database)


def _send(settings: Settings, database: Connection) -> None:
    publisher = Publisher(settings.broker, "sent", FORM)
    say_ready()
    for line in sys.stdin:
        for done in range(0, int(line), BATCH):
            ids, cases = (_new_keys(min(BATCH, int(line) - done)) for _ in range(2))
            _write(database, INTAKE, ids, cases=cases, contents=[json.dumps(CONTENT)] * len(ids))
            publisher.publish(ids)
            publisher.await_confirms(UNDERWAY)
        publisher.await_confirms()


def _hear(settings: Settings, database: Connection) -> None:
    exchange = "sent" if settings.service == "referral" else "moved"
    consumer = Consumer(settings.broker, settings.service, exchange, FORM)
    tell = _telling(settings) if settings.service == "referral" else None
    say_ready()
    while True:
        ids = consumer.take()
        _write(database, HEARING[settings.service], ids)
        if tell:
            tell(ids)
        consumer.acknowledge()


def _telling(settings: Settings) -> Callable[[list[str]], None]:
    publisher = Publisher(settings.broker, "moved", FORM)

    def tell(ids: list[str]) -> None:
        publisher.publish(ids)
        publisher.await_confirms()

    return tell


def _write(database: Connection, statements: tuple[str, ...], ids: list[str], **more: list[str]) -> None:
    values = FACTS | {"ids": ids} | more
    with database.pipeline(), database.transaction():
        for statement in statements:
            database.execute(statement, values)


def _new_keys(count: int) -> list[str]:
    return [str(uuid4()) for _ in range(count)]


if __name__ == "__main__":
    main()
