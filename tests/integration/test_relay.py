"""What was committed is said to the real broker until it has it, and then forgotten; on both engines."""

from collections.abc import Callable

import pytest
from kombu import Connection

from shared.clock import now
from shared.database import Database
from shared.messaging import topology
from shared.messaging.amqp import AmqpLink
from shared.messaging.outbox import Outbox
from shared.messaging.provision import provision_hub
from shared.messaging.relay import REFUSED_AGAIN
from shared.messaging.tests.desk import Desk, metadata
from shared.messaging.topology import NETWORK_IN, Address
from shared.polling import poll_until
from tests.desks import HUB_QUEUE, NODE_QUEUE, SOON, desk_on, pump_of, running, say, unsent, waiting

NOWHERE = Address(NETWORK_IN, "nowhere.")

Links = Callable[[str], AmqpLink]


@pytest.fixture
def desk(database_url: str) -> Desk:
    return desk_on(database_url)


def await_sent(desk: Desk) -> None:
    poll_until(lambda: unsent(desk) == 0, seconds=SOON, what="the outbox to be empty")


def is_refused(logs: list[dict[str, object]]) -> bool:
    return any(entry["event"] == "outbox.refused_by_broker" for entry in logs)


def test_what_the_broker_has_confirmed_is_forgotten(desk: Desk, hub: str, link: Links) -> None:
    with running(pump_of(desk, lambda: link(NODE_QUEUE), queue=NODE_QUEUE)):
        say(desk, 1_200)
        await_sent(desk)

    assert waiting(hub, HUB_QUEUE) == 1_200


def test_what_another_process_wrote_is_said_too(desk: Desk, hub: str, link: Links) -> None:
    web = Database(desk.url, outbox=Outbox(metadata.tables["outbox"], sender="harbour-house"))
    with running(pump_of(desk, lambda: link(NODE_QUEUE), queue=NODE_QUEUE)):
        desk.database, relaying = web, desk.database
        say(desk, 3)
        desk.database = relaying
        await_sent(desk)

    assert waiting(hub, HUB_QUEUE) == 3


def test_what_nobody_asked_for_stays_and_is_said_again(
    desk: Desk, hub: str, link: Links, logs: list[dict[str, object]]
) -> None:
    with running(pump_of(desk, lambda: link(NODE_QUEUE), queue=NODE_QUEUE)):
        say(desk, to=NOWHERE)
        poll_until(lambda: is_refused(logs), seconds=SOON, what="the refusal")
        assert unsent(desk) == 1

        with Connection(hub) as administrator:
            administrator.default_channel.queue_bind(HUB_QUEUE, NETWORK_IN, "nowhere.#")
        desk.database.clock = lambda: now() + REFUSED_AGAIN
        await_sent(desk)

    assert waiting(hub, HUB_QUEUE) == 1


def test_what_a_full_queue_refuses_stays(
    database_url: str, vhost: str, monkeypatch: pytest.MonkeyPatch, logs: list[dict[str, object]]
) -> None:
    monkeypatch.setattr(topology, "QUEUE_BYTES", 4_000)
    provision_hub(vhost)
    desk = desk_on(database_url)
    with running(pump_of(desk, lambda: AmqpLink(vhost, "reporting"), queue="reporting")):
        say(desk, 100)
        poll_until(lambda: is_refused(logs), seconds=SOON, what="the refusal")
        kept_by_the_broker = waiting(vhost, HUB_QUEUE)

    assert 0 < kept_by_the_broker < 100
    assert unsent(desk) >= 100 - kept_by_the_broker
