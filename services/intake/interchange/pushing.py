"""Tell somebody by push, in each browser that they named: sealed to it, and nowhere else than at push services."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

import orjson

from services.intake.domain.push import Subscription
from services.intake.interchange.posting import NotDelivered, post
from services.intake.storage import push as rows
from services.intake.usecases.push import is_at_push_service
from shared.database import Database
from shared.notices.saying import AddressRefused, Saying
from shared.sealing.push import PushKey, from_text, sealed_push
from shared.settings import LOOPBACK

SIZE = 1024  #: bytes of what is sealed, filled up with spaces: how long it is tells nothing
GONE = (
    "http_404",
    "http_410",
)  #: by which a push service says that there is no such browser any more (RFC 8030)
ALWAYS = {
    "Content-Type": "application/octet-stream",
    "Content-Encoding": "aes128gcm",
    "TTL": "86400",  # seconds for which it is kept for a browser that is away
    "Urgency": "high",  # the same for all, so that it tells nothing
    "Topic": "inbox",  # a newer one takes the place of one that was not delivered yet
}


@dataclass(frozen=True)
class PushChannel:
    """Tells a member of staff by their user name. ``contact`` is who push services may write to.

    ``busy``: push services that have asked for patience, which are asked nothing more by this channel.
    """

    database: Database
    contact: str
    hosts: Collection[str]
    busy: dict[str, NotDelivered] = field(default_factory=dict)

    def tell(self, to: str, saying: Saying, *, message_id: str) -> None:  # noqa: ARG002 - one topic says the same
        """Return when it was taken for one browser at the least; a browser that is no more is forgotten.

        Raises AddressRefused where none is left, NotDelivered where none took it, with the longest wait asked for.
        """
        with self.database.reading() as tx:
            key, browsers = rows.own_key(tx), rows.subscriptions_of(tx, to)
        failures = [self._try(one, saying, PushKey(key or b"")) for one in browsers]
        failed = [failure for failure in failures if failure and failure.code not in GONE]
        if None in failures:
            return
        raise max(failed, key=lambda failure: failure.wait or timedelta()) if failed else AddressRefused

    def _try(self, browser: Subscription, saying: Saying, key: PushKey) -> NotDelivered | None:
        service = urlsplit(browser.endpoint).netloc
        if service in self.busy:
            return self.busy[service]
        try:
            self._post(browser, saying, key)
        except NotDelivered as failure:
            if failure.code in GONE:
                with self.database.transaction() as tx:
                    rows.erase_subscription(tx, browser.id, browser.username)
            elif failure.wait:
                self.busy[service] = failure
            return failure
        return None

    def _post(self, browser: Subscription, saying: Saying, key: PushKey) -> None:
        if not is_at_push_service(browser.endpoint, self.hosts):
            raise NotDelivered("host_not_allowed")
        said = orjson.dumps(saying.dump()).ljust(SIZE)
        body = sealed_push(said, from_text(browser.p256dh), from_text(browser.auth))
        by = {"Authorization": key.authorization(browser.endpoint, self.contact, self.database.clock())}
        here = urlsplit(browser.endpoint).hostname in LOOPBACK
        post(browser.endpoint, ALWAYS | by, body, may_be_private=here)
