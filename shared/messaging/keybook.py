"""The keys of the others, as the register says them: a table of each service, remembered by its processes."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from sqlalchemy import JSON, Column, Integer, MetaData, String, Table, Text, select

from shared.database import Database, Moment, Transaction
from shared.messaging.errors import Refused, Unready
from shared.messaging.message import HUB, Incoming, Trust
from shared.rows import add
from shared.sealing import Letter, signing_key_id
from shared.sealing.register import ACTIVE, NotFollowed, Roots
from shared.sealing.succession import SignedStatement, Standing

KNOWN_FOR, UNKNOWN_FOR = 30.0, 1.0  #: seconds until a party's keys are looked up again
UNSIGNED_FOR = timedelta(
    days=30
)  #: what a party said under version 0.1.0 may still be under way when it is admitted


def add_key_table(metadata: MetaData) -> None:
    """Define it in the service's own metadata: whom this service believes, made anew from each register.

    A party without a key to sign with runs version 0.1.0, and was known before there was a register; ``since`` is when
    the register gave it one, and empty for all that had one when they were first heard of. ``former`` are keys that it
    signed with before, each with the moment until which new letters may bear it.
    """
    Table(
        "keys",
        metadata,
        Column("party", String(31), primary_key=True),
        Column("sealing", Text, nullable=False),
        Column("signing", Text),
        Column("since", Moment),
        Column("version", Integer, nullable=False),
        Column("state", String(10), nullable=False, server_default=ACTIVE),
        Column("former", JSON),
    )


def keep_keys(tx: Transaction, table: Table, standings: Iterable[Standing], *, version: int) -> None:
    """Let the keys of all parties be those of that version of the register."""
    known = {row.party: row for row in tx.execute(select(table))}
    rows = [_row(one, known.get(one.entry.party), tx.at, version) for one in standings]
    tx.execute(table.delete().where(table.c.party.in_([row["party"] for row in rows])))
    add(tx, table, rows)
    _look_again(tx)


def _row(standing: Standing, known: Any | None, at: datetime, version: int) -> dict[str, Any]:
    former = (*standing.former, *_of_before(standing, known, at))
    return {
        "party": standing.entry.party,
        "sealing": standing.keys.sealing,
        "signing": standing.keys.signing,
        "since": (known.since if known.signing else at) if known else None,
        "version": version,
        "state": standing.state,
        "former": [[key, until.isoformat()] for key, until in former],
    }


def _of_before(standing: Standing, known: Any | None, at: datetime) -> Iterator[tuple[str, datetime]]:
    """Of a party that was admitted anew what it signed with before: it proves what was said, and says nothing more."""
    named = {standing.keys.signing, *(key for key, _ in standing.former)}
    before = [(known.signing, at), *_former(known)] if known and known.signing else []
    return ((key, min(until, at)) for key, until in before if key not in named)


def _former(row: Any) -> Iterator[tuple[str, datetime]]:
    return ((key, datetime.fromisoformat(until)) for key, until in row.former or ())


def may_be_unsigned(tx: Transaction, table: Table, party: str, at: datetime) -> bool:
    """Whether that party said it then under version 0.1.0, which cannot sign.

    It is believed of those only that were known here as such, and not for long after they were admitted: the moment is
    the hub's word.
    """
    found = tx.execute(select(table.c.signing, table.c.since).where(table.c.party == party)).one_or_none()
    if found is None or found.signing is None:
        return found is not None
    return found.since is not None and at < found.since and tx.at < found.since + UNSIGNED_FOR


def signing_keys(tx: Transaction, table: Table) -> dict[str, tuple[str, ...]]:
    """Of each party the public keys to check what it ever signed."""
    rows = tx.execute(select(table).where(table.c.signing.is_not(None)))
    return {row.party: (row.signing, *(key for key, _ in row.former or ())) for row in rows}


def sealing_keys(tx: Transaction, table: Table) -> dict[str, str]:
    """Of each party that may be sealed to the public key to do it with."""
    may_be = table.c.signing.is_not(None) & (table.c.state == ACTIVE)
    rows = tx.execute(select(table.c.party, table.c.sealing).where(may_be))
    return {row.party: row.sealing for row in rows}


def _look_again(tx: Transaction) -> None:
    if tx.outbox.has_scribe:
        tx.after_commit.append(tx.outbox.scribe.book.forget)


@dataclass(frozen=True)
class _Entry:
    until: float
    state: str = ACTIVE
    sealing: str | None = None
    signing: tuple[str, ...] = ()  #: the one that it has, and former ones that may still be met


@dataclass
class KeyBook:
    """What this process knows of the parties' keys; ``roots`` are those of the network, which it was told."""

    name: str
    table: Table
    roots: Roots | None = None
    _entries: dict[str, _Entry] = field(default_factory=dict)

    def learn(self, database: Database, parties: Iterable[str]) -> None:
        """Look up those that are not known, or not lately, and our own, by which we know what to sign with."""
        moment = time.monotonic()
        wanted = {party for party in (self.name, *parties) if self._is_old(party, moment)}
        if not wanted:
            return
        with database.reading() as tx:
            found = tx.execute(select(self.table).where(self.table.c.party.in_(wanted))).all()
        self._entries |= dict.fromkeys(wanted, _Entry(moment + UNKNOWN_FOR))
        self._entries |= {row.party: _entry(row, tx.at, moment + KNOWN_FOR) for row in found}

    def _is_old(self, party: str, moment: float) -> bool:
        entry = self._entries.get(party)
        return entry is None or entry.until < moment

    def forget(self) -> None:
        """The register has changed: look everything up again."""
        self._entries.clear()

    def sealing_key(self, party: str) -> str | None:
        """The key to seal to that party with; None when it has none, or could not read an envelope."""
        entry = self._entries.get(party)
        return entry.sealing if entry and entry.signing and entry.state == ACTIVE else None

    def must_sign(self, party: str) -> bool:
        """A party that has a key to sign with is not heard without its signature."""
        return bool(self.signing_keys(party))

    def signing_keys(self, party: str) -> tuple[str, ...]:
        """Those that a letter of that party may bear now, its present one first."""
        entry = self._entries.get(party)
        return entry.signing if entry else ()

    def believe(self, letter: Letter) -> None:
        """Raises Refused when the letter is not by whom it says, or neither for us nor ours.

        Raises Unready for a key that a register may still bring.
        """
        said = letter.said
        if (entry := self._entries.get(said.sender)) is not None and entry.state != ACTIVE:
            raise Refused(entry.state)
        keys = self.signing_keys(said.sender)
        named = (key for key in chain(keys, brought(letter, keys)) if signing_key_id(key) == said.key)
        key = next(named, None)
        if key is None:
            raise Unready("key_unknown")
        if not letter.is_by(key):
            raise Refused("signature")
        if said.readers and self.name not in (said.sender, *said.readers):
            raise Refused("not_a_reader")


