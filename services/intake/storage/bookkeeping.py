"""Queries on what the node keeps about itself: revisions, remembered answers, its link, whose it is."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from services.intake.storage.tables import idempotency_keys, link, node, revisions
from shared.database import Transaction
from shared.rows import add_new, insert_into


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


def claim_key(tx: Transaction, username: str, key: str, body_sha256: str) -> bool:
    """Whether the key is new; a second request with it waits here until the first has committed."""
    claim = {"username": username, "key": key, "body_sha256": body_sha256, "at": tx.at}
    return bool(add_new(tx, idempotency_keys, [claim]))


def find_key(tx: Transaction, username: str, key: str) -> Any | None:
    """What is remembered under the key."""
    c = idempotency_keys.c
    query = select(idempotency_keys).where(c.username == username, c.key == key)
    return tx.execute(query).one_or_none()


def set_answer(tx: Transaction, username: str, key: str, *, status: int, answer: Any) -> None:
    """Remember what was answered."""
    c = idempotency_keys.c
    mine = (c.username == username) & (c.key == key)
    tx.execute(update(idempotency_keys).where(mine).values(status=status, answer=answer))


def put_link(tx: Transaction, name: str, state: str) -> None:
    """A worker is alive, and says how its link to the hub is."""
    put = insert_into(tx, link)
    values = {"seen_at": tx.at, "state": state}
    tx.execute(put.values(name=name, **values).on_conflict_do_update(index_elements=["name"], set_=values))


def find_link(tx: Transaction, name: str) -> tuple[datetime, str] | None:
    """When the worker was alive last, and how its link was."""
    row = tx.execute(select(link).where(link.c.name == name)).one_or_none()
    return (row.seen_at, row.state) if row else None


def owner(tx: Transaction) -> str | None:
    """Whose node this is."""
    return tx.execute(select(node.c.org)).scalar_one_or_none()


def set_owner(tx: Transaction, org: str) -> None:
    """The node is that organisation's from now on."""
    tx.execute(insert(node).values(org=org, claimed_at=tx.at))
