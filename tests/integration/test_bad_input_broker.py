"""What comes from a broker, or happens at one, that should not: refused, kept or waited for, and never lost."""

import pickle
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from amqp import Message
from kombu import Connection

from shared.database import Transaction
from shared.messaging.amqp import AmqpLink
from shared.messaging.delivery import Batch
from shared.messaging.management import Management
from shared.messaging.message import LARGEST
from shared.messaging.tests.desk import Desk
from shared.messaging.topology import node_rights
from shared.polling import poll_until
from shared.testing.alarm import impatient
from shared.testing.broker import Broker, as_user, vhost_of
from tests.desks import (
    HUB_QUEUE,
    NODE,
    NODE_QUEUE,
    SOON,
    await_all_sent,
    await_effects,
    await_log,
    consumers,
    desk_on,
    events,
    parked_at,
    pump_of,
    put,
    questions,
    running,
    say,
    unsent,
    waiting,
)

Links = Callable[[str], AmqpLink]

PASSWORD = "an invented password"
TOO_LATE = 60.0  #: seconds; the broker waits for one, but a busy machine lets it look later


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    return desk_on(sqlite_url)


def put_raw(url: str, body: bytes, **properties: Any) -> None:
    """As somebody publishes who does not use our code."""
    with Connection(url, transport_options={"confirm_publish": True}) as connection:
        message = Message(body, **properties)
        connection.channel().basic_publish(message, "network.in", f"from.{NODE}.intake.history_asked")


class Bomb:
    """A pickle that writes a file where it is opened."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.file,)


WIRE_FORMS = {
    "a pickle": "application/x-python-serialize",
    "a pickle that says it is ours": "application/cloudevents+json",
}


@pytest.mark.parametrize("form", WIRE_FORMS)
def test_a_pickle_is_parked_unopened(desk: Desk, hub: str, link: Links, tmp_path: Path, form: str) -> None:
    body = pickle.dumps(Bomb(tmp_path / "opened"))
    put_raw(hub, body, content_type=WIRE_FORMS[form], content_encoding="binary")
    with running(pump_of(desk, lambda: link(HUB_QUEUE))):
        poll_until(lambda: parked_at(desk), seconds=SOON, what="the message to be parked")

    assert [(one.reason, one.body) for one in parked_at(desk)] == [("not_json", body)]
    assert not (tmp_path / "opened").exists()


def test_a_message_without_an_id_is_known_by_its_envelopes(desk: Desk, hub: str, link: Links) -> None:
    said, [last] = questions(1), questions(1)
    for one in (*said, *said):
        put_raw(hub, one.body)
    put_raw(hub, last.body)
    with running(pump_of(desk, lambda: link(HUB_QUEUE))):
        await_effects(desk, 2)

    assert len(desk.effects()) == 2
    assert waiting(hub, HUB_QUEUE) == 0


@pytest.mark.parametrize("named", ["seven", "00000000-0000-7000-8000-000000000000", "x" * 255])
def test_a_message_of_another_id_than_its_envelopes(desk: Desk, hub: str, link: Links, named: str) -> None:
    [said], [good] = questions(1), questions(1)
    put_raw(hub, said.body, message_id=named)
    put_raw(hub, good.body, message_id=str(good.id))
    with running(pump_of(desk, lambda: link(HUB_QUEUE))):
        await_effects(desk, 1)

    assert len(desk.effects()) + len(parked_at(desk)) == 2


@pytest.mark.parametrize("body", [b"", b"\x00", b"\xff" * 100, b"[" * 10_000, b"null", b"x" * LARGEST])
def test_bytes_that_are_no_message_are_parked_and_take_no_other_with_them(
    desk: Desk, hub: str, link: Links, body: bytes
) -> None:
    put_raw(hub, body)
    put(link(NODE_QUEUE), questions(1))
    with running(pump_of(desk, lambda: link(HUB_QUEUE))):
        await_effects(desk, 1)

    assert [one.body for one in parked_at(desk)] == [body]


def test_a_right_that_is_taken_in_mid_session_is_missed_aloud_and_nothing_is_lost(
    desk: Desk, hub: str, management: Management, logs: list[Any]
) -> None:
    rights, vhost = node_rights(NODE), vhost_of(hub)
    may = {"configure": rights.configure, "write": rights.write, "read": rights.read}
    management.create_user(NODE, PASSWORD)
    management.set_permissions(NODE, vhost, **may)
    url = as_user(hub, NODE, PASSWORD)
    with running(pump_of(desk, lambda: AmqpLink(url, NODE_QUEUE), queue=NODE_QUEUE)):
        say(desk)
        await_all_sent(desk)
        management.set_permissions(NODE, vhost, configure="^$", write="^$", read="^$")
        management.close_connections(NODE)
        say(desk, 20)
        await_log(logs, "link.misconfigured")
        kept = unsent(desk)
        management.set_permissions(NODE, vhost, **may)
        await_all_sent(desk)
    management.delete_user(NODE)

    assert kept == 20
    assert waiting(hub, HUB_QUEUE) > 0


def test_a_service_that_answers_too_late_for_the_broker_hears_it_again_and_does_it_once(
    broker: Broker, hub: str, desk: Desk, link: Links, logs: list[Any]
) -> None:
    """The broker closes the channel of who leaves a message unanswered for long; a newer one takes the queue away."""
    late = Event()

    def handle(tx: Transaction, batch: Batch) -> None:
        if not late.is_set():
            poll_until(
                lambda: not consumers(hub, HUB_QUEUE), seconds=TOO_LATE, what="a broker without patience"
            )
        late.set()
        desk.handle(tx, batch)

    with impatient(broker), running(pump_of(desk, lambda: link(HUB_QUEUE), handler=handle)):
        put(link(NODE_QUEUE), questions(5))
        await_effects(desk, 5, seconds=TOO_LATE)
        put(link(NODE_QUEUE), questions(1))
        await_effects(desk, 6, seconds=TOO_LATE)

    assert len(set(desk.effects())) == len(desk.effects()) == 6
    assert {"link.misconfigured", "link.lost"} & events(logs)
