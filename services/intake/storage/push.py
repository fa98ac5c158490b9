"""Queries on which browsers are told by push, and on the node's own key towards push services."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, insert, select

from services.intake.domain.push import MOST_BROWSERS, Subscription
from services.intake.storage.push_tables import keys, subscriptions
from shared.at_rest import Unreadable, place
from shared.database import Transaction
from shared.rows import add_new

ONLY = 1
SEALED = ("endpoint", "p256dh", "auth")


def own_key(tx: Transaction) -> bytes | None:
    """The private key towards push services, if one was made; raises Unreadable."""
    sealed = tx.execute(select(keys.c.sealed)).scalar_one_or_none()
    return None if sealed is None else tx.at_rest.open(sealed, place("push_keys.sealed", ONLY)).rstrip()


def keep_own_key(tx: Transaction, make: Callable[[], bytes]) -> None:
    """Keep a new one, unless somebody else has kept one meanwhile."""
    sealed = tx.at_rest.seal(make(), place("push_keys.sealed", ONLY))
    add_new(tx, keys, [{"id": ONLY, "sealed": sealed}])


def add_subscription(tx: Transaction, new: Subscription) -> None:
    """Tell that browser, on behalf of this person alone; beyond so many the oldest of theirs goes."""
    c, address = subscriptions.c, tx.at_rest.blind("push", new.endpoint)
    tx.execute(delete(subscriptions).where(c.address.in_(tx.at_rest.blinds("push", new.endpoint))))
    mine = select(c.id).where(c.username == new.username).order_by(c.made_at.desc(), c.id.desc())
    old = tx.execute(mine.offset(MOST_BROWSERS - 1)).scalars().all()
    tx.execute(delete(subscriptions).where(c.id.in_(old)))
    hidden = orjson.dumps({name: getattr(new, name) for name in SEALED})
    sealed = tx.at_rest.seal(hidden, place("push_subscriptions.sealed", new.id))
    row = {"id": new.id, "username": new.username, "made_at": new.made_at}
    tx.execute(insert(subscriptions).values(row | {"address": address, "sealed": sealed}))


def subscriptions_of(tx: Transaction, username: str) -> list[Subscription]:
    """The browsers in which somebody is told, the oldest first."""
    c = subscriptions.c
    query = select(subscriptions).where(c.username == username).order_by(c.made_at, c.id)
    return [_subscription(tx, row) for row in tx.execute(query).mappings()]


def _subscription(tx: Transaction, row: Any) -> Subscription:
    known: dict[str, Any] = {name: row[name] for name in ("id", "username", "made_at")}
    try:
        hidden = tx.at_rest.open(row["sealed"], place("push_subscriptions.sealed", row["id"]))
    except Unreadable:
        return Subscription(**known | dict.fromkeys(SEALED, ""))
    return Subscription(**known | orjson.loads(hidden))


def subscribers(tx: Transaction) -> set[str]:
    """Who is told in some browser, by user name."""
    return set(tx.execute(select(subscriptions.c.username).distinct()).scalars())


def erase_subscription(tx: Transaction, subscription_id: UUID, username: str) -> bool:
    """Nothing of it stays; says whether it was there, and theirs."""
    c = subscriptions.c
    mine = (c.id == subscription_id, c.username == username)
    return bool(tx.execute(delete(subscriptions).where(*mine)).rowcount)
