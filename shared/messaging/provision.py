"""Make what must stand at the broker before anybody connects; services themselves declare nothing."""

from collections.abc import Sequence
from typing import Any

from kombu import Connection, Exchange, Queue

from shared.messaging.management import Management
from shared.messaging.topology import (
    HUB_EVENTS,
    HUB_QUEUES,
    NETWORK_IN,
    NETWORK_OUT,
    RETRY_SECONDS,
    Binding,
    Rights,
    node_bindings,
    node_queue,
    pulse_queue,
    queue_arguments,
    retry_exchange,
    retry_queue,
)

EXCHANGES = (NETWORK_IN, NETWORK_OUT, HUB_EVENTS)
ANSWER_WITHIN = 30  #: seconds for one declaration


def provision_hub(amqp_url: str) -> None:
    """The exchanges and the hub's own queues; doing it again changes nothing."""
    with Connection(amqp_url, connect_timeout=ANSWER_WITHIN) as connection:
        channel = connection.channel()
        for name in EXCHANGES:
            Exchange(name, "topic", durable=True)(channel).declare()
        for queue, bindings in HUB_QUEUES.items():
            _declare(channel, queue, bindings)


def provision_node(amqp_url: str, org: str) -> None:
    """An organisation's queue; doing it again changes nothing."""
    with Connection(amqp_url, connect_timeout=ANSWER_WITHIN) as connection:
        _declare(connection.channel(), node_queue(org), node_bindings(org))


def _declare(channel: Any, queue: str, bindings: Sequence[Binding]) -> None:
    """A declaration is answered once the quorum queue has its leader."""
    for name, arguments in queue_arguments(queue).items():
        Queue(name, durable=True, queue_arguments=arguments)(channel).queue_declare()
    bound = Queue(queue, durable=True)(channel)
    for exchange, pattern in bindings:
        bound.bind_to(exchange, pattern)
    Exchange(retry_exchange(queue), "topic", durable=True)(channel).declare()
    for step in range(1, len(RETRY_SECONDS) + 1):
        waiting = Queue(retry_queue(queue, step), durable=True)(channel)
        waiting.bind_to(retry_exchange(queue), f"{queue}.{step}")
    pulse = Queue(pulse_queue(queue), durable=True)(channel)
    pulse.bind_to(retry_exchange(queue), pulse_queue(queue))


def admit(management: Management, user: str, password: str, rights: Rights, *, vhost: str = "/") -> None:
    """Make a broker user that may do its own part and nothing else."""
    management.create_user(user, password)
    management.set_permissions(user, vhost, configure=rights.configure, write=rights.write, read=rights.read)
    for exchange, write in rights.topics.items():
        management.set_topic_permissions(user, vhost, exchange=exchange, write=write, read="^$")
