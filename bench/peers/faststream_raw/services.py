"""Handlers that write with one statement each, which is a transaction of its own."""

from typing import Any
from uuid import uuid4

import asyncpg
import orjson
from faststream.rabbit import Channel, ExchangeType, RabbitBroker, RabbitExchange, RabbitQueue, RabbitRouter
from faststream.rabbit.annotations import RabbitMessage

from bench.peers.event import CONTENT, REFERRAL, Event, event_of
from bench.peers.settings import read_settings

CONNECTIONS = 20  #: to the database, and messages at a time

SEND = """
WITH new AS (INSERT INTO cases (id, opened_at) VALUES ($1, now()))
INSERT INTO referrals (id, case_id, to_org, service_type, content, sent_at) VALUES ($2, $1, $3, $4, $5, now())
"""
TAKE = """
WITH new AS (INSERT INTO referrals (id, to_org, service_type, state, taken_at) VALUES ($1, $2, $3, $4, now()))
INSERT INTO moves (id, referral_id, state, recorded_at) VALUES ($5, $1, $4, now())
"""
NOTE = "INSERT INTO notices (id, referral_id, org, created_at) VALUES ($1, $2, $3, now())"
COUNT = """
INSERT INTO counted (id, referral_id, service_type, state, counted_at) VALUES ($1, $2, $3, $4, now())
"""
SENT = RabbitExchange("intake", ExchangeType.TOPIC)
MOVED = RabbitExchange("referral", ExchangeType.TOPIC)


async def decode(message: RabbitMessage) -> Event:
    """The event, as it is: nobody looks at its type."""
    return orjson.loads(message.body)


settings = read_settings()
broker = RabbitBroker(
    settings.broker,
    default_channel=Channel(prefetch_count=CONNECTIONS),
    decoder=decode,
    apply_types=False,
    logger=None,
)
referral, notifications, reporting = RabbitRouter(), RabbitRouter(), RabbitRouter()
ROUTERS = {"referral": referral, "notifications": notifications, "reporting": reporting}


class Database:
    """Its connections; what is written is committed."""

    async def open(self) -> None:
        """Connect; a connection is given to the next message as the last one left it."""
        dsn = settings.database_by("postgresql")
        self._pool = await asyncpg.create_pool(dsn, min_size=1, max_size=CONNECTIONS, reset=_leave)

    async def write(self, statement: str, *values: Any) -> None:
        """One transaction."""
        await self._pool.execute(statement, *values)


async def _leave(_connection: Any) -> None:
    """Nothing was set that would have to be set back."""


database = Database()


async def send() -> None:
    """A case and its referral, committed; then the event, confirmed."""
    referral_id, content = uuid4(), orjson.dumps(CONTENT).decode()
    facts = (REFERRAL["to_org"], REFERRAL["service_type"])
    await database.write(SEND, uuid4(), referral_id, *facts, content)
    await broker.publish(orjson.dumps(event_of(referral_id)), exchange=SENT, routing_key="sent", persist=True)


@referral.subscriber(RabbitQueue("referral", durable=True, routing_key="sent"), SENT)
async def take(event: Event) -> None:
    """The referral and its first move."""
    facts = (event["to_org"], event["service_type"], event["state"])
    await database.write(TAKE, event["referral_id"], *facts, uuid4())
    await broker.publish(orjson.dumps(event), exchange=MOVED, routing_key="moved", persist=True)


@notifications.subscriber(RabbitQueue("notifications", durable=True, routing_key="moved"), MOVED)
async def note(event: Event) -> None:
    """One notice."""
    await database.write(NOTE, uuid4(), event["referral_id"], event["to_org"])


@reporting.subscriber(RabbitQueue("reporting", durable=True, routing_key="moved"), MOVED)
async def count(event: Event) -> None:
    """One row for each referral."""
    await database.write(COUNT, uuid4(), event["referral_id"], event["service_type"], event["state"])
