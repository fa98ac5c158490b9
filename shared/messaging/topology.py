"""What stands at the hub's broker: exchanges, queues, bindings, and who may do what."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from shared.schemas import Event

NETWORK_IN = "network.in"  #: nodes publish here: ``from.<org>.<event type>``
NETWORK_OUT = "network.out"  #: the referral service publishes here: ``to.<org>.<event type>``
HUB_EVENTS = "hub"  #: between the hub's services: ``<service>.<event type>``, or the type alone to the referral service

DELIVERIES = 5  #: of a message without an answer; after these it is tried alone, for it may end the service
UNLIMITED = 1_000_000_000  #: deliveries; RabbitMQ 4 itself drops a message after 20
QUEUE_BYTES = 2_147_483_648  #: a full queue refuses, it never drops

# A service uses one connection with two channels; one that was cut off stays at the broker until silence ends it.
NODE_LIMITS = {"max-connections": 20, "max-channels": 100}  #: of one organisation's user
HUB_LIMITS = {"max-connections": 100, "max-channels": 1_000}  #: of the user of the hub's services


@dataclass(frozen=True)
class Address:
    """Where an event goes: an exchange, and what stands before the event's type in the key.

    ``says_received``: who hears there says which messages have come, and until then each is sent again.
    """

    exchange: str
    prefix: str
    says_received: bool = False

    def key(self, event: Event) -> str:
        """The routing key of the event."""
        return self.prefix + event.type


def from_node(org: str) -> Address:
    """From a node to the hub; the broker lets only that organisation's user write it."""
    return Address(NETWORK_IN, f"from.{org}.")


@lru_cache(maxsize=10_000)
def to_node(org: str) -> Address:
    """From the hub to one organisation's node."""
    return Address(NETWORK_OUT, f"to.{org}.")


TO_ALL = Address(NETWORK_OUT, "to.all.")  #: from the hub to every node
TO_REFERRAL = Address(HUB_EVENTS, "")  #: from one of the hub's services to the referral service
TO_NOTIFICATIONS = Address(HUB_EVENTS, "notifications.", says_received=True)  #: from the referral service
TO_REPORTING = Address(HUB_EVENTS, "reporting.", says_received=True)  #: from the referral service

Binding = tuple[str, str]  #: exchange, topic pattern

HUB_QUEUES: dict[str, tuple[Binding, ...]] = {
    "referral": (
        (NETWORK_IN, "from.*.intake.referral_sent"),
        (NETWORK_IN, "from.*.intake.referral_delivered"),
        (NETWORK_IN, "from.*.intake.move_made"),
        (NETWORK_IN, "from.*.intake.erasure_asked"),
        (NETWORK_IN, "from.*.intake.erasure_receipted"),
        (NETWORK_IN, "from.*.intake.history_asked"),
        (NETWORK_IN, "from.*.intake.services_offered"),
        (NETWORK_IN, "from.*.intake.keys_changed"),
        (NETWORK_IN, "from.*.intake.audit_checkpoint_made"),
        (NETWORK_IN, "from.*.intake.audit_checkpoint_witnessed"),
        (NETWORK_IN, "from.*.intake.directory_asked"),
        (NETWORK_IN, "from.*.intake.round_trip_asked"),
        (NETWORK_IN, "from.*.intake.round_trip_answered"),
        (NETWORK_IN, "from.*.intake.capacity_asked"),
        (NETWORK_IN, "from.*.intake.capacity_answered"),
        (NETWORK_IN, "from.*.intake.conference_opened"),
        (NETWORK_IN, "from.*.intake.conference_invited"),
        (NETWORK_IN, "from.*.intake.conference_confirmed"),
        (NETWORK_IN, "from.*.intake.conference_message_sent"),
        (NETWORK_IN, "from.*.intake.conference_departed"),
        (NETWORK_IN, "from.*.intake.conference_closed"),
        (NETWORK_IN, "from.*.intake.conference_ended"),
        (NETWORK_IN, "from.*.intake.conference_receipted"),
        (HUB_EVENTS, "hub.messages_received"),
    ),
    "notifications": (
        (NETWORK_IN, "from.*.intake.contacts_changed"),
        (NETWORK_IN, "from.*.intake.people_called"),
        (HUB_EVENTS, "notifications.referral.moved"),
        (HUB_EVENTS, "notifications.referral.overdue"),
        (HUB_EVENTS, "notifications.referral.directory_published"),
    ),
    "reporting": (
        (NETWORK_IN, "from.*.intake.counts_contributed"),
        (NETWORK_IN, "from.*.intake.counts_masked"),
        (NETWORK_IN, "from.*.intake.mask_lifted"),
        (NETWORK_IN, "from.*.intake.roster_refused"),
        (HUB_EVENTS, "reporting.referral.moved"),
        (HUB_EVENTS, "reporting.referral.overdue"),
        (HUB_EVENTS, "reporting.referral.directory_published"),
    ),
}


def node_queue(org: str) -> str:
    """The name of an organisation's queue."""
    return f"node.{org}"


def node_bindings(org: str) -> tuple[Binding, ...]:
    """What an organisation's queue receives."""
    return ((NETWORK_OUT, f"to.{org}.#"), (NETWORK_OUT, "to.all.#"))


def queue_arguments(queue: str) -> dict[str, dict[str, Any]]:
    """The arguments of a queue and of its pulse, by name.

    Nothing is dead-lettered. RabbitMQ can do that without loss only by a worker of each queue, and when links between
    three brokers fail, its queues may be left without a leader for good (decision 54).
    """
    main = {
        "x-queue-type": "quorum",
        "x-overflow": "reject-publish",
        "x-max-length-bytes": QUEUE_BYTES,
        "x-delivery-limit": UNLIMITED,
    }
    return {queue: main, pulse_queue(queue): {"x-queue-type": "quorum", "x-max-length": 1}}


def own_exchange(queue: str) -> str:
    """Where the queue's owner alone publishes, and only what is for itself.

    One for each queue: topic rights do not look at the ``CC`` header (measured), so who may write to an exchange
    reaches all that is bound to it. Its name is of a version that tried again by way of it: a node and a hub need not
    be of one age.
    """
    return f"{queue}.retry"


def pulse_queue(queue: str) -> str:
    """The queue that holds one message, never read: that it was written shows that the broker can write.

    It stands at the queue's own exchange.
    """
    return f"{queue}.pulse"


@dataclass(frozen=True)
class Rights:
    """A user's rights at the broker, as its regular expressions; the topics per exchange it may write."""

    configure: str
    write: str
    read: str
    topics: dict[str, str]


def node_rights(org: str) -> Rights:
    """A partner writes only as itself and reads only its own queue (measured: security, section 2).

    And ``.parked``, which stands in networks of before: a node of that age ends if it may not listen there.
    """
    queue = node_queue(org).replace(".", r"\.")
    return Rights(
        configure="^$",
        write=rf"^(network\.in|{queue}\.retry)$",
        read=rf"^{queue}(\.parked)?$",
        topics={NETWORK_IN: r"^from\.{username}\..+$"},
    )


HUB_USER = "hub"  #: the user of the hub's services

HUB_RIGHTS = Rights(
    configure="^$",
    write=r"^(network\.out|hub|(referral|notifications|reporting)\.retry)$",
    read=r"^(referral|notifications|reporting)$",
    topics={},
)
