"""Send the webhooks that are due: each endpoint in a thread of its own, so that a slow one is slow to itself only."""

import threading
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from marshmallow import RAISE, Schema, fields, validate

from services.intake.interchange.posting import NotDelivered, post, signature
from services.intake.storage import webhooks as rows
from services.intake.storage.webhooks import Delivery, Endpoint
from services.intake.usecases.webhooks import Kind
from shared.database import Database

PAUSES = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)  #: after each attempt that failed; after the last it is given up, three days later
LEASE = timedelta(minutes=2)  #: after which one whose sender died is due again
AT_ONCE = 100  #: of one endpoint, before others of its thread's work are looked at


class _About(Schema):
    """Which record, and where to look at it."""

    class Meta:
        """Nothing else may be said."""

        unknown = RAISE

    id = fields.UUID(required=True, allow_none=True)
    link = fields.Url(required=True, schemes={"http", "https"}, require_tld=False)


class Body(Schema):
    """All that a webhook says: what kind of thing happened, when, to which record by its id, and where to look."""

    class Meta:
        """Nothing else may be said."""

        unknown = RAISE

    type = fields.String(required=True, validate=validate.OneOf(tuple(Kind)))
    timestamp = fields.AwareDateTime(required=True, format="iso")
    data = fields.Nested(_About, required=True)


def body_of(delivery: Delivery, public_url: str) -> bytes:
    """The body, checked against what it may say; raises ValidationError if it said more."""
    page = f"referrals/{delivery.referral_id}" if delivery.referral_id else "inbox"
    about = {"id": delivery.referral_id, "link": f"{public_url.rstrip('/')}/{page}"}
    said: Any = Body().dump({"type": delivery.kind, "timestamp": delivery.made_at, "data": about})
    Body().load(said)
    return orjson.dumps(said)


class Sender:
    """Sends for one worker. ``public_url`` is where people reach the node."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url
        self._busy: dict[UUID, threading.Thread] = {}

    def send_due(self, database: Database) -> list[threading.Thread]:
        """Begin to send what is due to every endpoint that nothing is being sent to; does not wait for it."""
        self._busy = {id_: thread for id_, thread in self._busy.items() if thread.is_alive()}
        with database.reading() as tx:
            due = [id_ for id_ in rows.endpoints_with_something_due(tx) if id_ not in self._busy]
        started = {
            id_: threading.Thread(target=self._send_all, args=(database, id_), daemon=True) for id_ in due
        }
        self._busy |= started
        for thread in started.values():
            thread.start()
        return list(started.values())

    def _send_all(self, database: Database, endpoint_id: UUID) -> None:
        """One after the other, until there is none or one fails."""
        for _ in range(AT_ONCE):
            taken = _take(database, endpoint_id)
            if taken is None or not self._send(database, *taken):
                return

    def _send(self, database: Database, endpoint: Endpoint, delivery: Delivery) -> bool:
        try:
            self._post(endpoint, delivery, database.clock())
        except NotDelivered as failed:
            _note_failure(database, delivery, failed.code)
            return False
        with database.transaction() as tx:
            rows.set_delivery(tx, delivery.id, due_at=None, sent_at=tx.at, result="sent")
        return True

    def _post(self, endpoint: Endpoint, delivery: Delivery, at: datetime) -> None:
        if not endpoint.url:
            raise NotDelivered("unreadable")
        body, stamp = body_of(delivery, self._public_url), str(int(at.timestamp()))
        headers = {
            "webhook-id": str(delivery.id),
            "webhook-timestamp": stamp,
            "webhook-signature": signature(endpoint.secret, str(delivery.id), stamp, body),
        }
        post(endpoint.url, headers, body, may_be_private=endpoint.may_be_private)


def _take(database: Database, endpoint_id: UUID) -> tuple[Endpoint, Delivery] | None:
    """The next one, which nobody else takes for the length of a lease."""
    with database.transaction() as tx:
        delivery = rows.lock_due(tx, endpoint_id)
        endpoint = rows.find_endpoint(tx, endpoint_id)
        if delivery is None or endpoint is None:
            return None
        rows.set_delivery(tx, delivery.id, attempts=delivery.attempts + 1, due_at=tx.at + LEASE)
    return endpoint, delivery


def _note_failure(database: Database, delivery: Delivery, code: str) -> None:
    """Try again after a pause, or never."""
    with database.transaction() as tx:
        pause = PAUSES[delivery.attempts] if delivery.attempts < len(PAUSES) else None
        rows.set_delivery(tx, delivery.id, due_at=tx.at + pause if pause else None, result=code)
