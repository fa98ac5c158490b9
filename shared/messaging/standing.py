"""What must stand at the hub's broker, as one value, and how that differs from what does stand there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from shared.messaging.topology import (
    HUB_EVENTS,
    HUB_LIMITS,
    HUB_QUEUES,
    HUB_RIGHTS,
    HUB_USER,
    NETWORK_IN,
    NETWORK_OUT,
    NODE_LIMITS,
    Binding,
    Rights,
    node_bindings,
    node_queue,
    node_rights,
    own_exchange,
    pulse_queue,
    queue_arguments,
)


class Kind(StrEnum):
    """What there is at a broker, in the order in which it can be made."""

    EXCHANGE = "exchange"
    QUEUE = "queue"
    BINDING = "binding"
    POLICY = "policy"
    USER = "user"
    RIGHTS = "rights"
    TOPICS = "topic rights"
    LIMIT = "limit"


OF_A_USER = frozenset({Kind.USER, Kind.RIGHTS, Kind.TOPICS, Kind.LIMIT})  #: these are named by the user first
UNALTERABLE = frozenset({Kind.EXCHANGE, Kind.QUEUE})  #: the broker refuses to make them other than they are


class Thing(NamedTuple):
    """One thing at the broker: its kind, and the names by which the broker knows it."""

    kind: Kind
    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.kind} {', '.join(self.names)}"


Properties = Mapping[str, Any]
Standing = dict[Thing, Properties]


def whole_network(orgs: Iterable[str]) -> Standing:
    """All that must stand for the hub and for these organisations."""
    nodes = [(node_places(org), node_user(org)) for org in orgs]
    wanted = hub_places() | hub_user()
    for places, user in nodes:
        wanted |= places | user
    return wanted


def hub_places() -> Standing:
    """The exchanges, and the queues of the hub's services."""
    places: Standing = {
        Thing(Kind.EXCHANGE, (name,)): _TOPIC for name in (NETWORK_IN, NETWORK_OUT, HUB_EVENTS)
    }
    for queue, bindings in HUB_QUEUES.items():
        places |= _places_of(queue, bindings)
    return places


def hub_user() -> Standing:
    """The user of the hub's services."""
    return _user(HUB_USER, HUB_RIGHTS, HUB_LIMITS)


def node_places(org: str) -> Standing:
    """The queue of an organisation, and what belongs to it."""
    return _places_of(node_queue(org), node_bindings(org))


def node_user(org: str) -> Standing:
    """The user of an organisation."""
    return _user(org, node_rights(org), NODE_LIMITS)


_TOPIC = {"type": "topic", "durable": True, "auto_delete": False, "internal": False}


def _places_of(queue: str, bindings: Sequence[Binding]) -> Standing:
    own, pulse = own_exchange(queue), pulse_queue(queue)
    bound = [*((exchange, queue, pattern) for exchange, pattern in bindings), (own, pulse, pulse)]
    return {
        **{
            Thing(Kind.QUEUE, (name,)): {"durable": True, **how}
            for name, how in queue_arguments(queue).items()
        },
        Thing(Kind.EXCHANGE, (own,)): _TOPIC,
        **{Thing(Kind.BINDING, names): {} for names in bound},
    }


def _user(name: str, rights: Rights, limits: Mapping[str, int]) -> Standing:
    may = {"configure": rights.configure, "write": rights.write, "read": rights.read}
    return {
        Thing(Kind.USER, (name,)): {"tags": []},
        Thing(Kind.RIGHTS, (name,)): may,
        **{
            Thing(Kind.TOPICS, (name, exchange)): {"write": write, "read": "^$"}
            for exchange, write in rights.topics.items()
        },
        **{Thing(Kind.LIMIT, (name, limit)): {"value": value} for limit, value in limits.items()},
    }


@dataclass(frozen=True)
class Change:
    """One thing that stands otherwise than it must."""

    stands: Properties
    must: Properties

    def __str__(self) -> str:
        names = sorted(name for name in {*self.stands, *self.must} if self._of(name)[0] != self._of(name)[1])
        return "; ".join("{}: {} → {}".format(name, *self._of(name)) for name in names)

    def _of(self, name: str) -> tuple[Any, Any]:
        return self.stands.get(name, "not set"), self.must.get(name, "not set")


@dataclass(frozen=True)
class Difference:
    """What is missing, what stands otherwise than it must, and what stands there that nobody here knows."""

    missing: Standing
    changed: dict[Thing, Change]
    unalterable: dict[Thing, Change]
    unknown: Standing

    def __bool__(self) -> bool:
        return bool(self.missing or self.changed or self.unalterable or self.unknown)


def difference(wanted: Standing, found: Standing) -> Difference:
    """Compare; the users who administer the broker are its operators' own, and no difference."""
    other = {
        thing: Change(found[thing], must)
        for thing, must in wanted.items()
        if thing in found and found[thing] != must
    }
    return Difference(
        missing={thing: must for thing, must in wanted.items() if thing not in found},
        changed={thing: change for thing, change in other.items() if thing.kind not in UNALTERABLE},
        unalterable={thing: change for thing, change in other.items() if thing.kind in UNALTERABLE},
        unknown={thing: how for thing, how in found.items() if thing not in wanted and _counts(thing, found)},
    )


def _counts(thing: Thing, found: Standing) -> bool:
    """Whether something that is not wanted bears on this network: of users, those who have rights in it."""
    if thing.kind not in OF_A_USER:
        return True
    user = thing.names[0]
    administers = bool(found.get(Thing(Kind.USER, (user,)), {}).get("tags"))
    return not administers and Thing(Kind.RIGHTS, (user,)) in found
