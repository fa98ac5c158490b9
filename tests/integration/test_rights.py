"""What a partner's user may do at the hub's broker, and the broker's answer to all else."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from amqp import Message
from amqp.exceptions import AMQPError
from kombu import Connection

from shared.messaging.amqp import AmqpLink
from shared.messaging.errors import Misconfigured, Refused
from shared.messaging.management import Management, ManagementRefused
from shared.messaging.message import Incoming, open_message
from shared.messaging.provision import admit, provision_hub, provision_node
from shared.messaging.tests.desk import asked
from shared.messaging.topology import (
    HUB_QUEUES,
    HUB_RIGHTS,
    node_queue,
    node_rights,
    retry_exchange,
    retry_queue,
)
from shared.polling import poll_until
from shared.testing.broker import Broker, as_user, fresh_vhost
from tests.desks import HUB_QUEUE, SOON, on_the_wire, put, waiting

ORG, OTHER, HUB = "quiet-harbour", "open-hands", "hub-of-the-rights-tests"
MINE, THEIRS = node_queue(ORG), node_queue(OTHER)
PASSWORD = "an invented password"
DONE, FORBIDDEN, FALSE_NAME = 200, 403, 406

Ask = Callable[[Any], object]


@dataclass(frozen=True)
class Place:
    """A virtual host with two partners, by each one's address."""

    admin: str

    def of(self, user: str) -> str:
        return as_user(self.admin, user, PASSWORD)


@pytest.fixture(scope="module")
def place(broker: Broker, management: Management) -> Iterator[Place]:
    with fresh_vhost(broker) as url:
        vhost = url.rpartition("/")[2]
        provision_hub(url)
        admit(management, HUB, PASSWORD, HUB_RIGHTS, vhost=vhost)
        for org in (ORG, OTHER):
            provision_node(url, org)
            admit(management, org, PASSWORD, node_rights(org), vhost=vhost)
        yield Place(url)
        for user in (HUB, ORG, OTHER):
            management.delete_user(user)


def answer(url: str, ask: Ask) -> int:
    """The broker's reply code to what is asked over a channel."""
    with Connection(url, transport_options={"confirm_publish": True}) as connection:
        try:
            ask(connection.channel())
        except AMQPError as refused:
            return int(refused.code)
    return DONE


def publish(exchange: str, key: str, **properties: Any) -> Ask:
    return lambda channel: channel.basic_publish(Message("{}", **properties), exchange, key, mandatory=True)


NOT_FOR_A_PARTNER = {
    "to speak as another organisation": publish("network.in", f"from.{OTHER}.intake.move_made"),
    "to speak without a name": publish("network.in", "intake.move_made"),
    "to speak as the hub to a node": publish("network.out", f"to.{OTHER}.referral.moved"),
    "to speak as the hub to all nodes": publish("network.out", "to.all.referral.directory_published"),
    "to speak as one of the hub's services": publish("hub", "reporting.referral.moved"),
    "to put into the hub's queue": publish("", HUB_QUEUE),
    "to put into another's queue": publish("", THEIRS),
    "to put onto another's ladder": publish(retry_exchange(THEIRS), f"{THEIRS}.1"),
    "to put onto the hub's ladder": publish(retry_exchange(HUB_QUEUE), f"{HUB_QUEUE}.1"),
    "to read another's queue": lambda channel: channel.basic_get(THEIRS),
    "to listen to another's queue": lambda channel: channel.basic_consume(THEIRS),
    "to read the hub's queue": lambda channel: channel.basic_get(HUB_QUEUE),
    "to read what the hub gave up": lambda channel: channel.basic_get(f"{HUB_QUEUE}.parked"),
    "to read its own ladder": lambda channel: channel.basic_get(retry_queue(MINE, 1)),
    "to make a queue": lambda channel: channel.queue_declare("anything"),
    "to make a queue without a name": lambda channel: channel.queue_declare(""),
    "to make its own queue another": lambda channel: channel.queue_declare(MINE, durable=True),
    "to make an exchange": lambda channel: channel.exchange_declare("anything", "fanout"),
    "to hear more than is for it": lambda channel: channel.queue_bind(MINE, "network.in", "#"),
    "to hear what is another's": lambda channel: channel.queue_bind(MINE, "network.out", f"to.{OTHER}.#"),
    "to keep another from hearing": lambda channel: channel.queue_unbind(
        THEIRS, "network.out", f"to.{OTHER}.#"
    ),
    "to tie exchanges together": lambda channel: channel.exchange_bind("network.out", "network.in", "#"),
    "to remove its own queue": lambda channel: channel.queue_delete(MINE),
    "to remove another's queue": lambda channel: channel.queue_delete(THEIRS),
    "to remove an exchange": lambda channel: channel.exchange_delete("network.in"),
    "to empty another's queue": lambda channel: channel.queue_purge(THEIRS),
}


@pytest.mark.parametrize("wish", NOT_FOR_A_PARTNER)
def test_a_partner_is_forbidden(place: Place, wish: str) -> None:
    assert answer(place.of(ORG), NOT_FOR_A_PARTNER[wish]) == FORBIDDEN


def test_a_partner_cannot_sign_with_anothers_user_id(place: Place) -> None:
    signed = publish("network.in", f"from.{ORG}.intake.move_made", user_id=OTHER)

    assert answer(place.of(ORG), signed) == FALSE_NAME


