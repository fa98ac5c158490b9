"""The register of keys as a service keeps it: it follows a newer one, and believes the keys that this names."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import JSON, Column, Integer, MetaData, Table, Text, select

from shared.database import Moment, Transaction
from shared.messaging.errors import Refused
from shared.messaging.keybook import keep_keys
from shared.schemas.referral import KeyRegister, KeyStatement, Signed
from shared.sealing.network_file import NetworkFile
from shared.sealing.register import NotFollowed, Roots, SignedRegister, follow
from shared.sealing.succession import SignedStatement, merged, needed, standings

Kept = tuple[SignedRegister, list[SignedStatement]]


def add_register_table(metadata: MetaData) -> None:
    """Define it in the service's own metadata: one row, the newest version that was followed."""
    Table(
        "register",
        metadata,
        Column("version", Integer, primary_key=True),
        Column("text", Text, nullable=False),
        Column("signatures", JSON, nullable=False),
        Column("statements", JSON, nullable=False),
        Column("kept_at", Moment, nullable=False),
    )


def kept_register(tx: Transaction, metadata: MetaData, *, locked: bool = False) -> Kept | None:
    """The newest register that was followed, and what parties have said of their keys since."""
    query = select(metadata.tables["register"])
    row = tx.execute(query.with_for_update() if locked else query).one_or_none()
    if row is None:
        return None
    statements = [SignedStatement(**said) for said in row.statements]
    return SignedRegister(row.text, row.signatures), statements


def keep_register(
    tx: Transaction,
    metadata: MetaData,
    roots: Roots,
    offered: SignedRegister,
    statements: Sequence[SignedStatement] = (),
) -> bool:
    """Follow what is offered, and let the parties' keys be what it says; returns whether anything is new.

    Raises NotFollowed, and has changed nothing then.
    """
    known, said = kept_register(tx, metadata, locked=True) or (None, [])
    is_newer = follow(known, offered, roots)
    newest = offered if known is None or is_newer else known
    everything = merged(said, statements)
    found = standings(newest.register, everything)
    if not is_newer and {one.hash for one in everything} == {one.hash for one in said}:
        return False
    _put(tx, metadata.tables["register"], newest, needed(newest.register, everything))
    keep_keys(tx, metadata.tables["keys"], found.values(), version=newest.register.version)
    return True


def _put(tx: Transaction, table: Table, newest: SignedRegister, said: Sequence[SignedStatement]) -> None:
    row: dict[str, Any] = {
        "version": newest.register.version,
        "text": newest.text,
        "signatures": dict(newest.signatures),
        "statements": [one.dump() for one in said],
        "kept_at": tx.at,
    }
    tx.execute(table.delete())
    tx.execute(table.insert().values(**row))


def begin_with(tx: Transaction, metadata: MetaData, network: NetworkFile) -> None:
    """Follow what the network's file says, unless it is older than what is followed; raises NotFollowed."""
    known = kept_register(tx, metadata)
    if known is None or network.register.hash not in known[0].register.before:
        keep_register(tx, metadata, network.roots, network.register, network.statements)


def hear_register(tx: Transaction, metadata: MetaData, published: KeyRegister | None) -> None:
    """Follow what the hub published, where this process knows the network's roots; raises Refused, saying why."""
    roots = tx.outbox.scribe.book.roots if tx.outbox.has_scribe else None
    if published is None or roots is None:
        return
    try:
        keep_register(tx, metadata, roots, *from_wire(published))
    except NotFollowed as error:
        raise Refused(error.code) from None


def from_wire(published: KeyRegister) -> Kept:
    """What an event carries."""
    signatures = {one.by: one.signature for one in published.signatures}
    said = [SignedStatement(one.text, one.signature) for one in published.statements]
    return SignedRegister(published.text, signatures), said


def to_wire(kept: Kept) -> KeyRegister:
    """As an event carries it."""
    signed, said = kept
    return KeyRegister(
        text=signed.text,
        signatures=[Signed(by=by, signature=signature) for by, signature in signed.signatures.items()],
        statements=[KeyStatement(text=one.text, signature=one.signature) for one in said],
    )