def _entry(row: Any, at: datetime, until: float) -> _Entry:
    former = tuple(key for key, until in _former(row) if at < until)
    return _Entry(until, row.state, row.sealing, (row.signing, *former) if row.signing else ())


def brought(letter: Letter, keys: Sequence[str]) -> Iterator[str]:
    """Keys that the letter itself proves to follow its sender's, who may say so under the new one already."""
    trusted = list(keys[:1])
    for statement in sorted(_statements(letter), key=lambda one: one.said.number):
        said = statement.said
        if trusted and said.party == letter.said.sender and statement.is_by(trusted[-1]):
            trusted.append(said.keys.signing)
            yield said.keys.signing


def _statements(letter: Letter) -> Iterator[SignedStatement]:
    """Those in its events that can be read."""
    for event in letter.said.events:
        data = event.get("data")
        register = data.get("register") if isinstance(data, dict) else None
        told = register.get("statements") if isinstance(register, dict) else [data]
        for one in told if isinstance(told, list) else ():
            if isinstance(one, dict) and {"text", "signature"} <= one.keys():
                with suppress(NotFollowed):
                    statement = SignedStatement(str(one["text"]), str(one["signature"]))
                    _ = statement.said
                    yield statement


def parties_of(incoming: Incoming) -> Iterator[str]:
    """Whose keys are needed to believe it."""
    if incoming.letter is None:
        key = incoming.routing_key.split(".")
        yield key[1] if key[0] == "from" else HUB
    else:
        yield incoming.letter.said.sender
    for letter in incoming.beside.values():
        yield letter.said.sender


@dataclass
class Once:
    """Trust that looks at each letter once, however many events it tells of."""

    trust: Trust
    _seen: dict[int, Refused | Unready | None] = field(default_factory=dict)

    def must_sign(self, sender: str) -> bool:
        """Whether what that sender says without a signature is not to be heard."""
        return self.trust.must_sign(sender)

    def believe(self, letter: Letter) -> None:
        """Raises Refused or Unready with a reason when it is not by whom it says, or is not for us."""
        if id(letter) not in self._seen:
            try:
                self.trust.believe(letter)
                self._seen[id(letter)] = None
            except (Refused, Unready) as refused:
                self._seen[id(letter)] = refused
        if (refusal := self._seen[id(letter)]) is not None:
            raise refusal
