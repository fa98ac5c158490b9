"""Packs on quorum queues: sent persistent, mandatory and confirmed; taken as they have come."""

from collections import deque
from typing import Any

import amqp
import orjson
from kombu.utils.url import url_to_parts

from bench.peers.event import Event
from bench.peers.settings import Settings

PACK = 200  #: events in one message
AHEAD = 8  #: messages that may have come and are not acknowledged
PERSISTENT = 2
QUORUM = {"x-queue-type": "quorum"}


class Publisher:
    """Publishes a pack and waits until it is confirmed."""

    def __init__(self, settings: Settings, exchange: str) -> None:
        self._channel, self._exchange = _open(settings), exchange
        _declare_exchange(self._channel, exchange)

    def publish(self, pack: bytes) -> None:
        """One message."""
        message = amqp.Message(pack, delivery_mode=PERSISTENT)
        self._channel.basic_publish(message, self._exchange, mandatory=True)


class Consumer:
    """Takes batches from a queue of its own."""

    def __init__(self, settings: Settings, exchange: str) -> None:
        self._channel, queue = _open(settings), settings.service
        self._came: deque[Any] = deque()
        self._taken = 0
        _declare_exchange(self._channel, exchange)
        self._channel.queue_declare(queue, durable=True, auto_delete=False, arguments=QUORUM)
        self._channel.queue_bind(queue, exchange)
        self._channel.basic_qos(0, AHEAD, a_global=False)
        self._channel.basic_consume(queue, callback=self._came.append)

    def take(self) -> list[Event]:
        """The events of what has come, a pack or a little more of them; waits for at least one message."""
        events: list[Event] = []
        while not events or (self._came and len(events) < PACK):
            while not self._came:
                self._channel.connection.drain_events()
            message = self._came.popleft()
            self._taken = message.delivery_tag
            events += orjson.loads(message.body)
        return events

    def acknowledge(self) -> None:
        """All that was taken."""
        self._channel.basic_ack(self._taken, multiple=True)


def _open(settings: Settings) -> amqp.Channel:
    to = url_to_parts(settings.broker)
    connection = amqp.Connection(
        f"{to.hostname}:{to.port}", to.username, to.password, virtual_host=to.path, confirm_publish=True
    )
    connection.connect()
    return connection.channel()


def _declare_exchange(channel: amqp.Channel, name: str) -> None:
    channel.exchange_declare(name, "fanout", durable=True, auto_delete=False)
