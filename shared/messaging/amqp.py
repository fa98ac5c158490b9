"""The link to RabbitMQ, on kombu: declares nothing, survives what networks do, never logs a body."""

import socket
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from amqp.exceptions import AccessRefused, AMQPError, NotAllowed, NotFound, PreconditionFailed
from kombu import Connection, Consumer, Queue
from kombu.exceptions import KombuError

from shared.messaging import tls
from shared.messaging.confirms import Confirms
from shared.messaging.errors import LinkLost, Misconfigured
from shared.messaging.link import Settled
from shared.messaging.message import LARGEST, Incoming, Outgoing
from shared.messaging.packing import as_uuid
from shared.messaging.pulse import Pulse
from shared.messaging.topology import DELIVERIES, own_exchange, pulse_queue

LINK_ERRORS = (AMQPError, KombuError, OSError)
REFUSALS = (AccessRefused, NotAllowed, NotFound, PreconditionFailed)  #: mended by a person, not by time
HEARTBEAT = 6  #: seconds; a dead peer is noticed after two
PREFETCH = 200  #: messages, packs of many events most of them, the broker may have open with us
CONNECT_TIMEOUT, WRITE_TIMEOUT = 5.0, 10.0  #: seconds
ANSWER_WITHIN = 2.5  #: seconds for each step of taking up work: a queue without a leader would answer late
LAST_LOOK = 0.1  #: seconds in which all is read that may have come, before a broker is given up
#: Bytes of messages from which on no more are read: more than a batch has, and little of a backlog.
ENOUGH = 2_000_000
AT_LEAST = 0.0005  #: seconds to wait for a frame, and for the rest of one that has begun to come
CHUNK = 16_384  #: bytes read from the socket in one go
FAREWELL = 0.1  #: seconds for TLS to say good-bye to a peer that may be dead


@contextmanager
def link_errors() -> Iterator[None]:
    """Every failure of the connection is one of two: lost, or misconfigured. Neither quotes contents."""
    try:
        yield
    except ssl.SSLError as error:
        if advice := tls.remedy(error):
            raise Misconfigured(f"the broker: {advice}") from None
        raise LinkLost(type(error).__name__) from None
    except REFUSALS as error:
        raise Misconfigured(f"{type(error).__name__}: {error.reply_text}") from None
    except LINK_ERRORS as error:
        raise LinkLost(type(error).__name__) from None


