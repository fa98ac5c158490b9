"""What must stand at the broker, compared with what does: each difference is seen for what it is."""

from typing import Any

from shared.messaging.standing import Difference, Kind, Standing, Thing, difference, node_user, whole_network

ORG = "quiet-harbour"
WANTED = whole_network([ORG])

QUEUE = Thing(Kind.QUEUE, (f"node.{ORG}",))
RIGHTS = Thing(Kind.RIGHTS, (ORG,))


def compared(*, without: tuple[Thing, ...] = (), **more: Any) -> Difference:
    """What must stand, without some and with some else."""
    found = {thing: how for thing, how in WANTED.items() if thing not in without}
    return difference(WANTED, found | more.get("besides", {}))


def user(name: str, *tags: str) -> Standing:
    """Somebody who may do everything here."""
    may = {"configure": ".*", "write": ".*", "read": ".*"}
    return {Thing(Kind.USER, (name,)): {"tags": [*tags]}, Thing(Kind.RIGHTS, (name,)): may}


def test_what_stands_as_it_must_is_no_difference() -> None:
    assert not compared()


def test_what_is_gone_is_missing() -> None:
    assert list(compared(without=(QUEUE,)).missing) == [QUEUE]


def test_rights_that_grew_are_changed_back() -> None:
    change = compared(besides={RIGHTS: {**WANTED[RIGHTS], "write": ".*"}}).changed[RIGHTS]
    assert change.must == WANTED[RIGHTS]
    assert str(change) == rf"write: .* → ^(network\.in|node\.{ORG}\.retry)$"


def test_a_queue_cannot_be_changed() -> None:
    found = compared(besides={QUEUE: {**WANTED[QUEUE], "x-max-length-bytes": 1}})
    assert list(found.unalterable) == [QUEUE]
    assert not found.changed
    assert str(found.unalterable[QUEUE]) == "x-max-length-bytes: 1 → 2147483648"


def test_an_argument_that_is_not_wanted_is_a_difference() -> None:
    found = compared(besides={QUEUE: {**WANTED[QUEUE], "x-expires": 1}})
    assert str(found.unalterable[QUEUE]) == "x-expires: 1 → not set"


def test_what_nobody_knows_is_told() -> None:
    tap = Thing(Kind.BINDING, ("network.out", f"node.{ORG}", "#"))
    assert list(compared(besides={tap: {}}).unknown) == [tap]


def test_a_stranger_with_rights_here_is_told_and_who_administers_the_broker_is_not() -> None:
    found = compared(besides=user("stranger") | user("administrator", "administrator"))
    assert {thing.names[0] for thing in found.unknown} == {"stranger"}


def test_a_user_without_rights_here_is_another_networks() -> None:
    elsewhere = Thing(Kind.USER, ("elsewhere",))
    assert not compared(
        besides={elsewhere: {"tags": []}, Thing(Kind.LIMIT, ("elsewhere", "max-channels")): {}}
    )


def test_an_organisation_that_administers_the_broker_is_made_ordinary_again() -> None:
    one = Thing(Kind.USER, (ORG,))
    assert list(compared(besides={one: {"tags": ["administrator"]}}).changed) == [one]


def test_more_topics_than_were_given_are_told() -> None:
    topic = Thing(Kind.TOPICS, (ORG, "network.out"))
    assert list(compared(besides={topic: {"write": ".*", "read": ".*"}}).unknown) == [topic]


def test_each_organisation_has_a_user_of_its_own() -> None:
    other = node_user("open-hands")
    assert not other.keys() & WANTED.keys()
    assert other.items() <= whole_network([ORG, "open-hands"]).items()
