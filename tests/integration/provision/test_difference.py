"""``throughline network provision`` at a real broker: it says what differs, mends it, and then has no more to do."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.messaging.topology import HUB_USER
from shared.testing.broker import Broker, as_user
from tests.hubs import ORG, QUEUE, Hub

Spoil = Callable[[Hub], object]


def test_the_first_run_makes_all_and_tells_each_password(empty: Hub) -> None:
    told = empty.provisions()

    assert (told["exit"], {*told["passwords"]}) == (0, {HUB_USER, ORG})
    assert f"queue {QUEUE}" in told["missing"]
    assert all(empty.lets_in(user, password) for user, password in told["passwords"].items())


def test_the_second_run_changes_nothing(hub: Hub) -> None:
    before = hub.management.get("definitions")

    told = hub.provisions()

    assert told == {
        "missing": [],
        "changed": {},
        "unalterable": {},
        "unknown": [],
        "passwords": {},
        "exit": 0,
    }
    assert hub.management.get("definitions") == before
    assert hub.differs() == ""


def test_a_look_changes_nothing(empty: Hub) -> None:
    before = empty.management.get("definitions")

    assert f"+ queue {QUEUE}" in empty.differs()
    assert empty.management.get("definitions") == before


@pytest.mark.parametrize("typed", ["n\n", ""])
def test_who_does_not_say_yes_changes_nothing(empty: Hub, typed: str) -> None:
    said = empty.says("provision", typed=typed)

    assert (said.exit_code, f"+ queue {QUEUE}" in said.stdout) == (1, True)
    assert f"+ queue {QUEUE}" in empty.differs()


def test_who_says_yes_has_it(empty: Hub) -> None:
    assert empty.says("provision", typed="y\n").exit_code == 0
    assert empty.differs() == ""


def test_json_asks_nothing(empty: Hub) -> None:
    said = empty.says("provision", "--json")
    assert (said.exit_code, "--yes" in said.output) == (1, True)


def remove(*path: str) -> Spoil:
    return lambda hub: hub.management.delete(*(hub.vhost if part == "@" else part for part in path))


def put(body: dict[str, Any], *path: str) -> Spoil:
    return lambda hub: hub.management.put(body, *(hub.vhost if part == "@" else part for part in path))


SPOILT: dict[str, tuple[Spoil, str]] = {
    "a queue is gone": (remove("queues", "@", QUEUE), f"+ queue {QUEUE}"),
    "a pulse is gone": (remove("queues", "@", "reporting.pulse"), "+ queue reporting.pulse"),
    "an exchange is gone": (remove("exchanges", "@", "hub"), "+ exchange hub"),
    "a binding is gone": (
        remove("bindings", "@", "e", "network.out", "q", QUEUE, f"to.{ORG}.%23"),
        f"+ binding network.out, {QUEUE}, to.{ORG}.#",
    ),
    "a partner may do everything": (
        put({"configure": ".*", "write": ".*", "read": ".*"}, "permissions", "@", ORG),
        f"~ rights {ORG}: configure: .* → ^$; read: .* → ",
    ),
    "a partner may do nothing": (
        remove("permissions", "@", ORG),
        f"+ rights {ORG}: configure ^$; write ^(network",
    ),
    "a partner may speak as anybody": (
        remove("topic-permissions", "@", ORG),
        f"+ topic rights {ORG}, network.in",
    ),
    "a partner may connect without end": (
        remove("user-limits", ORG, "max-connections"),
        f"+ limit {ORG}, max-connections: value 20",
    ),
    "a partner has another limit": (
        put({"value": 9000}, "user-limits", ORG, "max-channels"),
        f"~ limit {ORG}, max-channels: value: 9000 → 100",
    ),
}


@pytest.mark.parametrize("what", SPOILT)
def test_what_is_spoilt_is_told_and_mended(hub: Hub, what: str) -> None:
    spoil, line = SPOILT[what]
    spoil(hub)

    assert line in hub.differs()
    told = hub.provisions()

    assert (told["exit"], told["passwords"]) == (0, {})
    assert hub.differs() == ""


def test_a_user_that_is_gone_comes_back_with_a_new_password(hub: Hub) -> None:
    hub.management.delete_user(ORG)

    told = hub.provisions()

    assert told["missing"] == [
        f"user {ORG}",
        f"rights {ORG}",
        f"topic rights {ORG}, network.in",
        f"limit {ORG}, max-connections",
        f"limit {ORG}, max-channels",
    ]
    assert hub.lets_in(ORG, told["passwords"][ORG])


def test_an_administrator_becomes_an_ordinary_user_and_keeps_its_password(hub: Hub) -> None:
    hub.management.create_user(ORG, "its own password", tags="administrator")

    assert f"~ user {ORG}: tags: ['administrator'] → []" in hub.differs()
    assert hub.provisions()["passwords"] == {}

    assert hub.differs() == ""
    assert hub.lets_in(ORG, "its own password")


def test_a_queue_that_cannot_be_changed_is_told_with_the_remedy(hub: Hub) -> None:
    remove("queues", "@", QUEUE)(hub)
    put({"durable": True, "arguments": {"x-queue-type": "quorum"}}, "queues", "@", QUEUE)(hub)

    said = hub.says("provision", "--yes")

    assert said.exit_code == 1
    assert f"! queue {QUEUE}: x-delivery-limit: not set →" in said.stdout
    assert "--renew makes a queue anew" in said.stdout

    remove("queues", "@", QUEUE)(hub)
    assert hub.provisions()["exit"] == 0


def test_what_is_unknown_is_told_and_left(hub: Hub) -> None:
    """Another's messages led into a partner's queue, a queue, and a user that may read all."""
    hub.management.post({"routing_key": "#"}, "bindings", hub.vhost, "e", "network.out", "q", QUEUE)
    put({"durable": True}, "queues", "@", "forgotten")(hub)
    hub.management.create_user("stranger", "an invented password")
    hub.management.set_permissions("stranger", hub.vhost, configure="^$", write="^$", read=".*")

    for _ in range(2):
        said = hub.differs()
        for line in (
            f"? binding network.out, {QUEUE}, # is not of this network",
            "? queue forgotten is not of this network",
            "? rights stranger: configure ^$; write ^$; read .* is not of this network",
        ):
            assert line in said
        hub.provisions()
    hub.management.delete_user("stranger")


def test_who_does_not_administer_the_broker_is_told_so(
    hub: Hub, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "THROUGHLINE_BROKER_MANAGEMENT_URL", as_user(broker.management_url, "administrator", "wrong")
    )
    with pytest.raises(Exception, match="GET definitions: 401"):
        raise hub.says("provision", "--check").exception or AssertionError
