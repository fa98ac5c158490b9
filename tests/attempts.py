"""What somebody who is let in at the hub's broker may try there, and what the broker answers."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

from amqp import Message
from amqp.exceptions import AMQPError, MessageNacked
from kombu import Connection
from kombu.exceptions import KombuError

from shared.messaging.message import LARGEST
from shared.messaging.topology import (
    HUB_QUEUES,
    NODE_LIMITS,
    node_queue,
    own_exchange,
    pulse_queue,
)
from shared.testing.broker import as_user

#: Answers: the protocol's reply codes, and two for what it has no code for.
DONE, FULL, FORBIDDEN, FALSE, NOT_ALLOWED = "done", "refused", "403", "406", "530"
PASSWORD = "an invented password"

Ask = Callable[[Any], object]


@dataclass(frozen=True)
class Place:
    """A virtual host with the hub and two partners."""

    admin: str

    def of(self, user: str) -> str:
        """The address with which a user comes."""
        return as_user(self.admin, user, PASSWORD)


def answer(url: str, ask: Ask) -> str:
    """The broker's answer to what is asked over a channel."""
    with Connection(url, transport_options={"confirm_publish": True}) as connection:
        try:
            ask(connection.channel())
        except MessageNacked:
            return FULL
        except AMQPError as refused:
            return str(refused.code)
        except KombuError as refused:  # it wraps what goes wrong while a connection is opened
            return str(getattr(refused.__cause__, "code", refused))
    return DONE


def publish(exchange: str, key: str, body: str | bytes = "{}", **properties: Any) -> Ask:
    """Publish, and wait for the confirm."""
    return lambda channel: channel.basic_publish(Message(body, **properties), exchange, key, mandatory=True)


def forbidden_to_partner(me: str, other: str) -> dict[str, tuple[Ask, str]]:
    """Everything a partner must not do, and the answer it must get."""
    return {
        **{wish: (ask, FORBIDDEN) for wish, ask in _to_speak(me, other)},
        **{wish: (ask, FORBIDDEN) for wish, ask in _to_read(node_queue(me), node_queue(other))},
        **{wish: (ask, FORBIDDEN) for wish, ask in _to_build(node_queue(me), node_queue(other), other)},
        "to sign with another's user id": (
            publish("network.in", f"from.{me}.intake.move_made", user_id=other),
            FALSE,
        ),
        "to say more than 1 MiB": (publish("network.in", f"from.{me}.x", b"x" * (LARGEST + 1)), FALSE),
        "to open more connections than its share": (_many_connections, NOT_ALLOWED),
        "to open more channels than its share": (_many_channels, NOT_ALLOWED),
    }


def _to_speak(me: str, other: str) -> Iterator[tuple[str, Ask]]:
    mine, theirs, [hub, *_] = node_queue(me), node_queue(other), HUB_QUEUES
    yield "to speak as another organisation", publish("network.in", f"from.{other}.intake.move_made")
    yield (
        "to speak as one whose name begins like its own",
        publish("network.in", f"from.{me}-2.intake.move_made"),
    )
    yield "to speak without a name", publish("network.in", "intake.move_made")
    yield "to speak as everybody", publish("network.in", "from.*.intake.move_made")
    yield "to speak as another on a second line", publish("network.in", f"from.{other}.x\nfrom.{me}.x")
    yield "to speak as the hub to a node", publish("network.out", f"to.{other}.referral.moved")
    yield "to speak as the hub to itself", publish("network.out", f"to.{me}.referral.moved")
    yield "to speak as the hub to all nodes", publish("network.out", "to.all.referral.directory_published")
    yield "to speak as one of the hub's services", publish("hub", "reporting.referral.moved")
    yield "to put into the hub's queue", publish("", hub)
    yield "to put into another's queue", publish("", theirs)
    yield "to put into its own queue", publish("", mine)
    yield "to put into another's pulse", publish(own_exchange(theirs), pulse_queue(theirs))
    yield "to put into the hub's pulse", publish(own_exchange(hub), pulse_queue(hub))
    for exchange in ("amq.topic", "amq.direct", "amq.fanout", "amq.headers"):
        yield f"to use the broker's own {exchange}", publish(exchange, f"to.{other}.referral.moved")


