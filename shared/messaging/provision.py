"""Make stand at the broker, through its management API, what must; services themselves declare nothing."""

import secrets
import time
from collections.abc import Iterator, Mapping
from itertools import filterfalse
from typing import Any

from shared.messaging.management import Json, Management
from shared.messaging.standing import (
    OF_A_USER,
    Difference,
    Kind,
    Properties,
    Standing,
    Thing,
    difference,
)

_ORDER = list(Kind)
COUNTED = 12.0  #: seconds after which the broker, which counts every five, tells of what came before
ENDED = 1.0  #: seconds in which a connection that is closed has ended
OF_THE_BROKER = (
    "amq."  #: so begin what AMQP 0-9-1 keeps for a broker's own; RabbitMQ 4.3 tells one of them in "/"
)


def look(management: Management, vhost: str) -> Standing:
    """What stands in the virtual host, and every user of the broker."""
    return dict(_things(management.get("definitions"), vhost))


def provision(
    management: Management, vhost: str, wanted: Standing, *, passwords: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Look, compare and apply in one; returns what ``apply`` does."""
    return apply(management, vhost, difference(wanted, look(management, vhost)), passwords=passwords)


def apply(
    management: Management, vhost: str, found: Difference, *, passwords: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Add what is missing and change what can be changed; nothing is removed.

    A user that is missing gets a password made up here, and one that is there keeps its own, unless one is given.
    Connections of users of whom something was changed are closed: the broker would look again after a minute, and at a
    password never. Returns the passwords that were set, by user.
    """
    given = dict(passwords or {})
    missing = [thing.names[0] for thing in found.missing if thing.kind is Kind.USER]
    told = {user: secrets.token_urlsafe(24) for user in missing} | given
    to_do: Standing = {Thing(Kind.USER, (user,)): {} for user in given}
    to_do |= found.missing | {thing: change.must for thing, change in found.changed.items()}
    for thing in sorted(to_do, key=lambda one: _ORDER.index(one.kind)):
        if thing.kind is Kind.USER:
            _put_user(management, thing.names[0], told)
        else:
            _put(management, vhost, thing, to_do[thing])
    changed = {thing.names[0] for thing in found.changed if thing.kind in OF_A_USER}
    for user in changed | (given.keys() - set(missing)):
        management.close_connections(user)
    return told


def renew(management: Management, vhost: str, wanted: Standing, found: Difference) -> set[Thing]:
    """Make anew the queues that stand otherwise than they must, and returns them; one that holds something stays.

    First nothing more is led to them, so that they run empty: what is said meanwhile comes back to its sender, who says
    it again. All connections are ended before anything is led there again: what comes over a channel that knew the
    queue of before, the broker confirms and does not keep (measured with 3.10). Takes a little more than ``COUNTED``.
    """
    queues = [thing for thing in found.unalterable if thing.kind is Kind.QUEUE]
    if not queues:
        return set()
    try:
        for thing in queues:
            _unbind(management, vhost, *thing.names)
        time.sleep(COUNTED)
        renewed = {thing for thing in queues if _is_made_anew(management, vhost, thing, wanted[thing])}
        if renewed:
            _end_all_connections(management, vhost)
    finally:
        apply(management, vhost, difference(wanted, look(management, vhost)))
    return renewed


def _end_all_connections(management: Management, vhost: str) -> None:
    for thing in look(management, vhost):
        if thing.kind is Kind.RIGHTS:
            management.close_connections(*thing.names)
    time.sleep(ENDED)


def _unbind(management: Management, vhost: str, queue: str) -> None:
    for bound in management.get("queues", vhost, queue, "bindings"):
        if bound["source"]:
            management.delete(
                "bindings", vhost, "e", bound["source"], "q", queue, str(bound["properties_key"])
            )


def _is_made_anew(management: Management, vhost: str, thing: Thing, must: Properties) -> bool:
    queue = ("queues", vhost, *thing.names)
    if management.get(*queue).get("messages") != 0:
        return False
    management.delete(*queue)
    _put(management, vhost, thing, must)
    return True


def _put_user(management: Management, user: str, told: Mapping[str, str]) -> None:
    """An ordinary user; without a new password it keeps the one it has, which the broker knows by its hash."""
    if user in told:
        management.create_user(user, told[user])
        return
    kept = management.get("users", user)
    hashed = {name: kept[name] for name in ("password_hash", "hashing_algorithm")}
    management.put({**hashed, "tags": ""}, "users", user)


def _put(management: Management, vhost: str, thing: Thing, must: Properties) -> None:
    body, (name, *more) = dict(must), thing.names
    match thing.kind:
        case Kind.EXCHANGE:
            management.put(body, "exchanges", vhost, name)
        case Kind.QUEUE:
            durable = body.pop("durable")
            management.put({"durable": durable, "arguments": body}, "queues", vhost, name)
        case Kind.BINDING:
            queue, pattern = more
            management.post({"routing_key": pattern}, "bindings", vhost, "e", name, "q", queue)
        case Kind.RIGHTS:
            management.put(body, "permissions", vhost, name)
        case Kind.TOPICS:
            management.put({"exchange": more[0], **body}, "topic-permissions", vhost, name)
        case Kind.LIMIT:
            management.put(body, "user-limits", name, more[0])


def _things(told: Json, vhost: str) -> Iterator[tuple[Thing, Properties]]:
    """The broker's definitions, as it exports them, in our words."""

    def here(what: str) -> Iterator[dict[str, Any]]:
        return (one for one in told[what] if one["vhost"] == vhost)

    for one in filterfalse(_is_the_brokers, here("exchanges")):
        internal = one.get("internal", False)  # RabbitMQ 4.3 leaves it out
        kept = _some(one, "type", "durable", "auto_delete")
        yield Thing(Kind.EXCHANGE, (one["name"],)), {**kept, "internal": internal}
    for one in here("queues"):
        yield Thing(Kind.QUEUE, (one["name"],)), {"durable": one["durable"], **one["arguments"]}
    for one in here("bindings"):
        yield _binding(one), one["arguments"]
    for one in here("policies"):
        kept = _some(one, "pattern", "apply-to", "definition", "priority")
        yield Thing(Kind.POLICY, (one["name"],)), kept
    for one in here("permissions"):
        yield Thing(Kind.RIGHTS, (one["user"],)), _some(one, "configure", "write", "read")
    for one in here("topic_permissions"):
        yield Thing(Kind.TOPICS, (one["user"], one["exchange"])), _some(one, "write", "read")
    for one in told["users"]:
        yield Thing(Kind.USER, (one["name"],)), {"tags": _as_list(one["tags"])}
        for limit, value in dict(one["limits"]).items():
            yield Thing(Kind.LIMIT, (one["name"], limit)), {"value": value}


def _is_the_brokers(exchange: Json) -> bool:
    return str(exchange["name"]).startswith(OF_THE_BROKER)


def _binding(one: Json) -> Thing:
    """Only queues are bound here; what is bound to an exchange has a name that says so."""
    to = one["destination"] if one["destination_type"] == "queue" else f"exchange {one['destination']}"
    return Thing(Kind.BINDING, (one["source"], to, one["routing_key"]))


def _as_list(tags: list[str] | str) -> list[str]:
    """A RabbitMQ whose users were made long ago writes them with commas between."""
    return tags if isinstance(tags, list) else [tag for tag in tags.split(",") if tag]


def _some(one: Json, *names: str) -> Properties:
    return {name: one[name] for name in names}
