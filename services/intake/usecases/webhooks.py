"""Webhooks to the organisation's own systems: that something happened, and where to look; never what, or to whom.

They are written with what they tell of, in its transaction, and sent by the worker afterwards.
"""

import base64
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from services.intake.domain import Action, Actor
from services.intake.storage import webhooks as rows
from services.intake.storage.webhooks import Delivery, Endpoint
from services.intake.usecases import audit
from services.intake.usecases.checks import Wrong, checked, text
from services.intake.usecases.refusals import Conflict, NotFound, NotPermitted
from shared.clock import new_id
from shared.database import Database, Transaction
from shared.messaging.message import Message
from shared.schemas.life import Move
from shared.schemas.referral import History, Moved, Offered, Overdue
from shared.settings import LOOPBACK

SHOWN = 100  #: deliveries of the log
MOST_ENDPOINTS = 10
KEPT_FOR = timedelta(days=30)  #: in the log
SECRET_BYTES = 32
LONGEST_URL = 500
BY_MACHINE = (Move.SEND, Move.DELIVER)  #: moves of which an offer tells, or nobody needs to be told


class Kind(StrEnum):
    """Why there is a webhook: kept with it, and shown to whoever looks after the node; never said in it."""

    ARRIVED = "referral_arrived"
    MOVED = "referral_moved"
    OVERDUE = "referral_overdue"
    TEST = "test"


def tell_of(tx: Transaction, messages: Iterable[Message]) -> None:
    """Tell every endpoint that is enabled how much these messages of the hub bring: of each kind, one webhook."""
    told = Counter(kind for kind, _ in dict.fromkeys(_told(messages)))
    if told:
        _tell(tx, rows.enabled_endpoints(tx), told)


def _told(messages: Iterable[Message]) -> Iterator[tuple[Kind, UUID]]:
    for message in messages:
        event = message.event
        if isinstance(event, Offered):
            yield Kind.ARRIVED, event.referral_id
        elif isinstance(event, Overdue):
            yield Kind.OVERDUE, event.referral_id
        elif isinstance(event, (Moved, History)):
            moves = event.moves if isinstance(event, History) else [event]
            if any(move.move not in BY_MACHINE for move in moves):
                yield Kind.MOVED, event.referral_id


def _tell(tx: Transaction, endpoints: Iterable[UUID], told: Mapping[Kind, int]) -> None:
    new = [_delivery(tx, endpoint, kind, count) for endpoint in endpoints for kind, count in told.items()]
    rows.add_deliveries(tx, new)


def _delivery(tx: Transaction, endpoint_id: UUID, kind: Kind, count: int) -> Delivery:
    return Delivery(new_id(), endpoint_id, kind, count, tx.at, 0, tx.at, None, None)


@dataclass(frozen=True)
class Webhooks:
    """Where webhooks go, and the newest of what was to be sent."""

    endpoints: tuple[Endpoint, ...]
    log: tuple[Delivery, ...]


def webhooks_page(database: Database, by: Actor) -> Webhooks:
    """For whoever looks after the node; raises NotPermitted."""
    _require(by)
    with database.reading() as tx:
        return Webhooks(tuple(rows.list_endpoints(tx)), tuple(rows.newest_deliveries(tx, limit=SHOWN)))


def _require(by: Actor) -> None:
    if not by.looks_after_the_node:
        raise NotPermitted


def _url(value: Any) -> str | None:
    """https, or http for this machine's own loopback; no user name or password, no fragment."""
    said: str | None = text(LONGEST_URL)(value)
    if said is None:
        return None
    try:
        parts = urlsplit(said)
        parts.port  # noqa: B018 - it raises for what is no port
    except ValueError:
        raise Wrong("not_an_address") from None
    if not parts.hostname or parts.username or parts.password or parts.fragment or not said.isascii():
        raise Wrong("not_an_address")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise Wrong("not_https")
    return said


def add_endpoint(database: Database, url: str, by: Actor, *, may_be_private: bool = False) -> Endpoint:
    """Send webhooks there from now on; its ``secret`` signs them.

    ``may_be_private`` lets the address be one of the organisation's own network. Raises NotPermitted, Invalid
    (``not_https``, ``not_an_address``), or Conflict when there are ten.
    """
    _require(by)
    values = checked({"url": url}, {"url": _url}, needed=("url",))
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    with database.transaction() as tx:
        if len(rows.list_endpoints(tx)) >= MOST_ENDPOINTS:
            raise Conflict("too_many_endpoints")
        made = Endpoint(new_id(), values["url"], secret, may_be_private, True, tx.at, by.username)  # noqa: FBT003
        rows.add_endpoint(tx, made)
        audit.did(tx, by, Action.WEBHOOK_CHANGED)
    return made


def set_enabled(database: Database, endpoint_id: UUID, by: Actor, *, enabled: bool) -> None:
    """Send there, or keep what is to be sent until it is enabled again; raises NotPermitted, NotFound."""
    _change(database, by, lambda tx: rows.set_enabled(tx, endpoint_id, enabled=enabled))


def remove_endpoint(database: Database, endpoint_id: UUID, by: Actor) -> None:
    """Send nothing there, and forget its secret and its log; raises NotPermitted, NotFound."""
    _change(database, by, lambda tx: rows.remove_endpoint(tx, endpoint_id))


def _change(database: Database, by: Actor, do: Any) -> None:
    _require(by)
    with database.transaction() as tx:
        if not do(tx):
            raise NotFound("webhook_not_found")
        audit.did(tx, by, Action.WEBHOOK_CHANGED)


def send_test(database: Database, endpoint_id: UUID, by: Actor) -> None:
    """Send a webhook that tells of nothing; raises NotPermitted, NotFound."""
    _require(by)
    with database.transaction() as tx:
        if rows.find_endpoint(tx, endpoint_id) is None:
            raise NotFound("webhook_not_found")
        _tell(tx, [endpoint_id], {Kind.TEST: 0})


def retry(database: Database, delivery_id: UUID, by: Actor) -> None:
    """Try one again at once, also one that was given up, under the same id; raises NotPermitted, NotFound.

    Raises Conflict for one that was sent.
    """
    _require(by)
    with database.transaction() as tx:
        found = rows.find_delivery(tx, delivery_id)
        if found is None:
            raise NotFound("webhook_not_found")
        if found.sent_at is not None:
            raise Conflict("webhook_sent")
        rows.set_delivery(tx, delivery_id, due_at=tx.at, attempts=0)


def forget_log(database: Database) -> None:
    """What was sent or given up is forgotten after thirty days."""
    with database.transaction() as tx:
        rows.forget_deliveries(tx, tx.at - KEPT_FOR)
