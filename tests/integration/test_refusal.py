"""A broker that refuses: what it did not take is taken later, over the same link."""

from collections.abc import Callable

from shared.messaging.amqp import AmqpLink
from shared.messaging.management import Management
from shared.messaging.message import Outgoing
from shared.polling import poll_until
from tests.desks import HUB_QUEUE, NODE_QUEUE, SOON, questions


def test_a_full_queue_refuses_and_takes_again_when_there_is_room(
    hub: str, management: Management, link: Callable[[str], AmqpLink]
) -> None:
    at_most(management, hub, 1)
    speaker = link(NODE_QUEUE)
    poll_until(lambda: not takes(speaker, *questions(1)), seconds=SOON, what="a refusal")
    at_most(management, hub, 1_000_000)

    poll_until(lambda: takes(speaker, *questions(1)), seconds=SOON, what="room")


def at_most(management: Management, url: str, messages: int) -> None:
    policy = {"pattern": f"^{HUB_QUEUE}$", "apply-to": "queues", "definition": {"max-length": messages}}
    management.set_policy("room", url.rpartition("/")[2], policy)


def takes(speaker: AmqpLink, message: Outgoing) -> bool:
    """Whether the broker takes it."""
    speaker.publish([message])

    def answered() -> tuple[bool] | None:
        speaker.take(0, 0.05)
        said = speaker.settled()
        return (message.id in said.confirmed,) if said else None

    answer = poll_until(answered, seconds=SOON, what="an answer")
    return bool(answer and answer[0])
