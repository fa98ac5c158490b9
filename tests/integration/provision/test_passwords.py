"""Passwords at the broker: new ones when they are asked for, and nobody stays with an old one."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from amqp.exceptions import ConnectionForced
from kombu import Connection

from shared.messaging.topology import HUB_USER
from shared.testing.broker import as_user
from tests.desks import SOON
from tests.hubs import JOINING, ORG, Hub


def test_the_hubs_password_is_new_when_it_is_asked_for(hub: Hub) -> None:
    [first, second] = [hub.provisions("--new-password")["passwords"] for _ in range(2)]

    assert [{*first}, {*second}] == [{HUB_USER}, {HUB_USER}]
    assert not hub.lets_in(HUB_USER, first[HUB_USER])
    assert hub.lets_in(HUB_USER, second[HUB_USER])
    assert hub.differs() == ""


def test_an_organisation_joins_and_joins_again_and_gets_a_new_password(hub: Hub) -> None:
    first, again = (json.loads(hub.says("add", JOINING).stdout) for _ in range(2))
    assert JOINING in hub.differs()
    hub.admits(JOINING)

    assert hub.differs() == ""
    assert "password" not in again
    assert hub.lets_in(JOINING, first["password"])

    new = json.loads(hub.says("password", JOINING).stdout)
    assert not hub.lets_in(JOINING, first["password"])
    assert hub.lets_in(JOINING, new["password"])


@contextmanager
def connected(hub: Hub, user: str, password: str) -> Iterator[Connection]:
    with Connection(as_user(hub.url, user, password)) as connection:
        connection.connect()
        yield connection


def is_cut_off(connection: Connection) -> bool:
    try:
        connection.drain_events(timeout=SOON)
    except ConnectionForced:
        return True
    return False


def test_who_is_there_with_the_old_password_is_cut_off(empty: Hub) -> None:
    old = empty.provisions()["passwords"][ORG]
    with connected(empty, ORG, old) as thief:
        empty.says("password", ORG)
        assert is_cut_off(thief)
    with connected(empty, HUB_USER, json.loads(empty.says("password", HUB_USER).stdout)["password"]) as thief:
        empty.provisions("--new-password")
        assert is_cut_off(thief)


def test_who_is_there_with_rights_that_are_taken_is_cut_off_and_nobody_else(empty: Hub) -> None:
    told = empty.provisions()["passwords"]
    with connected(empty, ORG, told[ORG]) as spy, connected(empty, HUB_USER, told[HUB_USER]) as other:
        empty.management.set_permissions(ORG, empty.vhost, configure="^$", write="^$", read=".*")
        empty.provisions()
        assert is_cut_off(spy)
        other.default_channel.close()


@pytest.mark.parametrize("user", ["nobody", "administrator"])
def test_who_is_not_of_the_network_gets_no_password(hub: Hub, user: str) -> None:
    said = hub.says("password", user)
    assert (said.exit_code, "is no user of this network" in said.output) == (1, True)
