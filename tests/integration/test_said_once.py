"""What a node says once is kept until the hub has it: were it lost on the way, nobody would say it again."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from services.intake.usecases.directory import publish_contacts
from services.intake.usecases.offering import put_service
from services.notifications.storage import tables as notices
from tests.two_organisations import FOCAL_POINT, B, World

BEDS = {"name": "Beds", "service_type": "shelter", "status": "open", "areas": ["Hrodna"]}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with closing(World(tmp_path)) as world:
        yield world


def kept(world: World) -> set[str]:
    """The events that wait in the second organisation's outbox."""
    table = world.databases[B].outbox.table
    with world.databases[B].reading() as tx:
        return {key.rpartition(".")[2] for key in tx.execute(select(table.c.routing_key)).scalars()}


def test_an_offer_and_a_list_of_contacts_wait_for_the_hub_s_word(world: World) -> None:
    assert kept(world) == set()

    put_service(world.databases[B], None, BEDS, FOCAL_POINT)
    publish_contacts(world.databases[B], f"https://{B}.example/elsewhere/inbox")
    assert kept(world) == {"services_offered", "contacts_changed"}

    world.network.settle()
    assert kept(world) == set()


def test_they_are_said_again_after_the_broker_has_lost_them(world: World) -> None:
    publish_contacts(world.databases[B], f"https://{B}.example/elsewhere/inbox")
    pump, link = world.network.pumps[-1]
    while pump.step(link, 0):
        pass
    with closing(sqlite3.connect(world.place / "bus.db")) as bus:
        lost = bus.execute("DELETE FROM mailboxes").rowcount
        bus.commit()
    assert lost == 1

    world.clock.pass_time(hours=1)
    world.network.settle()

    assert kept(world) == set()
    lists = notices.lists
    with world.databases["notifications"].reading() as tx:
        [known] = tx.execute(select(lists.c.inbox_url).where(lists.c.org == B)).scalars()
    assert known.endswith("/elsewhere/inbox")
