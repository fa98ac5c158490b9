"""What every link promises, at RabbitMQ and at the embedded bus alike."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

import pytest

from shared.clock import new_id
from shared.messaging import embedded
from shared.messaging.amqp import AmqpLink
from shared.messaging.errors import Misconfigured
from shared.messaging.link import Link, Settled
from shared.messaging.message import LARGEST, Incoming, Outgoing
from shared.messaging.post import Post
from shared.messaging.topology import HUB_QUEUES, NETWORK_IN, NETWORK_OUT, node_bindings, node_queue
from shared.polling import poll_until
from shared.testing.broker import Broker, furnish
from tests.desks import HUB_QUEUE, SOON, put, questions

Open = Callable[..., Link]

NODES = ("harbour-house", "legal-aid")
SENDER = "reporting"  #: the queue of a link that only publishes; what it says goes elsewhere


@pytest.fixture(params=["rabbitmq", "embedded"])
def link(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens a link to a queue of the hub, or of one of two nodes; the test runs twice."""
    make = _at_rabbitmq(request) if request.param == "rabbitmq" else _embedded(tmp_path)
    with ExitStack() as opened:

        def to(queue: str = HUB_QUEUE) -> Link:
            made = make(queue)
            opened.callback(made.close, politely=False)
            return made

        yield to


def _at_rabbitmq(request: pytest.FixtureRequest) -> Open:
    broker: Broker = request.getfixturevalue("broker")
    url: str = request.getfixturevalue("vhost")
    furnish(broker, url, *NODES)
    return lambda queue: Post(AmqpLink(url, queue))


def _embedded(folder: Path) -> Open:
    bus = embedded.open_bus(str(folder / "bus.db"))
    nodes = {node_queue(org): node_bindings(org) for org in NODES}
    for queue, bindings in (HUB_QUEUES | nodes).items():
        embedded.provision(bus, queue, bindings)
    return lambda queue: Post(embedded.EmbeddedLink(bus, queue))


def take(link: Link, count: int) -> list[Incoming]:
    """So many messages, none acknowledged."""
    taken: dict[object, Incoming] = {}

    def enough() -> bool:
        taken.update((incoming.tag, incoming) for incoming in link.take(1_000, 0.02))
        return len(taken) >= count

    poll_until(enough, seconds=SOON, what=f"{count} messages")
    return list(taken.values())


def take_just(link: Link, limit: int) -> list[Incoming]:
    """Exactly so many messages, as soon as they are there."""
    taken: list[Incoming] = []

    def enough() -> bool:
        taken.extend(link.take(limit - len(taken), 0.02))
        return len(taken) == limit

    poll_until(enough, seconds=SOON, what=f"{limit} messages")
    return taken


def take_nothing(link: Link) -> bool:
    """Whether nothing comes for as long as a message needs, many times over."""
    return not link.take(1, 0.5)


def answers(link: Link, count: int) -> Settled:
    """What the broker says of so many messages."""
    said = Settled()

    def enough() -> bool:
        link.take(0, 0.02)
        news = link.settled()
        said.confirmed.update(news.confirmed)
        said.refused.update(news.refused)
        return len(said.confirmed | said.refused) >= count

    poll_until(enough, seconds=SOON, what=f"{count} answers")
    return said


def ids(messages: list[Incoming] | list[Outgoing]) -> list[UUID | None]:
    return [message.id for message in messages]


def test_a_message_arrives_as_it_was_said(link: Open) -> None:
    [said] = questions(1)
    put(link(SENDER), [said])

    [heard] = take(link(), 1)

    assert (heard.id, heard.routing_key, heard.body) == (said.id, said.routing_key, said.body)
    assert (heard.attempt, heard.given_up) == (0, False)


def test_the_largest_message_arrives_whole(link: Open) -> None:
    [said] = questions(1)
    largest = Outgoing(said.id, said.exchange, said.routing_key, b"x" * LARGEST)
    put(link(SENDER), [largest])

    assert take(link(), 1)[0].body == largest.body


def test_a_message_that_is_too_large_is_refused_and_what_is_said_with_it_arrives(link: Open) -> None:
    sender, [first, large, last] = link(SENDER), questions(3)
    too_large = Outgoing(large.id, large.exchange, large.routing_key, b"x" * (LARGEST + 1))
    sender.publish([first, too_large, last])

    said = answers(sender, 3)

    assert (said.confirmed, said.refused) == ({first.id, last.id}, {large.id})
    assert ids(take(link(), 2)) == ids([first, last])


def test_messages_come_in_the_order_they_were_said_in(link: Open) -> None:
    said = questions(300)
    put(link(SENDER), said)

    assert ids(take(link(), 300)) == ids(said)


def test_each_message_is_answered_by_its_own_name(link: Open) -> None:
    sender, good, bad = link(SENDER), questions(20), questions(3)
    nowhere = [Outgoing(one.id, NETWORK_IN, "from.nobody.cares", one.body) for one in bad]

    sender.publish([*good[:10], *nowhere, *good[10:]])
    said = answers(sender, 23)

    assert said.confirmed == set(ids(good))
    assert said.refused == set(ids(nowhere))
    assert sender.open_publishes == 0


def test_every_queue_that_asked_for_a_message_has_its_own(link: Open) -> None:
    message = Outgoing(new_id(), NETWORK_OUT, "to.all.referral.directory_published", b"{}")
    put(link(HUB_QUEUE), [message])

    for org in NODES:
        assert ids(take(link(node_queue(org)), 1)) == [message.id]
    assert take_nothing(link(HUB_QUEUE))


def test_no_more_is_taken_than_was_asked_for(link: Open) -> None:
    put(link(SENDER), questions(30))
    receiver = link()
    sizes: list[int] = []

    def all_taken() -> bool:
        batch = receiver.take(7, 0.02)
        receiver.acknowledge(batch)
        sizes.append(len(batch))
        return sum(sizes) >= 30

    poll_until(all_taken, seconds=SOON, what="30 messages")
    assert max(sizes) <= 7


def test_what_is_not_acknowledged_comes_again(link: Open) -> None:
    said = questions(5)
    put(link(SENDER), said)
    first = link()
    take(first, 5)
    first.close(politely=False)

    assert ids(take(link(), 5)) == ids(said)


def test_what_is_acknowledged_does_not_come_again(link: Open) -> None:
    put(link(SENDER), questions(5))
    first = link()
    first.acknowledge(take(first, 5))
    first.close(politely=True)

    assert take_nothing(link())


def test_an_acknowledgement_leaves_what_was_not_taken(link: Open) -> None:
    """What travelled in one pack with it may come again as well."""
    said = questions(50)
    put(link(SENDER), said)
    first = link()
    taken = poll_until(lambda: first.take(20, 0.02), seconds=SOON, what="some messages")
    first.acknowledge(taken)
    first.close(politely=True)

    left = ids(said[len(taken) :])
    assert ids(take(link(), len(left)))[-len(left) :] == left


def test_all_of_many_is_acknowledged_in_pieces(link: Open) -> None:
    put(link(SENDER), questions(250))
    first = link()
    for _ in range(25):
        first.acknowledge(take_just(first, 10))
    first.close(politely=True)

    assert take_nothing(link())


def test_after_stop_taking_what_comes_waits_for_the_next(link: Open) -> None:
    receiver = link()
    receiver.stop_taking()
    put(link(SENDER), questions(2))

    assert take_nothing(receiver)
    assert len(take(link(), 2)) == 2


def test_a_queue_that_is_not_there_is_said_at_once(link: Open) -> None:
    with pytest.raises(Misconfigured):
        link("nobody")
