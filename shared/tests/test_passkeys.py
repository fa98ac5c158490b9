"""A passkey lets in its owner, at our address, once for each question; whatever else comes is refused alike."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from shared.database import Database, new_metadata
from shared.passkeys import MOST, PasskeyRefused, Passkeys
from shared.second_factor_tables import add_second_factor_tables, forget
from shared.tests.authenticator import Authenticator

METADATA = new_metadata()
TABLES = add_second_factor_tables(METADATA)


class World:
    """Vera's passkey, and a clock that is told the time."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 9, tzinfo=UTC)
        self.database = Database("sqlite://", clock=lambda: self.at)
        METADATA.create_all(self.database.engine)
        self.passkeys = Passkeys(self.database, TABLES, address="http://localhost")
        self.key = Authenticator()

    def adds(self, key: Authenticator, username: str = "vera") -> None:
        options = self.passkeys.ask_to_add("a token", username)
        self.passkeys.add("a token", username, " On my key ring ", key.makes(options))

    def asks(self, by: str = "a token", username: str = "vera") -> str:
        return self.passkeys.ask_to_use(by, username)

    def refuses(self, answer: str, by: str = "a token", username: str = "vera") -> None:
        with pytest.raises(PasskeyRefused):
            self.passkeys.use(by, username, answer)


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    with closing(world.database):
        world.adds(world.key)
        yield world


def test_a_passkey_that_was_added_lets_in_again_and_again(world: World) -> None:
    [kept] = world.passkeys.of("vera")
    assert (kept.name, kept.used_at) == ("On my key ring", None)

    for _ in range(2):
        world.passkeys.use("a token", "vera", world.key.signs(world.asks()))

    assert world.passkeys.of("vera")[0].used_at == world.at
    assert world.passkeys.of("ivan") == []


@pytest.mark.parametrize("counts", [True, False])
def test_an_answer_counts_once(world: World, *, counts: bool) -> None:
    world.key.counts = counts
    answer = world.key.signs(world.asks())
    world.passkeys.use("a token", "vera", answer)

    world.refuses(answer)
    world.asks()
    world.refuses(answer)


def test_an_answer_to_another_question_is_none(world: World) -> None:
    answer = world.key.signs(world.asks())
    world.asks()

    world.refuses(answer)


def test_an_answer_is_good_for_the_sign_in_that_asked(world: World) -> None:
    answer = world.key.signs(world.asks("a token"))
    world.asks("another token")

    world.refuses(answer, by="another token")
    world.refuses(answer, by="a token that asked nothing")


def test_an_answer_that_comes_late_is_none(world: World) -> None:
    answer = world.key.signs(world.asks())
    world.at += timedelta(minutes=10)

    world.refuses(answer)


def test_another_one_s_passkey_lets_in_nobody_else(world: World) -> None:
    ivans = Authenticator()
    world.adds(ivans, "ivan")

    world.refuses(ivans.signs(world.asks(username="vera")))


FALSE: dict[str, Callable[[World], Authenticator]] = {
    "another address": lambda world: Authenticator(
        "http://localhost.evil.invalid", id=world.key.id, key=world.key.key
    ),
    "another port": lambda world: Authenticator("http://localhost:81", id=world.key.id, key=world.key.key),
    "another name": lambda world: Authenticator(host="evil.invalid", id=world.key.id, key=world.key.key),
    "another key": lambda world: Authenticator(id=world.key.id),
    "another id": lambda world: Authenticator(key=world.key.key),
}


@pytest.mark.parametrize("what", FALSE)
def test_what_a_false_page_or_a_false_key_says_is_refused(world: World, what: str) -> None:
    world.refuses(FALSE[what](world).signs(world.asks()))


@pytest.mark.parametrize("what", ["another address", "another port", "another name"])
def test_a_passkey_of_another_address_is_not_kept(world: World, what: str) -> None:
    key = FALSE[what](world)
    key.id = b"another id"

    with pytest.raises(PasskeyRefused):
        world.adds(key)

    assert len(world.passkeys.of("vera")) == 1


def test_a_copy_that_counts_from_the_beginning_is_refused(world: World) -> None:
    copy = Authenticator(id=world.key.id, key=world.key.key)
    for _ in range(2):
        world.passkeys.use("a token", "vera", world.key.signs(world.asks()))

    world.refuses(copy.signs(world.asks()))


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"id": 1}',
        "\x00",
        "x" * 100_000,
        "[" * 10_000,
        '{"id": {"a": []}, "response": 7}',
    ],
)
def test_what_is_no_answer_is_refused(world: World, answer: str) -> None:
    world.asks()
    world.refuses(answer)
    world.passkeys.ask_to_add("a token", "vera")

    with pytest.raises(PasskeyRefused):
        world.passkeys.add("a token", "vera", "x", answer)


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature"])
@pytest.mark.parametrize("damage", ["", "AAAA", "?", None, 7, {}])
def test_a_damaged_answer_is_refused(world: World, part: str, damage: object) -> None:
    answer = json.loads(world.key.signs(world.asks()))
    answer["response"][part] = damage

    world.refuses(json.dumps(answer))


@pytest.mark.parametrize("damage", ["", "AAAA", "?", None, 7, {}])
def test_a_damaged_passkey_is_not_kept(world: World, damage: object) -> None:
    answer = json.loads(Authenticator().makes(world.passkeys.ask_to_add("a token", "vera")))
    answer["response"]["attestationObject"] = damage

    with pytest.raises(PasskeyRefused):
        world.passkeys.add("a token", "vera", "x", json.dumps(answer))


def test_one_passkey_is_one_person_s(world: World) -> None:
    with pytest.raises(PasskeyRefused):
        world.adds(world.key, "ivan")

    assert world.passkeys.of("ivan") == []


def test_a_person_has_so_many_and_no_more(world: World) -> None:
    for _ in range(MOST - 1):
        world.adds(Authenticator())

    with pytest.raises(PasskeyRefused):
        world.adds(Authenticator())


def test_a_removed_passkey_lets_in_nobody_and_only_its_owner_removes_it(world: World) -> None:
    [kept] = world.passkeys.of("vera")
    world.passkeys.remove("ivan", kept.id)
    assert world.passkeys.of("vera") == [kept]

    world.passkeys.remove("vera", kept.id)

    world.refuses(world.key.signs(world.asks()))


def test_a_second_factor_that_is_forgotten_takes_its_passkeys_along(world: World) -> None:
    with world.database.transaction() as tx:
        forget(tx, TABLES, "vera")

    assert world.passkeys.of("vera") == []


@pytest.mark.parametrize(
    ("address", "offered"),
    [
        ("https://node.example", True),
        ("http://localhost:8000", True),
        ("http://127.0.0.1:8000", False),
        ("http://[::1]:8000", False),
    ],
)
def test_they_are_offered_where_browsers_make_any(world: World, address: str, *, offered: bool) -> None:
    assert Passkeys(world.database, TABLES, address=address).are_offered == offered
