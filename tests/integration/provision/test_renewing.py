"""A queue that stands otherwise than it must is made anew when it is empty, while its service goes on."""

import time
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from kombu import Connection

from shared.messaging.amqp import AmqpLink
from shared.messaging.tests.desk import Desk
from shared.messaging.topology import queue_arguments
from tests.desks import HUB_QUEUE, await_all_sent, await_effects, desk_on, pump_of, running, say, waiting
from tests.hubs import QUEUE, Hub

SAID = 200  #: things, while the queue is made anew
#: As a version made it that had the broker keep what was to be tried again.
OF_BEFORE: dict[str, Any] = {
    "x-queue-type": "quorum",
    "x-overflow": "reject-publish",
    "x-max-length-bytes": 2_147_483_648,
    "x-delivery-limit": 20,
    "x-dead-letter-strategy": "at-least-once",
    "x-dead-letter-exchange": "",
    "x-dead-letter-routing-key": f"{QUEUE}.parked",
}


@pytest.fixture
def aged(hub: Hub) -> Hub:
    """The organisation's queue is of before."""
    age(hub, QUEUE)
    return hub


def age(hub: Hub, queue: str) -> None:
    hub.management.delete("queues", hub.vhost, queue)
    hub.management.put({"durable": True, "arguments": OF_BEFORE}, "queues", hub.vhost, queue)
    hub.provisions()  # binds it


def renewed(hub: Hub) -> int:
    """How it ended."""
    return hub.says("provision", "--yes", "--renew").exit_code


def at_broker(hub: Hub, queue: str = QUEUE) -> dict[str, Any]:
    found: dict[str, Any] = hub.management.get("queues", hub.vhost, queue)
    return found


def test_without_being_asked_to_it_renews_nothing(aged: Hub) -> None:
    assert f"! queue {QUEUE}: x-dead-letter-exchange" in aged.differs()
    said = aged.says("provision", "--yes")

    assert (said.exit_code, "--renew" in said.stdout) == (1, True)
    assert at_broker(aged)["arguments"] == OF_BEFORE


def test_who_does_not_say_yes_renews_nothing(aged: Hub) -> None:
    assert aged.says("provision", "--renew", typed="n\n").exit_code == 1
    assert at_broker(aged)["arguments"] == OF_BEFORE


def test_an_empty_queue_is_made_anew_and_bound(aged: Hub) -> None:
    assert renewed(aged) == 0

    assert at_broker(aged)["arguments"] == queue_arguments(QUEUE)[QUEUE]
    assert aged.differs() == ""


def test_one_that_holds_something_stays_and_nothing_is_lost(aged: Hub) -> None:
    with Connection(aged.url, transport_options={"confirm_publish": True}) as connection:
        connection.Producer().publish("kept", routing_key=QUEUE, delivery_mode=2)

    said = aged.says("provision", "--yes", "--renew")

    assert said.exit_code == 1
    assert f"queue {QUEUE} stands as before: it holds messages" in said.stderr
    assert waiting(aged.url, QUEUE) == 1
    assert "+ binding" not in aged.differs()


def test_its_service_goes_on_and_nothing_that_is_said_meanwhile_is_lost(hub: Hub, tmp_path: Path) -> None:
    age(hub, HUB_QUEUE)
    here, there = (desk_on(f"sqlite:///{tmp_path / name}") for name in ("here.db", "there.db"))
    with running(
        pump_of(here, lambda: AmqpLink(hub.url, QUEUE), queue=QUEUE),
        pump_of(there, lambda: AmqpLink(hub.url, HUB_QUEUE)),
    ):
        speaker = Thread(target=speak, args=(here,))
        speaker.start()
        assert renewed(hub) == 0
        speaker.join()
        await_effects(there, SAID)
        await_all_sent(here)

    assert len(there.effects()) == SAID
    assert at_broker(hub, HUB_QUEUE)["arguments"] == queue_arguments(HUB_QUEUE)[HUB_QUEUE]


def speak(desk: Desk) -> None:
    """Without a pause, for as long as the queue is made anew."""
    for _ in range(SAID):
        say(desk, 1)
        time.sleep(0.05)
