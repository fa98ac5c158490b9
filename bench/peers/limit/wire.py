"""AMQP as bytes: all messages have one form, so that a batch is put together and taken apart without looking.

The first steps (login, queues) are the library's; then the socket is ours.
"""

from dataclasses import dataclass
from socket import socket
from struct import Struct

import amqp
from kombu.utils.url import url_to_parts
from pamqp import body, commands, frame, header

CHANNEL = 1
KEY_LENGTH = 36  #: of an id as text, which is all in which messages differ
FRAME_END = 0xCE
PERSISTENT = commands.Basic.Properties(content_type="application/json", delivery_mode=2)
AHEAD = 1_024  #: messages that may have come and are not acknowledged
RECEIVED_AT_ONCE = 1 << 20  #: bytes
ACK = (60, 80)  #: the class and the method
ANSWER = Struct("!BHLHHQBB")  #: a whole frame that confirms: type, channel, size, method, tag, multiple, end


@dataclass(frozen=True)
class Form:
    """A message, and the id in it, in whose place others come."""

    message: bytes
    key: bytes

    def cut(self, whole: bytes) -> tuple[bytes, bytes]:
        """What stands before and after the id, of that and of the frames around the message."""
        before, _, after = whole.partition(self.key)
        return before, after


class Lost(Exception):
    """The broker said something else than what was expected: the message says what."""


class Publisher:
    """Publishes batches to an exchange and waits until each of them is confirmed."""

    def __init__(self, url: str, exchange: str, form: Form) -> None:
        self._channel = _open(url)
        _declare_exchange(self._channel, exchange)
        self._channel.confirm_select()
        self._socket = _socket(self._channel)
        publish = frame.marshal(commands.Basic.Publish(exchange=exchange), CHANNEL)
        self._before, self._after = form.cut(publish + _content(form.message))
        self._published = 0
        self._unconfirmed: set[int] = set()
        self._unread = b""

    def publish(self, keys: list[str]) -> None:
        """Send a message for each."""
        between = self._after + self._before
        self._socket.sendall(self._before + between.join(key.encode() for key in keys) + self._after)
        first, self._published = self._published + 1, self._published + len(keys)
        self._unconfirmed.update(range(first, self._published + 1))

    def await_confirms(self, at_most: int = 0) -> None:
        """Wait until no more than that many are unconfirmed. Raises Lost if one was refused."""
        while len(self._unconfirmed) > at_most:
            received = self._unread + _receive(self._socket)
            whole = len(received) // ANSWER.size * ANSWER.size
            for _, _, _, *method, tag, multiple, _ in ANSWER.iter_unpack(received[:whole]):
                self._confirm(tuple(method), tag, multiple=bool(multiple))
            self._unread = received[whole:]

    def _confirm(self, method: tuple[int, ...], tag: int, *, multiple: bool) -> None:
        if method != ACK:
            raise Lost(f"the broker answered {method} instead of confirming {tag}")
        if multiple:
            self._unconfirmed.difference_update([one for one in self._unconfirmed if one <= tag])
        else:
            self._unconfirmed.discard(tag)


class Consumer:
    """Takes batches from a durable queue of its own."""

    def __init__(self, url: str, queue: str, exchange: str, form: Form) -> None:
        self._channel = _open(url)
        _declare_exchange(self._channel, exchange)
        self._channel.queue_declare(queue, durable=True, auto_delete=False)
        self._channel.queue_bind(queue, exchange)
        self._channel.basic_qos(0, AHEAD, a_global=False)
        self._channel.basic_consume(queue, consumer_tag=queue, nowait=True)
        self._socket = _socket(self._channel)
        deliver = frame.marshal(commands.Basic.Deliver(queue, 0, exchange=exchange, routing_key=""), CHANNEL)
        before, after = form.cut(deliver + _content(form.message))
        self._key_at, self._size = len(before), len(before) + KEY_LENGTH + len(after)
        self._taken = 0
        self._unread = bytearray()

    def take(self) -> list[str]:
        """The ids of all messages that have come; waits for at least one."""
        received, size = self._unread, self._size
        while len(received) < size:
            received += _receive(self._socket)
        end = len(received) // size * size
        if received[size - 1 : end : size].strip(bytes([FRAME_END])):
            raise Lost("a delivery had another size than it should")
        text = received[:end].decode("latin-1")
        del received[:end]
        self._taken += end // size
        return [text[at : at + KEY_LENGTH] for at in range(self._key_at, end, size)]

    def acknowledge(self) -> None:
        """All that was taken."""
        self._socket.sendall(frame.marshal(commands.Basic.Ack(self._taken, multiple=True), CHANNEL))


def _open(url: str) -> amqp.Channel:
    to = url_to_parts(url)
    connection = amqp.Connection(f"{to.hostname}:{to.port}", to.username, to.password, virtual_host=to.path)
    connection.connect()
    return connection.channel(CHANNEL)


def _declare_exchange(channel: amqp.Channel, name: str) -> None:
    channel.exchange_declare(name, "fanout", durable=True, auto_delete=False)


def _socket(channel: amqp.Channel) -> socket:
    opened: socket = channel.connection.transport.sock
    opened.setblocking(True)  # noqa: FBT003 - the socket's own argument
    return opened


def _content(message: bytes) -> bytes:
    said = header.ContentHeader(body_size=len(message), properties=PERSISTENT)
    return frame.marshal(said, CHANNEL) + frame.marshal(body.ContentBody(message), CHANNEL)


def _receive(opened: socket) -> bytes:
    received = opened.recv(RECEIVED_AT_ONCE)
    if not received:
        raise Lost("the broker has closed the connection")
    return received
