"""Run one of the services."""

from collections.abc import Sequence
from functools import partial
from uuid import uuid4

import orjson
from psycopg import Connection

from bench.peers import say_ready
from bench.peers.batches.relay import Relay, Row
from bench.peers.batches.statements import SENT, TABLES, TAKEN
from bench.peers.batches.wire import Consumer
from bench.peers.clients import send_in_threads
from bench.peers.event import CONTENT, REFERRAL, Event, event_of
from bench.peers.settings import Settings, read_settings
from shared.together import Together

FACTS = {"to_org": REFERRAL["to_org"], "service_type": REFERRAL["service_type"], "state": "sent"}


def main() -> None:
    """Until it is ended."""
    settings = read_settings()
    database = _connect(settings)
    if settings.service in TAKEN:
        _hear(settings, database)
    else:
        _send(settings, database)


def _connect(settings: Settings) -> Connection:
    database = Connection.connect(settings.database_by("postgresql"), autocommit=True)
    database.execute(TABLES)
    database.prepare_threshold = 0
    return database


def _send(settings: Settings, database: Connection) -> None:
    """Those who send at the same moment share a transaction."""
    relay = Relay(settings, "sent", _connect(settings))
    write = Together(partial(_write_sent, database, relay))
    send_in_threads(settings.clients, partial(write, None))


def _write_sent(database: Connection, relay: Relay, wishes: Sequence[None]) -> Sequence[None]:
    cases, ids = ([uuid4() for _ in wishes] for _ in range(2))
    rows = [Row(str(one), orjson.dumps(event_of(one))) for one in ids]
    contents = [orjson.dumps(CONTENT).decode() for _ in wishes]
    values = FACTS | {"ids": ids, "cases": cases, "contents": contents, "bodies": [row.body for row in rows]}
    with database.pipeline(), database.transaction():
        for statement in SENT:
            database.execute(statement, values)
    relay.send(rows)
    return wishes


def _hear(settings: Settings, database: Connection) -> None:
    """The referral service tells on what it has written; the other two are where it ends."""
    is_referral = settings.service == "referral"
    consumer = Consumer(settings, "sent" if is_referral else "moved")
    relay = Relay(settings, "moved", _connect(settings)) if is_referral else None
    say_ready()
    while True:
        rows = _written(database, TAKEN[settings.service], consumer.take(), keeps=relay is not None)
        if relay is not None:
            relay.send(rows)
        consumer.acknowledge()


def _written(database: Connection, statement: str, events: Sequence[Event], *, keeps: bool) -> list[Row]:
    """Of what was not heard before."""
    bodies = {event["referral_id"]: orjson.dumps(event) if keeps else b"" for event in events}
    values = FACTS | {"ids": [*bodies], "bodies": [*bodies.values()]}
    return [Row(id_, bodies[id_]) for (id_,) in database.execute(statement, values)]


if __name__ == "__main__":
    main()
