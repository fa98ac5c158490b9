"""The pulse of a real broker: felt by whoever has nothing to say, and a broker without one is left."""

import time
from collections.abc import Callable

import pytest
from kombu import Connection

from shared.messaging import amqp, pulse
from shared.messaging.amqp import PREFETCH, AmqpLink
from shared.messaging.confirms import Confirms
from shared.messaging.errors import LinkLost
from shared.messaging.topology import pulse_queue
from shared.polling import poll_until
from tests.desks import HUB_QUEUE, SOON, put, questions, waiting

QUIET, PATIENCE = 0.05, 1.0  #: seconds

Links = Callable[[str], AmqpLink]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "QUIET", QUIET)
    monkeypatch.setattr(pulse, "PATIENCE", PATIENCE)


def listen(link: AmqpLink, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert link.take(9, QUIET) == []


def test_it_is_felt_and_leaves_one_message_behind(hub: str, link: Links) -> None:
    listen(link(HUB_QUEUE), PATIENCE + 1)

    poll_until(lambda: waiting(hub, pulse_queue(HUB_QUEUE)) == 1, seconds=SOON, what="one message")


def test_a_pulse_is_nobodys_message(link: Links) -> None:
    quiet = link(HUB_QUEUE)
    listen(quiet, 1)

    assert quiet.open_publishes == 0
    assert not quiet.settled()


def test_a_broker_that_was_provisioned_by_an_older_version_will_do(hub: str, link: Links) -> None:
    with Connection(hub) as administrator:
        administrator.default_channel.queue_delete(pulse_queue(HUB_QUEUE))

    listen(link(HUB_QUEUE), PATIENCE + 1)


def test_who_looks_seldom_finds_it_behind_all_that_came_before(
    link: Links, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(amqp, "HEARTBEAT", 1)  # so that many beats wait to be read
    put(link("reporting"), questions(PREFETCH))
    seldom = link(HUB_QUEUE)
    poll_until(lambda: seldom.take(0, 0.1) or len(seldom._arrived) == PREFETCH, seconds=SOON, what="messages")
    for _ in range(3):
        time.sleep(PATIENCE + 1)
        seldom.take(0, 0)


def test_a_broker_that_does_nothing_is_left(link: Links, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Confirms, "ask", lambda *_: None)  # so nothing answers
    with pytest.raises(LinkLost):
        listen(link(HUB_QUEUE), PATIENCE * 3)
