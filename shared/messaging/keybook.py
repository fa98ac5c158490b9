"""The keys of the others, as the directory says them: a table of each service, remembered by its processes."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Integer, MetaData, String, Table, Text, func, select

from shared.database import Database, Moment, Transaction
from shared.messaging.errors import Refused, Unready
from shared.messaging.message import HUB, Incoming, Trust
from shared.rows import add, put
from shared.schemas.referral import DirectoryPublished, Organisation
from shared.sealing import Letter, PublicKeys, signing_key_id

if TYPE_CHECKING:
    from shared.messaging.delivery import Batch

KNOWN_FOR, UNKNOWN_FOR = 30.0, 1.0  #: seconds until a party's keys are looked up again


def add_key_table(metadata: MetaData) -> None:
    """Define it in the service's own metadata.

    ``since`` is when the key to sign with was first heard of; a party without one runs version 0.1.0.
    """
    Table(
        "keys",
        metadata,
        Column("party", String(31), primary_key=True),
        Column("sealing", Text, nullable=False),
        Column("signing", Text),
        Column("since", Moment),
        Column("version", Integer, nullable=False),
    )


def keep_keys(tx: Transaction, table: Table, directory: DirectoryPublished) -> None:
    """Let the keys of all parties be those of the directory, unless a newer one is known."""
    newest = tx.execute(select(func.max(table.c.version))).scalar_one()
    if newest is not None and newest >= directory.directory_version:
        return
    known = {row.party: row for row in tx.execute(select(table))}
    tx.execute(table.delete())
    named = {o.org: o for o in directory.organisations if o.public_key}
    add(tx, table, [_row(tx, o, directory.directory_version, known.get(o.org)) for o in named.values()])
    _look_again(tx)


def _row(tx: Transaction, organisation: Organisation, version: int, known: Any) -> dict[str, Any]:
    first_heard = tx.at if organisation.signing_key else None
    return {
        "party": organisation.org,
        "sealing": organisation.public_key,
        "signing": organisation.signing_key,
        "since": known.since if known is not None and known.since else first_heard,
        "version": version,
    }


def keep_newest_keys(tx: Transaction, table: Table, batch: "Batch") -> None:
    """The same for whatever directories the hub published within a batch."""
    published = [m.event for m in batch.fresh if isinstance(m.event, DirectoryPublished) and m.sender == HUB]
    if published:
        keep_keys(tx, table, max(published, key=lambda directory: directory.directory_version))


def put_keys(tx: Transaction, table: Table, party: str, keys: PublicKeys) -> None:
    """Let these be the keys of that party."""
    row = {"party": party, "sealing": keys.sealing, "signing": keys.signing, "since": tx.at, "version": 0}
    put(tx, table, [row], lambda new, _: {name: new[name] for name in ("sealing", "signing")})
    _look_again(tx)


def may_be_unsigned(tx: Transaction, table: Table, party: str, at: datetime) -> bool:
    """Whether a party that is known said it then, before anybody had heard of a key that it signs with."""
    found = tx.execute(select(table.c.since).where(table.c.party == party)).one_or_none()
    return found is not None and (found.since is None or at < found.since)


def signing_keys(tx: Transaction, table: Table) -> dict[str, str]:
    """Of each party the public key to check what it signs."""
    rows = tx.execute(select(table.c.party, table.c.signing).where(table.c.signing.is_not(None)))
    return {row.party: row.signing for row in rows}


def _look_again(tx: Transaction) -> None:
    if tx.outbox.has_scribe:
        tx.after_commit.append(tx.outbox.scribe.book.forget)


@dataclass(frozen=True)
class _Entry:
    sealing: str | None
    signing: str | None
    until: float


@dataclass
class KeyBook:
    """What this process knows of the parties' keys; ``pinned`` are those that it was told and that nobody changes."""

    name: str
    table: Table
    pinned: Mapping[str, PublicKeys] = field(default_factory=dict)
    _entries: dict[str, _Entry] = field(default_factory=dict)

    def learn(self, database: Database, parties: Iterable[str]) -> None:
        """Look up those that are not known, or not lately."""
        moment = time.monotonic()
        wanted = {party for party in parties if party not in self.pinned and self._is_old(party, moment)}
        if not wanted:
            return
        with database.reading() as tx:
            found = tx.execute(select(self.table).where(self.table.c.party.in_(wanted))).all()
        self._entries |= dict.fromkeys(wanted, _Entry(None, None, moment + UNKNOWN_FOR))
        self._entries |= {row.party: _Entry(row.sealing, row.signing, moment + KNOWN_FOR) for row in found}

    def _is_old(self, party: str, moment: float) -> bool:
        entry = self._entries.get(party)
        return entry is None or entry.until < moment

    def forget(self) -> None:
        """The directory has changed: look everything up again."""
        self._entries.clear()

    def sealing_key(self, party: str) -> str | None:
        """The key to seal to that party with; None when it has none, or could not read an envelope."""
        if party in self.pinned:
            return self.pinned[party].sealing
        entry = self._entries.get(party)
        return entry.sealing if entry and entry.signing else None

    def must_sign(self, party: str) -> bool:
        """A party that has a key to sign with is not heard without its signature."""
        return self._signing_key(party) is not None

    def believe(self, letter: Letter) -> None:
        """Raises Refused when the letter is not by whom it says, or not for us.

        Raises Unready for a key that a directory may still bring.
        """
        said = letter.said
        known = self._signing_key(said.sender)
        if known is None or signing_key_id(known) != said.key:
            raise Unready("key_unknown")
        if not letter.is_by(known):
            raise Refused("signature")
        if said.readers and self.name not in said.readers:
            raise Refused("not_a_reader")

    def _signing_key(self, party: str) -> str | None:
        if party in self.pinned:
            return self.pinned[party].signing
        entry = self._entries.get(party)
        return entry.signing if entry else None


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
