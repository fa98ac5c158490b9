"""What the broker gave up is kept until a service has written it down, however often that fails."""

from collections.abc import Callable

from kombu import Connection

from shared.messaging.amqp import AmqpLink
from shared.messaging.topology import given_up
from shared.polling import poll_until
from tests.desks import HUB_QUEUE, SOON

MORE_THAN_A_NEW_BROKER_ALLOWS = 25  #: deliveries without an answer; RabbitMQ 4 drops a message after 20


def test_it_is_delivered_as_often_as_it_takes(hub: str, link: Callable[[str], AmqpLink]) -> None:
    with Connection(hub, transport_options={"confirm_publish": True}) as connection:
        connection.Producer().publish("kept", routing_key=given_up(HUB_QUEUE), delivery_mode=2)
        for _ in range(MORE_THAN_A_NEW_BROKER_ALLOWS):
            deliver_and_give_back(connection)

    taker = link(HUB_QUEUE)
    [kept] = poll_until(lambda: taker.take(9, 0.1), seconds=SOON, what="the message")
    assert (kept.given_up, kept.body) == (True, b"kept")


def deliver_and_give_back(connection: Connection) -> None:
    channel = connection.channel()
    message = poll_until(lambda: channel.basic_get(given_up(HUB_QUEUE)), seconds=SOON, what="the message")
    channel.basic_reject(message.delivery_tag, requeue=True)
    channel.close()
