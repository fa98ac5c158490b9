"""Handlers that take a model, write by a session of their own, and return what is published next."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from faststream import Depends
from faststream.rabbit import Channel, ExchangeType, RabbitBroker, RabbitExchange, RabbitQueue, RabbitRouter
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from bench.peers import rows, tables
from bench.peers.event import event_of
from bench.peers.settings import read_settings

CONNECTIONS = 20  #: to the database, and messages at a time

settings = read_settings()
engine = create_async_engine(
    settings.database_by("postgresql+asyncpg"), pool_size=CONNECTIONS, max_overflow=0
)
Sessions = async_sessionmaker(engine, expire_on_commit=False)
at_a_time = Channel(prefetch_count=CONNECTIONS)
broker = RabbitBroker(settings.broker, default_channel=at_a_time, logger=None)

SENT = RabbitExchange("intake", ExchangeType.TOPIC)
MOVED = RabbitExchange("referral", ExchangeType.TOPIC)


class Told(BaseModel):
    """The event."""

    referral_id: UUID
    from_org: str
    to_org: str
    service_type: str
    urgency: str
    state: str
    sealed_person: str


async def new_session() -> AsyncIterator[AsyncSession]:
    """One for each message."""
    async with Sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(new_session)]

referral, notifications, reporting = RabbitRouter(), RabbitRouter(), RabbitRouter()
ROUTERS = {"referral": referral, "notifications": notifications, "reporting": reporting}
publisher = broker.publisher(exchange=SENT, routing_key="sent", persist=True)


async def send() -> None:
    """A case and its referral, committed; then the event, confirmed."""
    async with Sessions.begin() as session:
        sent = rows.sent()
        session.add(sent)
    await publisher.publish(Told(**event_of(sent.id)))


@referral.subscriber(RabbitQueue("referral", durable=True, routing_key="sent"), SENT)
@referral.publisher(exchange=MOVED, routing_key="moved", persist=True)
async def take(event: Told, session: Session) -> Told:
    """The referral and its first move."""
    facts = event.model_dump(include={"to_org", "service_type", "state"})
    taken = tables.TakenReferral(id=event.referral_id, **facts)
    session.add(tables.Move(referral=taken, state=taken.state))
    await session.commit()
    return event


@notifications.subscriber(RabbitQueue("notifications", durable=True, routing_key="moved"), MOVED)
async def note(event: Told, session: Session) -> None:
    """One notice."""
    session.add(tables.Notice(referral_id=event.referral_id, org=event.to_org))
    await session.commit()


@reporting.subscriber(RabbitQueue("reporting", durable=True, routing_key="moved"), MOVED)
async def count(event: Told, session: Session) -> None:
    """One row for each referral."""
    facts = event.model_dump(include={"service_type", "state"})
    session.add(tables.Counted(referral_id=event.referral_id, **facts))
    await session.commit()
