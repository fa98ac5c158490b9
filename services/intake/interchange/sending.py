"""Send the webhooks that are due: each endpoint in a thread of its own, so that a slow one is slow to itself only."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import orjson

from services.intake.interchange.posting import NotDelivered, post, signature
from services.intake.storage import webhooks as rows
from services.intake.storage.webhooks import Delivery, Endpoint
from services.intake.usecases.webhooks import Kind
from shared.database import Database
from shared.notices.saying import TEST, WAITS, Saying

PAUSES = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)  #: after each attempt that failed; after the last it is given up, three days later
LEASE = timedelta(minutes=2)  #: after which one whose sender died is due again
AT_ONCE = 100  #: of one endpoint, before others of its thread's work are looked at


@dataclass(frozen=True)
class WebhookChannel:
    """Tells another system of the organisation, with a signature by the secret; raises NotDelivered."""

    secret: str
    at: datetime
    may_be_private: bool = False

    def tell(self, to: str, saying: Saying, *, message_id: str) -> None:
        """Return when it has answered 2xx."""
        body, stamp = orjson.dumps(saying.dump()), str(int(self.at.timestamp()))
        headers = {
            "webhook-id": message_id,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(self.secret, message_id, stamp, body),
        }
        post(to, headers, body, may_be_private=self.may_be_private)


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
        sentence = TEST if delivery.kind == Kind.TEST else WAITS
        saying = Saying(delivery.count, f"{self._public_url.rstrip('/')}/inbox", sentence=sentence)
        channel = WebhookChannel(endpoint.secret, at, endpoint.may_be_private)
        channel.tell(endpoint.url, saying, message_id=str(delivery.id))


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