def _to_read(mine: str, theirs: str) -> Iterator[tuple[str, Ask]]:
    [hub, *_] = HUB_QUEUES
    for whose, queue in (("another's", theirs), ("the hub's", hub)):
        yield f"to read {whose} queue", lambda channel, queue=queue: channel.basic_get(queue)
        yield f"to listen to {whose} queue", lambda channel, queue=queue: channel.basic_consume(queue)
        yield f"to read {whose} pulse", lambda channel, queue=queue: channel.basic_get(pulse_queue(queue))
        yield f"to empty {whose} queue", lambda channel, queue=queue: channel.queue_purge(queue)
    yield "to read its own pulse", lambda channel: channel.basic_get(pulse_queue(mine))
    yield "to empty its own pulse", lambda channel: channel.queue_purge(pulse_queue(mine))


def _to_build(mine: str, theirs: str, other: str) -> Iterator[tuple[str, Ask]]:
    out, tap = "network.out", f"to.{other}.#"
    yield "to make a queue", lambda channel: channel.queue_declare("anything")
    yield "to make a queue without a name", lambda channel: channel.queue_declare("")
    yield (
        "to make a queue for itself alone",
        lambda channel: channel.queue_declare("anything", exclusive=True),
    )
    yield "to make its own queue another", lambda channel: channel.queue_declare(mine, durable=True)
    yield "to make an exchange", lambda channel: channel.exchange_declare("anything", "fanout")
    yield "to make an exchange another", lambda channel: channel.exchange_declare("network.in", "fanout")
    yield "to hear what all say to the hub", lambda channel: channel.queue_bind(mine, "network.in", "#")
    yield "to hear what is another's", lambda channel: channel.queue_bind(mine, out, tap)
    yield "to keep another from hearing", lambda channel: channel.queue_unbind(theirs, out, tap)
    yield "to stop hearing what is for all", lambda channel: channel.queue_unbind(mine, out, "to.all.#")
    yield "to tie exchanges together", lambda channel: channel.exchange_bind(out, "network.in", "#")
    yield (
        "to tie the network to its own exchange",
        lambda channel: channel.exchange_bind(own_exchange(mine), out, "#"),
    )
    yield "to remove its own queue", lambda channel: channel.queue_delete(mine)
    yield "to remove another's queue", lambda channel: channel.queue_delete(theirs)
    yield "to remove an exchange", lambda channel: channel.exchange_delete("network.in")
    yield "to remove its own exchange", lambda channel: channel.exchange_delete(own_exchange(mine))


def _many_connections(channel: Any) -> None:
    """The one that asks counts."""
    client = channel.connection.client
    with ExitStack() as opened:
        for _ in range(NODE_LIMITS["max-connections"]):
            opened.enter_context(closing(client.clone())).connect()


def _many_channels(channel: Any) -> None:
    for _ in range(NODE_LIMITS["max-channels"]):
        channel.connection.channel()


def allowed_to_partner(me: str) -> dict[str, Ask]:
    """Everything a partner must be able to do, and what it may besides, which harms itself alone."""
    mine = node_queue(me)
    return {
        "to speak as itself": publish("network.in", f"from.{me}.intake.move_made"),
        "to sign with its own user id": publish("network.in", f"from.{me}.intake.move_made", user_id=me),
        "to say 1 MiB": publish("network.in", f"from.{me}.intake.move_made", b"x" * LARGEST),
        "to read its own queue": lambda channel: channel.basic_get(mine),
        "to listen to its own queue": lambda channel: channel.basic_consume(mine),
        "to feel the broker's pulse": publish(own_exchange(mine), pulse_queue(mine), b""),
        "to empty its own queue": lambda channel: channel.queue_purge(mine),
    }


def forbidden_to_hub(org: str) -> dict[str, Ask]:
    """What the hub's services must not do: they are no nodes, and no administrators."""
    queue, [own, *_] = node_queue(org), HUB_QUEUES
    return {
        "to speak as a node": publish("network.in", f"from.{org}.intake.move_made"),
        "to put into a node's queue": publish("", queue),
        "to use a node's pulse": publish(own_exchange(queue), pulse_queue(queue)),
        "to read a node's queue": lambda channel: channel.basic_get(queue),
        "to empty a node's queue": lambda channel: channel.queue_purge(queue),
        "to make a queue": lambda channel: channel.queue_declare("anything"),
        "to remove its own queue": lambda channel: channel.queue_delete(own),
        "to bind its own queue": lambda channel: channel.queue_bind(own, "network.out", "#"),
    }