def test_a_partner_speaks_as_itself(place: Place) -> None:
    assert answer(place.of(ORG), publish("network.in", f"from.{ORG}.intake.move_made")) == DONE


def test_a_partner_hears_what_is_for_it_and_for_all(place: Place) -> None:
    link = AmqpLink(place.of(ORG), MINE)
    for key in (
        f"to.{ORG}.referral.offered",
        "to.all.referral.directory_published",
        f"to.{OTHER}.referral.offered",
    ):
        assert answer(place.of(HUB), publish("network.out", key)) == DONE

    keys: list[str] = []

    def both() -> bool:
        keys.extend(message.routing_key for message in link.take(9, 0.1))
        return len(keys) > 1

    poll_until(both, seconds=SOON, what="two messages")
    link.close(politely=False)

    assert keys == [f"to.{ORG}.referral.offered", "to.all.referral.directory_published"]
    assert waiting(place.admin, THEIRS) == 2


def test_a_partner_may_try_again_later(place: Place) -> None:
    link = AmqpLink(place.of(ORG), MINE)
    link.postpone([asked(1)])
    poll_until(lambda: [m for m in link.take(9, 0.1) if m.attempt], seconds=SOON, what="the second attempt")
    link.close(politely=False)


def test_a_copy_header_opens_nobody_elses_ladder(place: Place) -> None:
    """Topic rights look at the key alone, and the broker routes by the ``CC`` header too."""
    not_mine = [name for queue in (HUB_QUEUE, THEIRS) for name in (queue, retry_queue(queue, 1))]
    before = [waiting(place.admin, queue) for queue in not_mine]
    copies = {"CC": [f"{HUB_QUEUE}.1", f"{THEIRS}.1", HUB_QUEUE, THEIRS]}
    link = AmqpLink(place.of(ORG), MINE)
    assert (
        answer(place.of(ORG), publish(retry_exchange(MINE), f"{MINE}.1", application_headers=copies)) == DONE
    )
    poll_until(
        lambda: [m for m in link.take(9, 0.1) if m.routing_key == MINE],
        seconds=SOON,
        what="the partner's copy",
    )
    link.close(politely=False)

    assert [waiting(place.admin, queue) for queue in not_mine] == before


def test_a_copy_header_does_not_hide_who_speaks(place: Place) -> None:
    lie = on_the_wire(asked(1, sender=OTHER))
    copies = {"CC": [f"from.{OTHER}.intake.history_asked"]}
    message = Message(lie.body, message_id=str(lie.id), application_headers=copies)
    said = answer(place.of(ORG), lambda it: it.basic_publish(message, "network.in", f"from.{ORG}.x"))
    assert said in {DONE, FORBIDDEN}  # a newer RabbitMQ looks at the header as well
    if said == DONE:
        with pytest.raises(Refused, match="sender_forged"):
            open_message(heard_by_the_hub(place, lie.id))


def heard_by_the_hub(place: Place, message_id: object) -> Incoming:
    hub = AmqpLink(place.of(HUB), HUB_QUEUE)

    def found() -> list[Incoming]:
        return [heard for heard in hub.take(99, 0.1) if heard.id == message_id]

    [heard] = poll_until(found, seconds=SOON, what="the message")
    hub.close(politely=False)
    return heard


def test_a_partner_administers_nothing(place: Place, broker: Broker) -> None:
    partner = Management(as_user(broker.management_url, ORG, PASSWORD))

    with pytest.raises(ManagementRefused, match="401"):
        partner.create_user("somebody", PASSWORD)


@pytest.mark.parametrize("queue", HUB_QUEUES)
def test_the_hub_reads_its_queues_and_writes_to_its_ladders(place: Place, queue: str) -> None:
    link = AmqpLink(place.of(HUB), queue)
    link.postpone([asked(1)])
    poll_until(lambda: [m for m in link.take(99, 0.1) if m.attempt], seconds=SOON, what="the second attempt")
    link.close(politely=False)


@pytest.mark.parametrize(
    "ask",
    [
        publish("network.in", f"from.{ORG}.intake.move_made"),
        publish("", MINE),
        publish(retry_exchange(MINE), f"{MINE}.1"),
        lambda channel: channel.basic_get(MINE),
        lambda channel: channel.queue_declare("anything"),
        lambda channel: channel.queue_delete(HUB_QUEUE),
    ],
    ids=["speak as a node", "put into a node's queue", "use a node's ladder", "read", "declare", "delete"],
)
def test_the_hubs_services_are_no_administrators(place: Place, ask: Ask) -> None:
    assert answer(place.of(HUB), ask) == FORBIDDEN


def test_a_link_to_anothers_queue_is_misconfigured(place: Place) -> None:
    with pytest.raises(Misconfigured, match="ACCESS_REFUSED"):
        AmqpLink(place.of(ORG), THEIRS)


def test_a_link_that_speaks_where_it_may_not_is_misconfigured(place: Place) -> None:
    link = AmqpLink(place.of(ORG), MINE)
    with pytest.raises(Misconfigured, match="ACCESS_REFUSED"):
        put(link, [on_the_wire(asked(1, sender=OTHER))])