class AmqpLink:
    """One connection: a channel that consumes the queue, a channel that publishes with confirms.

    With ``amqps://`` the broker's certificate must be of an authority in ``ca_file``, or else of one that the system
    trusts.
    """

    def __init__(self, url: str, queue: str, *, ca_file: str = "", name: str = "") -> None:
        self.queue, self.blocked = queue, False
        self._arrived: deque[Incoming] = deque()
        self._bytes = 0  # of what has arrived
        self._held: deque[Outgoing] = deque()  # published while the broker wants none
        self._pulse = Pulse(self._ask_for_a_sign)
        with link_errors():
            self._wire = self._connect(url, ca_file, name or queue)
            try:
                self._confirms = Confirms(self._answering(self._wire.channel()))
                self._channel = self._wire.channel()
                self._consumer = self._consume()
                self._wire.sock.settimeout(WRITE_TIMEOUT)  # a write to a dead peer must end
            except BaseException:
                self.close(politely=False)
                raise

    def _connect(self, url: str, ca_file: str, name: str) -> Any:
        """The connection under kombu's: kombu itself would connect again behind our back, without our consumers.

        With the library's own ``TCP_USER_TIMEOUT`` of a second a network that stumbles, or a blocked broker, is a dead
        one (both measured).
        """
        parts = urlsplit(url)
        connection = Connection(
            url,
            ssl=tls.of_the_library(ca_file, parts.hostname) if parts.scheme == "amqps" else False,
            heartbeat=HEARTBEAT,
            connect_timeout=CONNECT_TIMEOUT,
            transport_options={
                "client_properties": {"connection_name": name},
                "socket_settings": {socket.TCP_USER_TIMEOUT: 0},  # heartbeats tell who lives
                "on_blocked": lambda _: self._set_blocked(blocked=True),
                "on_unblocked": lambda: self._set_blocked(blocked=False),
            },
        )
        wire = connection.transport.establish_connection()
        wire.sock.settimeout(ANSWER_WITHIN)
        _read_in_chunks(wire.transport)
        self._beat_at = time.monotonic()
        return wire

    def _answering(self, channel: Any) -> Any:
        for answer in ("basic_ack", "basic_nack"):
            channel.events[answer].add(lambda *_: self._pulse.felt())
        return channel

    def _set_blocked(self, *, blocked: bool) -> None:
        self.blocked = blocked
        if not blocked:
            self._confirms.count_age_from_now()
            self._pulse.felt()

    def _consume(self) -> Consumer:
        self._channel.basic_qos(0, PREFETCH, False)  # noqa: FBT003 - the protocol's own positional flag
        queue = Queue(self.queue, no_declare=True)
        consumer = Consumer(self._channel, [queue], auto_declare=False, on_message=self._arrive)
        consumer.consume()
        return consumer

    def _arrive(self, message: Any) -> None:
        """The decoding of kombu is left out: it logs the raw body of what it cannot decode."""
        self._pulse.felt()
        body = message.body.encode() if isinstance(message.body, str) else bytes(message.body)
        key, often = message.delivery_info.get("routing_key", ""), _deliveries(message.headers) > DELIVERIES
        id_ = as_uuid(message.properties.get("message_id"))
        self._arrived.append(Incoming(id_, key, body, given_up=often, tag=message.delivery_tag))
        self._bytes += len(body)

    @property
    def open_publishes(self) -> int:
        """How many published messages the broker has not answered."""
        return self._confirms.waiting + len(self._held)

    def publish(self, messages: Sequence[Outgoing]) -> None:
        """Pipelined: the broker's answers are read by ``take``, which also sends what a blocked broker made wait."""
        self._held.extend(message for message in messages if len(message.body) <= LARGEST)
        self._confirms.refuse(message.id for message in messages if len(message.body) > LARGEST)
        with link_errors():
            self._send_held()

    def _send_held(self) -> None:
        if self.blocked:
            return
        with self._in_one_write():
            for message in self._held:
                self._confirms.publish(message)
            self._held.clear()

    @contextmanager
    def _in_one_write(self) -> Iterator[None]:
        """What the library would write to the socket message by message goes there in one piece."""
        transport, pieces = self._wire.transport, bytearray()
        write, transport._write = transport._write, pieces.extend  # noqa: SLF001 - it has no buffer of its own
        try:
            yield
        finally:
            transport._write = write  # noqa: SLF001
        if pieces:
            transport.write(memoryview(pieces))

    def settled(self) -> Settled:
        """Answers that arrived since the last call."""
        return self._confirms.collect()

    def take(self, limit: int, timeout: float, linger: float = 0.0) -> list[Incoming]:
        """What has arrived; an answer that stays out for long, and not because of an alarm, means a dead link."""
        with link_errors():
            self._beat()
            self._read(0 if self._arrived and limit else timeout)
            if self._arrived and linger:
                self._read_until(time.monotonic() + linger, lambda: self._has_room(limit))
            self._send_held()
            self._check_life()
        taken = [self._arrived.popleft() for _ in range(min(limit, len(self._arrived)))]
        self._bytes -= sum(len(message.body) for message in taken)
        return taken

    def _read(self, timeout: float) -> None:
        """Wait for the first frame, then read on in what came with it."""
        with _until_time_is_up():
            self._wire.blocking_read(max(timeout, AT_LEAST))
            while self._has_room(PREFETCH) and self._wire.transport._read_buffer:  # noqa: SLF001 - it tells nobody
                self._wire.blocking_read(AT_LEAST)

    def _has_room(self, limit: int) -> bool:
        return len(self._arrived) < limit and self._bytes < ENOUGH

    def _read_until(self, end: float, wants_more: Callable[[], bool]) -> None:
        with _until_time_is_up():
            while wants_more() and (left := end - time.monotonic()) > 0:
                self._wire.blocking_read(left)

    def _check_life(self) -> None:
        if self.blocked:
            return
        if self._pulse.is_missed:
            self._read_until(time.monotonic() + LAST_LOOK, lambda: True)
        self._confirms.check_age()
        self._pulse.feel()
        if self._confirms.wants_a_sign:
            self._ask_for_a_sign()
        if self._confirms.is_worn:
            self._renew()

    def _ask_for_a_sign(self) -> None:
        self._confirms.ask(own_exchange(self.queue), pulse_queue(self.queue))

    def _renew(self) -> None:
        """RabbitMQ 3.10 may refuse or forget what is published where it was when a queue had no leader (measured)."""
        channel = self._answering(self._wire.channel())
        self._confirms = Confirms(channel, self._confirms.retire())

    def _beat(self) -> None:
        if time.monotonic() - self._beat_at > HEARTBEAT / 3:
            self._wire.heartbeat_tick()
            self._beat_at = time.monotonic()

    def acknowledge(self, batch: Sequence[Incoming]) -> None:
        """One acknowledgement for the batch and so for all taken before it."""
        with link_errors():
            self._channel.basic_ack(batch[-1].tag, multiple=True)

    def stop_taking(self) -> None:
        """Cancel the consumer; what has arrived is still handed out."""
        with link_errors():
            self._consumer.cancel()

    def close(self, *, politely: bool) -> None:
        """A polite close waits for the broker's own, so only after a clean end."""
        if politely:
            with link_errors():
                self._wire.close()
            return
        with suppress(Exception):  # the peer may be dead: whatever happens here, it is over
            if self._wire.connected:
                self._wire.sock.settimeout(FAREWELL)
            self._wire.collect()


@contextmanager
def _until_time_is_up() -> Iterator[None]:
    """A time-out ends the block.

    It holds the frames that it came through, one of which holds it: what they know of would stay until garbage is
    looked for. So they are let go.
    """
    try:
        yield
    except TimeoutError as over:
        error: BaseException | None = over
        while error is not None:
            error.__traceback__, error = None, error.__context__


def _read_in_chunks(transport: Any) -> None:
    """The library asks the socket for each frame in three pieces, a few bytes each; what it gets over, it keeps."""
    receive = transport.sock.recv
    transport._quick_recv = lambda wanted: receive(max(wanted, CHUNK))  # noqa: SLF001 - no setting tells it so


def _deliveries(headers: Mapping[str, Any] | None) -> int:
    """How often the broker has handed it over, this time too: it counts those that nobody answered."""
    unanswered = (headers or {}).get("x-delivery-count", 0)
    return 1 + unanswered if isinstance(unanswered, int) else 1
