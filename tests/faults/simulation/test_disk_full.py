"""A disk that is full at any statement: what needs room is refused whole, or waits until there is room again."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shared.clock import new_id
from shared.database import Database
from tests.faults.simulation import promise
from tests.faults.simulation.process import Process
from tests.faults.simulation.world import ORGS, START, World, begin, same_ids_each_time

SENDER, RECEIVER = ORGS
ROOM = 1_000_000  #: pages
SPARE = range(10)  #: pages that are left: from none to enough for everything
MANY = 16  #: referrals at once, which need more room than there is between the rows
TRIES = 3  #: in vain, after which there is room again


@pytest.fixture
def world() -> Iterator[World]:
    with same_ids_each_time():
        made = begin(0)
        made.weather.calm = True
        yield made
        for process in made.processes:
            limit(process.database, ROOM)


def limit(database: Database, pages: int) -> None:
    with database.engine.connect() as connection:
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))


def leave(database: Database, spare: int) -> None:
    """So many pages are left on the disk."""
    with database.engine.connect() as connection:
        connection.execute(text("VACUUM"))
        used = int(connection.execute(text("PRAGMA page_count")).scalar_one())
    limit(database, used + spare)


def all_of(process: Process) -> dict[str, list[Any]]:
    return {name: process.rows(name) for name in process.tables}


def test_a_referral_that_finds_no_room_is_refused_whole(world: World) -> None:
    node, refused = world.nodes[SENDER], 0
    for spare in SPARE:
        leave(node.database, spare)
        before, sent = all_of(node), len(world.sent)
        world.send(SENDER)
        if len(world.sent) == sent:
            refused += 1
            assert all_of(node) == before
    limit(node.database, ROOM)

    assert 0 < refused < len(SPARE)
    promise.require(world)


@pytest.mark.parametrize("which", [0, 1, 2, 3], ids=["the sender", "the receiver", "the hub", "the notices"])
def test_what_is_heard_waits_until_there_is_room(world: World, which: int) -> None:
    process, waited = world.processes[which], []

    def wait(_seconds: float) -> None:
        waited.append(process.queue)
        if len(waited) % TRIES == 0:
            limit(process.database, ROOM)

    process.pump.sleep = wait
    for spare in SPARE:
        for _ in range(MANY):
            world.send(SENDER)
        leave(process.database, spare)
        world.settle()
        limit(process.database, ROOM)

    assert waited
    promise.require(world)


def test_no_room_is_an_error_that_tells_nothing(world: World) -> None:
    """What was to be written stands neither in it nor in its cause."""
    node = world.nodes[SENDER]
    leave(node.database, 0)
    with pytest.raises(OperationalError) as full, node.database.transaction() as tx:
        tx.execute(node.tables["parked"].insert().values(**_large()))

    assert "canary" not in f"{full.value} {full.value!r} {full.value.__cause__} {full.value.__context__}"


def _large() -> dict[str, Any]:
    known = {"queue": "node", "reason": "canary", "routing_key": "key", "body": b"x" * 60_000}
    return {**known, "id": new_id(), "parked_at": START}
