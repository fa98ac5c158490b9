"""A service whose broker will not have it says so at once and ends; one that worked before goes on trying."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection

from shared.messaging.amqp import AmqpLink
from shared.messaging.errors import Misconfigured
from shared.messaging.management import Management
from shared.messaging.tests.desk import Desk
from shared.sealing import OwnKeys, write_key_file
from shared.settings import EXIT_CODE
from shared.testing.broker import Broker, as_user, furnish
from tests.desks import (
    HUB_QUEUE,
    NODE_QUEUE,
    SOON,
    await_effects,
    await_log,
    desk_on,
    pump_of,
    put,
    questions,
    running,
)
from tests.installed import program
from tests.integration.test_command_line import network_file

AT_ONCE = 3.0  #: seconds; a time-out would take longer

USER, PASSWORD = "stranger", "an invented password"


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    return desk_on(sqlite_url)


def fails_at_once(desk: Desk, url: str, queue: str) -> bool:
    begun = time.monotonic()
    with pytest.raises(Misconfigured):
        pump_of(desk, lambda: AmqpLink(url, queue), queue=queue).run()
    return time.monotonic() - begun < AT_ONCE


def test_without_its_queue(desk: Desk, hub: str) -> None:
    assert fails_at_once(desk, hub, "nobody")


def test_without_the_right_to_read_it(desk: Desk, hub: str, management: Management) -> None:
    management.create_user(USER, PASSWORD)
    management.set_permissions(USER, hub.rpartition("/")[2], configure="^$", write=".*", read="^$")

    assert fails_at_once(desk, as_user(hub, USER, PASSWORD), HUB_QUEUE)
    management.delete_user(USER)


def test_with_a_wrong_password(desk: Desk, hub: str) -> None:
    assert fails_at_once(desk, as_user(hub, "administrator", "wrong"), HUB_QUEUE)


def test_without_its_virtual_host(desk: Desk, hub: str) -> None:
    assert fails_at_once(desk, f"{hub}-not", HUB_QUEUE)


@pytest.mark.parametrize("wrong", ["password", "virtual host"])
def test_a_service_says_so_and_ends(hub: str, tmp_path: Path, sqlite_url: str, wrong: str) -> None:
    """A real process: what goes wrong in its pump must end all of it."""
    url = as_user(hub, "administrator", "wrong") if wrong == "password" else f"{hub}-not"
    write_key_file(tmp_path / "hub.key", OwnKeys.generate())
    settings = {
        "THROUGHLINE_AMQP_URL": url,
        "THROUGHLINE_REFERRAL_DATABASE_URL": sqlite_url,
        "THROUGHLINE_KEY_FILE": str(tmp_path / "hub.key"),
        "THROUGHLINE_NETWORK_FILE": str(network_file(tmp_path)),
    }
    said = subprocess.run(
        [program(), "run", "referral"],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=SOON,
        check=False,
    )

    assert said.returncode == EXIT_CODE
    assert '"service.misconfigured"' in said.stdout + said.stderr
    assert "Traceback" not in said.stdout + said.stderr


def test_a_queue_that_is_removed_later_is_missed_aloud_and_served_when_it_is_back(
    broker: Broker, desk: Desk, hub: str, link: Callable[[str], AmqpLink], logs: list[Any]
) -> None:
    with running(pump_of(desk, lambda: link(HUB_QUEUE))):
        put(link(NODE_QUEUE), questions(1))
        await_effects(desk, 1)
        with Connection(hub) as administrator:
            administrator.default_channel.queue_delete(HUB_QUEUE)
        await_log(logs, "link.misconfigured")
        furnish(broker, hub)
        put(link(NODE_QUEUE), questions(1))
        await_effects(desk, 2)
