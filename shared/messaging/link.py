"""What the pump needs of a broker; RabbitMQ and the embedded bus both are one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from shared.messaging.message import Incoming, Outgoing


@dataclass
class Settled:
    """What the broker said of published messages since it was last asked."""

    confirmed: set[UUID] = field(default_factory=set)
    refused: set[UUID] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.confirmed or self.refused)


class Link(Protocol):
    """One open connection to the broker. Every method may raise LinkLost."""

    @property
    def open_publishes(self) -> int:
        """How many published messages the broker has not answered."""

    @property
    def blocked(self) -> bool:
        """Whether the broker has asked publishers to wait."""

    def publish(self, messages: Sequence[Outgoing]) -> None:
        """Hand messages over without waiting; the broker's answers come through ``settled``.

        One that is too large is refused, whatever the broker thinks of it.
        """

    def settled(self) -> Settled:
        """Answers that arrived since the last call."""

    def take(self, limit: int, timeout: float, linger: float = 0.0) -> list[Incoming]:
        """Messages that have arrived, waiting up to ``timeout`` seconds for the first, and ``linger`` for more.

        Sees to heartbeats. Who can take none (``limit`` 0) waits for news, such as an answer, whatever has arrived.
        """

    def acknowledge(self, batch: Sequence[Incoming]) -> None:
        """These, and so all taken before them, are dealt with."""

    def stop_taking(self) -> None:
        """Ask for no more messages."""

    def close(self, *, politely: bool) -> None:
        """End the connection; impolitely when the other side may be dead."""
