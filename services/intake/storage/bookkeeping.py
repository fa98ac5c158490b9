"""Queries on what the node keeps about itself: revisions, remembered answers, its link, whose it is, its keys."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, inspect, select, update

from services.intake.storage import cells
from services.intake.storage.tables import idempotency_keys, link, node, revisions, storage_keys
from shared.at_rest import Unreadable, place
from shared.database import Transaction
from shared.rows import add_new, insert_into

BODY = "body"  #: meaning of what is remembered of a request: a hash alone could be guessed from a telephone number


def next_revision(tx: Transaction, name: str, sha256: str) -> int | None:
    """The number under which to say something that has changed; None when it is what was said last."""
    row = tx.execute(select(revisions).where(revisions.c.name == name).with_for_update()).one_or_none()
    if row and row.sha256 == sha256:
        return None
    number = row.number + 1 if row else 1
    if row:
        mine = revisions.c.name == name
        tx.execute(update(revisions).where(mine).values(number=number, sha256=sha256))
    else:
        tx.execute(insert(revisions).values(name=name, number=number, sha256=sha256))
    return number


def go_above(tx: Transaction, name: str, number: int) -> None:
    """Say it again, under a number above that one, unless we have gone above it already."""
    c = revisions.c
    below = update(revisions).where(c.name == name, c.number <= number)
    tx.execute(below.values(number=number, sha256=""))


def claim_key(tx: Transaction, username: str, key: str, body_sha256: str) -> bool:
    """Whether the key is new; a second request with it waits here until the first has committed."""
    blind = tx.at_rest.blind(BODY, body_sha256).hex()
    claim = {"username": username, "key": key, "body_sha256": blind, "at": tx.at}
    return bool(add_new(tx, idempotency_keys, [claim]))


@dataclass(frozen=True)
class Remembered:
    """What was answered: HTTP's status and the JSON."""

    status: int
    answer: Any


def is_claimed(tx: Transaction, username: str, key: str) -> bool:
    """Whether the key stands for a request."""
    c = idempotency_keys.c
    return tx.execute(select(c.key).where(c.username == username, c.key == key)).one_or_none() is not None


def find_answer(tx: Transaction, username: str, key: str, body_sha256: str) -> Remembered | None:
    """What is remembered under the key; None where it stands for another request, or its answer is unreadable."""
    c = idempotency_keys.c
    same = c.body_sha256.in_(blind.hex() for blind in tx.at_rest.blinds(BODY, body_sha256))
    query = select(c.status, c.sealed).where(c.username == username, c.key == key, same)
    row = tx.execute(query).one_or_none()
    try:
        return Remembered(row.status, cells.answer_in(tx.at_rest, username, key, row.sealed)) if row else None
    except Unreadable:
        return None


def set_answer(tx: Transaction, username: str, key: str, *, status: int, answer: Any) -> None:
    """Remember what was answered."""
    c = idempotency_keys.c
    mine = (c.username == username) & (c.key == key)
    sealed = cells.of_answer(tx.at_rest, username, key, answer)
    tx.execute(update(idempotency_keys).where(mine).values(status=status, sealed=sealed))


def put_link(tx: Transaction, name: str, state: str) -> None:
    """A worker is alive, and says how its link to the hub is."""
    put = insert_into(tx, link)
    values = {"seen_at": tx.at, "state": state}
    tx.execute(put.values(name=name, **values).on_conflict_do_update(index_elements=["name"], set_=values))


def find_link(tx: Transaction, name: str) -> tuple[datetime, str] | None:
    """When the worker was alive last, and how its link was."""
    row = tx.execute(select(link).where(link.c.name == name)).one_or_none()
    return (row.seen_at, row.state) if row else None


def links_since(tx: Transaction, prefix: str, moment: datetime) -> list[tuple[str, datetime, str]]:
    """Name, time and state of those that begin so and were seen since then."""
    c = link.c
    query = select(c.name, c.seen_at, c.state).where(c.name.startswith(prefix), c.seen_at >= moment)
    return [(row.name, row.seen_at, row.state) for row in tx.execute(query.order_by(c.name))]


def forget_links(tx: Transaction, prefix: str, before: datetime) -> None:
    """Those that begin so and were not seen since then."""
    tx.execute(delete(link).where(link.c.name.startswith(prefix), link.c.seen_at < before))


def owner(tx: Transaction) -> str | None:
    """Whose node this is."""
    return tx.execute(select(node.c.org)).scalar_one_or_none()


def set_owner(tx: Transaction, org: str) -> None:
    """The node is that organisation's from now on."""
    tx.execute(insert(node).values(org=org, claimed_at=tx.at))


PROVEN = b"This database is sealed with this key."


def has_keys(tx: Transaction) -> bool:
    """Whether the database is of a version that is sealed."""
    return inspect(tx.connection).has_table(storage_keys.name)


def lacks_key(tx: Transaction) -> bool:
    """Whether something here was sealed with a storage key that is not among ours."""
    found = tx.execute(select(storage_keys.c.id, storage_keys.c.proof)).all()
    return not all(_proves(tx, row.id, row.proof) for row in found)


def _proves(tx: Transaction, id_: str, proof: bytes) -> bool:
    try:
        return tx.at_rest.open(proof, place("storage_keys.proof", id_)).rstrip() == PROVEN
    except Unreadable:
        return False


def use_key(tx: Transaction) -> None:
    """Note that something here may be sealed with our newest storage key from now on."""
    id_ = tx.at_rest.id
    proof = tx.at_rest.seal(PROVEN, place("storage_keys.proof", id_))
    row = {"id": id_, "proof": proof, "used_since": tx.at, "rewritten_at": tx.at}
    add_new(tx, storage_keys, [row])  # nothing is in the clear here until something is found to be
