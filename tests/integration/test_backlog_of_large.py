"""A backlog: no more of it is held at a time than a batch needs, and all of it comes; nobody spins before it."""

from collections.abc import Callable
from threading import Event, Timer

from shared.clock import new_id
from shared.messaging.amqp import ENOUGH, AmqpLink
from shared.messaging.message import Outgoing
from shared.messaging.topology import NETWORK_IN
from shared.polling import poll_until
from tests.desks import HUB_QUEUE, SOON, put, questions, waiting

LARGE, MANY = 400_000, 20  #: bytes of each, and how many
KEY = "from.harbour-house.intake.referral_sent"


def test_it_is_read_piece_by_piece(hub: str, link: Callable[[str], AmqpLink]) -> None:
    put(link("reporting"), [Outgoing(new_id(), NETWORK_IN, KEY, b"x" * LARGE) for _ in range(MANY)])
    reader, taken = link(HUB_QUEUE), []
    poll_until(lambda: waiting(hub, HUB_QUEUE) == 0, seconds=SOON, what="the broker to have sent them all")

    def is_over() -> bool:
        taken.append([len(message.body) for message in reader.take(MANY, 0.1)])
        return sum(map(len, taken)) == MANY

    poll_until(is_over, seconds=SOON, what="every message")
    assert max(map(sum, taken)) < ENOUGH + LARGE


def test_who_can_take_none_waits_for_news_though_some_are_there(link: Callable[[str], AmqpLink]) -> None:
    reader, other, is_said = link(HUB_QUEUE), link("reporting"), Event()
    put(other, questions(2))
    poll_until(lambda: reader.take(1, 0.1), seconds=SOON, what="one of two messages")
    reader.take(0, 0.3)  # the other one is there

    def say() -> None:
        is_said.set()
        other.publish(questions(1))

    Timer(0.3, say).start()
    reader.take(0, SOON)

    assert is_said.is_set()
