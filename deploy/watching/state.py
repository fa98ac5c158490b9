"""How it stands with a service, read from its database when metrics are asked for; by the functions of the commands."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import MetaData
from sqlalchemy.exc import SQLAlchemyError

from deploy.backup.names import BACKUP, DRILL, KEYS_KEPT
from shared.database import Database, Transaction
from shared.messaging.parked import count_parked
from shared.messaging.waiting import count_outbox, waits_since
from shared.notices.keeping import count_notices
from shared.notices.mails import count_mails
from shared.notices.tables import NoticeTables

Facts = Iterator[tuple[str, tuple[str, ...], float]]  #: a family's name, its labels' values, and how much

FAMILIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "throughline_database_up": ("1 if the service's database answers, else 0.", ()),
    "throughline_outbox_messages": (
        "Messages that wait to be sent, or until their receipt comes.",
        ("awaits_receipt",),
    ),
    "throughline_outbox_age_seconds": (
        "Seconds since the oldest message was made that waits to be sent or received; 0 if none does.",
        (),
    ),
    "throughline_parked_messages": ("Messages that wait for a person.", ()),
    "throughline_notices": (
        "Notices of the last month, by kind and by what became of them.",
        ("kind", "state"),
    ),
    "throughline_notice_deliveries": (
        "Mails, pushes and webhooks of the last month, by what became of them.",
        ("channel", "state"),
    ),
    "throughline_directory_age_seconds": (
        "Of a node: seconds since its directory was known to be the newest. Of the hub: since nodes were told so.",
        (),
    ),
    "throughline_backup_age_seconds": ("Seconds since the last backup; infinite if there was none.", ()),
    "throughline_keys_backup_age_seconds": (
        "Seconds since the last backup of the keys; infinite if there was none.",
        (),
    ),
    "throughline_restore_drill_age_seconds": (
        "Seconds since a backup was last restored on trial; infinite if none was.",
        (),
    ),
}  #: of each what it is, and its labels


class State(Collector):
    """Reads it anew each time, in one transaction that changes nothing; a database that is away is told as such."""

    def __init__(self, service: str, database: Database, metadata: MetaData) -> None:
        self._database, self._tables = database, metadata.tables
        self._besides = BESIDES.get(service, _nothing)

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Every family of this service."""
        try:
            with self._database.reading() as tx:
                facts = [("throughline_database_up", (), 1.0), *self._of_messages(tx), *self._besides(tx)]
        except SQLAlchemyError:
            facts = [("throughline_database_up", (), 0.0)]
        families = {
            name: GaugeMetricFamily(name, FAMILIES[name][0], labels=FAMILIES[name][1]) for name, *_ in facts
        }
        for name, labels, value in facts:
            families[name].add_metric(labels, value)
        return families.values()

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing is read while this is registered."""
        return ()

    def _of_messages(self, tx: Transaction) -> Facts:
        waiting = Counter({"yes": 0, "no": 0})
        for row in count_outbox(tx, self._tables["outbox"]):
            waiting["yes" if row["awaits_receipt"] else "no"] += row["messages"]
        for awaits, count in waiting.items():
            yield "throughline_outbox_messages", (awaits,), count
        since = waits_since(tx, self._tables["outbox"])
        yield "throughline_outbox_age_seconds", (), _age(tx, since) if since else 0.0
        yield "throughline_parked_messages", (), count_parked(tx, self._tables["parked"])


def _age(tx: Transaction, since: datetime | None) -> float:
    return max((tx.at - since).total_seconds(), 0.0) if since else math.inf


def _nothing(_tx: Transaction) -> Facts:
    yield from ()


def _notices(tx: Transaction, tables: NoticeTables) -> Facts:
    """Whose they are is left out."""
    told = Counter[tuple[str, ...]]()
    for row in count_notices(tx, tables):
        told[row["kind"], row["state"]] += row["count"]
    yield from (("throughline_notices", labels, count) for labels, count in told.items())
    yield from _deliveries(tx, tables, "mail")


def _deliveries(tx: Transaction, tables: NoticeTables, channel: str) -> Facts:
    became = Counter[str]()
    for row in count_mails(tx, tables):
        became[row["state"]] += row["count"]
    yield from (("throughline_notice_deliveries", (channel, state), count) for state, count in became.items())


def _of_intake(tx: Transaction) -> Facts:
    from services.intake.storage import bookkeeping, freshness, webhooks
    from services.intake.storage.notice_tables import notices
    from services.intake.storage.push_tables import pushed

    yield from _notices(tx, notices)
    yield from _deliveries(tx, pushed, "push")
    for state, count in webhooks.count_deliveries(tx).items():
        yield "throughline_notice_deliveries", ("webhook", state), count
    yield "throughline_directory_age_seconds", (), _age(tx, freshness.fresh_at(tx))
    for name, what in (("backup", BACKUP), ("keys_backup", KEYS_KEPT), ("restore_drill", DRILL)):
        found = bookkeeping.find_link(tx, what)
        yield f"throughline_{name}_age_seconds", (), _age(tx, found[0] if found else None)


def _of_referral(tx: Transaction) -> Facts:
    from services.referral.directory_storage import last_dated

    yield "throughline_directory_age_seconds", (), _age(tx, last_dated(tx))


def _of_notifications(tx: Transaction) -> Facts:
    from services.notifications.storage import tables

    yield from _notices(tx, tables)


BESIDES: dict[str, Callable[[Transaction], Facts]] = {
    "intake": _of_intake,
    "referral": _of_referral,
    "notifications": _of_notifications,
}  #: what a service has besides messages
