"""What a database says when metrics are asked for: counts and ages, whose they are left out."""

import math
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import Table, insert

from deploy.composition import open_database
from deploy.watching.state import FAMILIES, State
from services.intake.storage.network_tables import word_of_hub
from services.intake.storage.notice_tables import notices
from services.intake.storage.tables import metadata
from services.intake.storage.webhook_tables import deliveries, endpoints
from services.intake.usecases.node import note_done
from services.notifications import storage as of_notifications
from services.referral import storage as of_referral
from services.reporting import storage as of_reporting
from shared.clock import new_id, now
from shared.database import Database

ORG = "canary-house"
MODULES = {"referral": of_referral, "notifications": of_notifications, "reporting": of_reporting}


def registry_of(service: str, database: Database) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(State(service, database, MODULES[service].metadata if service in MODULES else metadata))
    return registry


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database("intake", f"sqlite:///{tmp_path / 'node.db'}", sender=ORG)) as database:
        metadata.create_all(database.engine)
        yield database


def keep(database: Database, table: Table, **values: object) -> None:
    with database.transaction() as tx:
        tx.execute(insert(table).values(**values))


def value(database: Database, name: str, **labels: str) -> float | None:
    return registry_of("intake", database).get_sample_value(f"throughline_{name}", labels)


def test_a_new_node_has_nothing_that_waits_and_no_backup(database: Database) -> None:
    assert value(database, "database_up") == 1
    assert value(database, "outbox_messages", awaits_receipt="yes") == 0
    assert value(database, "outbox_age_seconds") == 0
    assert value(database, "parked_messages") == 0
    assert value(database, "backup_age_seconds") == math.inf
    assert value(database, "restore_drill_age_seconds") == math.inf


def test_ages_are_those_of_what_was_noted(database: Database) -> None:
    at = now()
    noted = {
        "backup": ("backup", 1),
        "restore_drill": ("restore_drill", 2),
        "keys_backup": ("backup_of_keys", 3),
    }
    for what, hours in noted.values():
        database.clock = partial(ago, at, hours)
        note_done(database, what, outcome="well")
    database.clock = partial(ago, at, 0)
    keep(database, word_of_hub, one=1, fresh_at=ago(at, 4))

    for name, (_, hours) in noted.items():
        assert value(database, f"{name}_age_seconds") == hours * 3600
    assert value(database, "directory_age_seconds") == 4 * 3600


def ago(at: datetime, hours: int) -> datetime:
    return at - timedelta(hours=hours)


def test_a_moment_that_is_still_to_come_is_no_age(database: Database) -> None:
    keep(database, word_of_hub, one=1, fresh_at=now() + timedelta(hours=4))
    assert value(database, "directory_age_seconds") == 0


def test_notices_and_mails_are_counted_whoever_they_are_for(database: Database) -> None:
    at = now()
    told = {"kind": "referral_waits", "urgent": False, "state": "waiting", "created_at": at}
    for org in (ORG, "another-house"):
        keep(database, notices.notices, id=uuid4(), org=org, **told)
    mail = {"org": ORG, "contact_id": uuid4(), "count": 1, "last_error": "canary", "created_at": at}
    keep(database, notices.mails, id=uuid4(), state="failed", attempts=1, due_at=at, **mail)

    assert value(database, "notices", kind="referral_waits", state="waiting") == 2
    assert value(database, "notice_deliveries", channel="mail", state="failed") == 1
    assert b"canary" not in generate_latest(registry_of("intake", database))


def test_webhooks_are_counted_by_what_became_of_them(database: Database) -> None:
    at, endpoint = now(), uuid4()
    made = {"made_at": at, "sealed": b"", "made_by": "canary"}
    keep(database, endpoints, id=endpoint, may_be_private=False, enabled=True, **made)
    for became in ({"due_at": at}, {"sent_at": at}, {}):
        hook = {"endpoint_id": endpoint, "kind": "x", "made_at": at, "attempts": 1}
        keep(database, deliveries, id=new_id(), **hook, **became)

    for state in ("waiting", "sent", "failed"):
        assert value(database, "notice_deliveries", channel="webhook", state=state) == 1


def test_a_database_that_is_away_is_told_and_nothing_else(tmp_path: Path) -> None:
    with closing(open_database("intake", f"sqlite:///{tmp_path / 'empty.db'}", sender=ORG)) as empty:
        found = [family.name for family in registry_of("intake", empty).collect()]
        assert (found, value(empty, "database_up")) == (["throughline_database_up"], 0)


@pytest.mark.parametrize("service", MODULES)
def test_each_service_of_the_hub_says_what_it_has(tmp_path: Path, service: str) -> None:
    with closing(open_database(service, f"sqlite:///{tmp_path / 'hub.db'}", sender="hub")) as database:
        MODULES[service].metadata.create_all(database.engine)
        registry = registry_of(service, database)

        assert registry.get_sample_value("throughline_database_up") == 1
        assert {family.name for family in registry.collect()} <= set(FAMILIES)
        age = registry.get_sample_value("throughline_directory_age_seconds")
        assert age == (math.inf if service == "referral" else None)
