"""What is said: an event on its way into the outbox, to whoever hears it, or in a letter of its own."""

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.clock import new_id
from shared.messaging.message import encode_data, envelope
from shared.messaging.topology import Address
from shared.schemas import Event
from shared.sealing import Unsigned
from shared.values import value


@value(frozen=True)
class Saying:
    """An event and what is said of it, whoever hears it; its data is encoded once."""

    event: Event
    data: Any
    subject: UUID | str
    awaits: str | None = None

    def body(self, id_: UUID, sender: str, at: datetime) -> bytes:
        """The event as one JSON object."""
        return envelope(self.event, self.data, id=id_, sender=sender, subject=self.subject, at=at)


@value(frozen=True)
class Spoken:
    """An event that is said in a letter of its own; ``private`` is sealed already.

    With ``not_before``, and what it ``awaits``, it is held back until then, as durable as everything here.
    """

    event: Event
    to: Address
    subject: UUID | str
    readers: Sequence[str]
    awaits: str | None = None
    private: bytes = b""
    id: UUID = field(default_factory=new_id)
    not_before: datetime | None = None

    def unsigned(self, sender: str, at: datetime) -> Unsigned:
        """What the letter says."""
        said = Saying(self.event, encode_data(self.event), self.subject).body(self.id, sender, at)
        return Unsigned([said], self.readers, self.private)
