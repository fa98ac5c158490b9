"""Say it in the same breath as you write it: events leave with the commit or not at all, and stay until heard."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, delete, select, update

from shared import tracing
from shared.clock import new_id
from shared.database import Transaction
from shared.failpoints import reached
from shared.messaging.drafts import draft
from shared.messaging.message import Outgoing, encode_data
from shared.messaging.packing import Pack, as_one, packed
from shared.messaging.scribe import PACK_RECEIVED, Scribe
from shared.messaging.spoken import Saying, Spoken
from shared.messaging.topology import Address
from shared.rows import add, among
from shared.schemas import Event
from shared.sealing import Letter, framed

PACKED = (None, PACK_RECEIVED)


def received(message_id: UUID) -> str:
    """The receipt that is awaited for a pack that ends with this message."""
    return f"{PACK_RECEIVED}:{message_id}"


def _receipt_of(pack: Pack) -> str | None:
    return received(pack[-1].id) if pack[-1].awaits else None


@dataclass(frozen=True)
class Patience:
    """How long the outbox waits before it sends a row again.

    ``confirm``: seconds for the broker's confirm. ``receipt`` … ``longest``: seconds for a receipt from the
    other end, doubling (security, section 2: 1 min … 6 h).
    """

    confirm: float = 15
    receipt: float = 60
    longest: float = 6 * 3600

    def until_again(self, attempts: int, *, awaited: bool) -> timedelta:
        """The time from the attempt of that number (from 0) to the next."""
        if not awaited:
            return timedelta(seconds=self.confirm)
        return timedelta(seconds=min(self.receipt * 2 ** min(attempts, 20), self.longest))


@dataclass(frozen=True)
class _OfMany:
    """What is done to many rows at once, put together once."""

    put_off: Any
    offer_again: Any
    forget: Any
    receive: Any


def _of_many(table: Table, *, sqlite: bool) -> _OfMany:
    these = among(table.c.message_id, "ids", sqlite=sqlite)
    later = update(table).where(these).values(due_at=bindparam("again"))
    return _OfMany(
        put_off=later.values(attempts=bindparam("attempts_now")),
        offer_again=later,
        forget=delete(table).where(these, table.c.awaits.is_(None)),
        receive=delete(table).where(among(table.c.awaits, "awaited", sqlite=sqlite)),
    )


class Outbox:
    """Rows that wait to be sent, confirmed and, where one is awaited, receipted by the other end.

    A row is sent when ``due_at`` has come, and each attempt puts ``due_at`` off. It is deleted by the broker's
    confirm or, if it names what it ``awaits``, by that receipt only; a pack is received when its last event is.
    ``hand_over`` is set in the process whose relay sends: there a row is claimed for it from the start.
    """

    def __init__(
        self, table: Table, *, sender: str, patience: Patience | None = None, scribe: Scribe | None = None
    ) -> None:
        self.table, self.sender, self._scribe = table, sender, scribe
        self.patience = patience or Patience()
        self.hand_over: Callable[[Sequence[Outgoing]], None] | None = None
        # Asked fifty times a second, so built once. In the order of an index: what only waits is not passed over.
        oldest = (table.c.due_at, table.c.message_id)
        due = (
            select(table).where(table.c.due_at <= bindparam("at")).order_by(*oldest).limit(bindparam("limit"))
        )
        self._these = cache(lambda sqlite: _of_many(table, sqlite=sqlite))
        self._look, self._take = (
            due.with_only_columns(table.c.message_id),
            due.with_for_update(skip_locked=True),
        )

    def publish(  # noqa: PLR0913 - all that can be said of a message
        self,
        tx: Transaction,
        event: Event,
        *,
        to: Address,
        subject: UUID | str,
        awaits: str | None = None,
        encloses: Sequence[Letter] = (),
    ) -> UUID:
        """Send the event once this transaction has committed; returns the message's id.

        With ``awaits`` it is kept, and sent again, until that is receipted. Letters of others may be enclosed.
        """
        return self._say(tx, Saying(event, encode_data(event), subject, awaits), to, encloses)

    def publish_to_all(
        self,
        tx: Transaction,
        event: Event,
        *,
        to: Sequence[Address],
        subject: UUID | str,
        encloses: Mapping[Address, Letter] | None = None,
    ) -> None:
        """Send the event to several addresses, each as a message of its own, to some with a letter enclosed.

        What goes to an address that ``says_received`` is kept until it has said so.
        """
        saying, letters = Saying(event, encode_data(event), subject), encloses or {}
        for address in to:
            self._say(tx, saying, address, [letters[address]] if address in letters else ())

    def _say(self, tx: Transaction, saying: Saying, to: Address, encloses: Sequence[Letter]) -> UUID:
        id_ = new_id()
        body = draft(saying.body(id_, self.sender, tx.at), encloses)
        receipt = saying.awaits or (PACK_RECEIVED if to.says_received else None)
        self.send(tx, Outgoing(id_, to.exchange, to.key(saying.event), body, receipt))
        return id_

    def publish_letter(  # noqa: PLR0913 - all that can be said of a letter
        self,
        tx: Transaction,
        event: Event,
        *,
        to: Address,
        subject: UUID | str,
        readers: Sequence[str],
        awaits: str | None = None,
        private: bytes = b"",
        id_: UUID | None = None,
        not_before: datetime | None = None,
    ) -> Letter:
        """The same with a signature of its own, so that it can be passed on; see ``Spoken``."""
        said = Spoken(event, to, subject, readers, awaits, private, id_ or new_id(), not_before)
        [letter] = self.publish_letters(tx, [said])
        return letter

    def publish_letters(self, tx: Transaction, spoken: Sequence[Spoken]) -> list[Letter]:
        """Several at once, for which one signature is made; each can be passed on by itself."""
        letters = self.scribe.write([one.unsigned(self.sender, tx.at) for one in spoken])
        for one, letter in zip(spoken, letters, strict=True):
            key, frames = one.to.key(one.event), framed([letter])
            self.send(tx, Outgoing(one.id, one.to.exchange, key, frames, one.awaits, one.not_before))
        return letters

    @property
    def scribe(self) -> Scribe:
        """Where letters are written and read; TypeError for an outbox without one."""
        if self._scribe is None:
            raise TypeError("this outbox was made without a scribe")
        return self._scribe

    @property
    def has_scribe(self) -> bool:
        """Whether what leaves is signed and sealed; without, it is for tests of what lies around."""
        return self._scribe is not None

    def send(self, tx: Transaction, message: Outgoing) -> None:
        """Send bytes as they are once this transaction has committed."""
        if self not in tx.gathered:
            tx.gathered[self] = []
            tx.before_commit.append(self._write)
        if tracing.is_on():
            tracing.mark("event.said", message_id=str(message.id))
        tx.gathered[self].append(message)

    def _write(self, tx: Transaction) -> None:
        messages, mine = self._packed(tx.gathered[self]), self.hand_over is not None
        if not messages:
            return
        add(tx, self.table, [self._row(message, tx.at, claimed=mine) for message in messages])
        if self.hand_over is not None:
            hand_over, now = self.hand_over, [message for message in messages if message.not_before is None]
            tx.after_commit.append(lambda: hand_over(now))

    @staticmethod
    def _packed(messages: Sequence[Outgoing]) -> list[Outgoing]:
        """What awaits a receipt of its own keeps a row of its own; all else becomes few rows, however much it is."""
        own = [message for message in messages if message.awaits not in PACKED]
        packs = packed(message for message in messages if message.awaits in PACKED)
        return own + [replace(as_one(pack), awaits=_receipt_of(pack)) for pack in packs]

    def _row(self, message: Outgoing, at: datetime, *, claimed: bool) -> dict[str, object]:
        wait = self.patience.until_again(0, awaited=message.awaits is not None)
        held = message.not_before
        due_at = held or (at + wait if claimed else at)
        return {
            "message_id": message.id,
            "exchange": message.exchange,
            "routing_key": message.routing_key,
            "body": message.body,
            "awaits": message.awaits,
            "attempts": int(claimed and held is None),
            "due_at": due_at,
        }

    def anything_due(self, tx: Transaction) -> bool:
        """A look that takes no lock."""
        return tx.execute(self._look, {"at": tx.at, "limit": 1}).first() is not None

    def claim_due(self, tx: Transaction, limit: int) -> list[Outgoing]:
        """Take the oldest due rows for sending, putting each off to its next attempt."""
        at = tx.at
        rows = tx.execute(self._take, {"at": at, "limit": limit}).all()
        for attempts, awaited in {(row.attempts, row.awaits is not None) for row in rows}:
            ids = [r.message_id for r in rows if (r.attempts, r.awaits is not None) == (attempts, awaited)]
            again = at + self.patience.until_again(attempts, awaited=awaited)
            putting_off = self._these(tx.is_sqlite).put_off
            tx.execute(putting_off, {"ids": ids, "attempts_now": attempts + 1, "again": again})
        return [Outgoing(r.message_id, r.exchange, r.routing_key, r.body, r.awaits) for r in rows]

    def confirmed(self, tx: Transaction, ids: Iterable[UUID]) -> None:
        """The broker has them: forget those that await no receipt."""
        tx.execute(self._these(tx.is_sqlite).forget, {"ids": list(ids)})

    def refused(self, tx: Transaction, ids: Iterable[UUID], *, after: timedelta) -> None:
        """The broker would not take them: try again after a while."""
        tx.execute(self._these(tx.is_sqlite).offer_again, {"ids": list(ids), "again": tx.at + after})

    def take_back(self, tx: Transaction, awaited: str) -> bool:
        """Unsay what is held back; says whether it was still here. Whoever sends it meanwhile has it."""
        held = self._held(tx, awaited)
        return bool(tx.execute(delete(self.table).where(*held)).rowcount)

    def let_go(self, tx: Transaction, awaited: str) -> bool:
        """Hold it back no longer; says whether it was held."""
        held = self._held(tx, awaited)
        return bool(tx.execute(update(self.table).where(*held).values(due_at=tx.at)).rowcount)

    def _held(self, tx: Transaction, awaited: str) -> list[Any]:
        c = self.table.c
        return [c.awaits == awaited, c.attempts == 0, c.due_at > tx.at]

    def receipted(self, tx: Transaction, awaited: Iterable[str]) -> None:
        """The other end has said that it is stored: the rows are done, and so are those of this transaction."""
        done = frozenset(awaited)
        tx.execute(self._these(tx.is_sqlite).receive, {"awaited": sorted(done)})
        if self in tx.gathered:
            tx.gathered[self] = [message for message in tx.gathered[self] if message.awaits not in done]
        reached("outbox.receipted")
