"""What an upgrade finds kept for a person waits for one still; what a person had sent again is tried from here."""

from contextlib import closing
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import column, insert, table

from shared.clock import new_id, now
from shared.database import Database, Transaction
from shared.messaging import parked
from shared.messaging.topology import NETWORK_IN
from shared.migrations import upgrade_in

BEFORE = {"intake": "0032", "referral": "0008", "notifications": "0006", "reporting": "0014"}
OF_BEFORE = ("id", "queue", "reason", "routing_key", "body", "parked_at", "message_id")


@pytest.mark.parametrize("service", BEFORE)
def test_nothing_that_was_kept_is_lost(database_url: str, service: str) -> None:
    tables = import_module(f"services.{service}.storage").metadata.tables
    waits, again, leaves = new_id(), new_id(), new_id()
    with closing(Database(database_url)) as database:
        with database.transaction() as tx:
            upgrade_in(tx, f"services.{service}", BEFORE[service])
            add_parked(tx, tables["parked"], waits, reason="delivery_limit")
            add_to_send(tx, tables["outbox"], again, "node.harbour-house.retry", "node.harbour-house.1")
            add_to_send(tx, tables["outbox"], leaves, NETWORK_IN, "from.harbour-house.intake.move_made")
        with database.transaction() as tx:
            upgrade_in(tx, f"services.{service}")

        with database.reading() as tx:
            [for_a_person] = parked.list_parked(tx, tables["parked"])
            [due] = parked.due(tx, tables["parked"], "node.harbour-house", 9)
            left = tx.execute(tables["outbox"].select()).mappings().all()

    assert (for_a_person.id, for_a_person.attempts) == (waits, 1)
    assert for_a_person.message_id is None, "a whole message, and not its first event"
    assert (due.message_id, due.body, due.routing_key) == (again, b"again", "node.harbour-house")
    assert [row["message_id"] for row in left] == [leaves]


def add_parked(tx: Transaction, of_now: Any, id_: object, *, reason: str) -> None:
    of_before = table("parked", *(column(name, of_now.c[name].type) for name in OF_BEFORE))
    facts = {
        "queue": "node.harbour-house",
        "reason": reason,
        "routing_key": "to.harbour-house.x",
        "body": b"waits",
    }
    tx.execute(insert(of_before).values(id=id_, message_id=id_, parked_at=now(), **facts))


def add_to_send(tx: Transaction, outbox: Any, id_: object, exchange: str, key: str) -> None:
    row = {"message_id": id_, "exchange": exchange, "routing_key": key, "body": b"again"}
    tx.execute(outbox.insert().values(**row, attempts=0, due_at=now()))
