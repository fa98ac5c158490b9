"""``throughline network provision`` at a real broker: it says what differs, mends it, and then has no more to do."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from amqp.exceptions import AccessRefused
from click.testing import Result
from kombu import Connection
from typer.testing import CliRunner

from deploy.commands.network import app
from deploy.composition import open_database
from services.referral.usecases.directory import add_organisation
from shared.messaging.management import Management
from shared.messaging.message import HUB
from shared.messaging.topology import HUB_USER, node_queue
from shared.migrations import upgrade
from shared.sealing import PrivateKey
from shared.testing.broker import Broker, as_user, fresh_vhost, vhost_of

ORG, JOINING = "quiet-harbour", "open-hands"
QUEUE = node_queue(ORG)
PUBLIC_KEY = PrivateKey.generate().public

Spoil = Callable[["Hub"], object]


class Hub:
    """A hub's operator at a broker that has nothing yet, and a directory with one organisation."""

    def __init__(self, url: str, management: Management) -> None:
        self.url, self.management, self.vhost = url, management, vhost_of(url)

    def says(self, *words: str, typed: str = "") -> Result:
        return CliRunner().invoke(app, words, input=typed)

    def provisions(self, *words: str) -> dict[str, Any]:
        said = self.says("provision", "--yes", "--json", *words)
        told: dict[str, Any] = json.loads(said.stdout)
        return told | {"exit": said.exit_code}

    def differs(self) -> str:
        """What ``--check`` says, or nothing if it finds all well."""
        said = self.says("provision", "--check")
        return said.stdout if said.exit_code == 1 else ""

    def lets_in(self, user: str, password: str) -> bool:
        with Connection(as_user(self.url, user, password)) as connection:
            try:
                connection.connect()
            except AccessRefused:
                return False
        return True


@pytest.fixture
def empty(
    broker: Broker, management: Management, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Hub]:
    directory = f"sqlite:///{tmp_path / 'referral.db'}"
    with fresh_vhost(broker) as url:
        hub = Hub(url, management)
        for name, value in (
            ("BROKER_MANAGEMENT_URL", broker.management_url),
            ("BROKER_VHOST", hub.vhost),
            ("REFERRAL_DATABASE_URL", directory),
        ):
            monkeypatch.setenv(f"THROUGHLINE_{name}", value)
        for user in (HUB_USER, ORG, JOINING):  # of an earlier test
            management.create_user(user, "an invented password")
            management.delete_user(user)
        upgrade("services.referral", directory)
        with closing(open_database("referral", directory, sender=HUB)) as database:
            add_organisation(database, ORG, name="Quiet Harbour", public_key=PUBLIC_KEY)
        yield hub


@pytest.fixture
def hub(empty: Hub) -> Hub:
    """Provisioned."""
    assert empty.provisions()["exit"] == 0
    return empty


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
    "the policy is another": (
        put({"pattern": "^$", "definition": {"max-length": 1}}, "policies", "@", "given-up"),
        "~ policy given-up: apply-to: all → queues; definition: {'max-length': 1} → {'delivery-limit': 1000000000}",
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
    assert f"! queue {QUEUE}: x-dead-letter-exchange: not set →" in said.stdout
    assert "rabbitmqctl delete_queue NAME --if-empty" in said.stdout

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


def test_the_hubs_password_is_new_when_it_is_asked_for(hub: Hub) -> None:
    [first, second] = [hub.provisions("--new-password")["passwords"] for _ in range(2)]

    assert [{*first}, {*second}] == [{HUB_USER}, {HUB_USER}]
    assert not hub.lets_in(HUB_USER, first[HUB_USER])
    assert hub.lets_in(HUB_USER, second[HUB_USER])
    assert hub.differs() == ""


def test_an_organisation_joins_and_joins_again_and_gets_a_new_password(hub: Hub) -> None:
    words = ("add", JOINING, "--name", "Open Hands", "--public-key", PUBLIC_KEY)
    first, again = (json.loads(hub.says(*words).stdout) for _ in range(2))

    assert hub.differs() == ""
    assert "password" not in again
    assert hub.lets_in(JOINING, first["password"])

    new = json.loads(hub.says("password", JOINING).stdout)
    assert not hub.lets_in(JOINING, first["password"])
    assert hub.lets_in(JOINING, new["password"])


@pytest.mark.parametrize("user", ["nobody", "administrator"])
def test_who_is_not_of_the_network_gets_no_password(hub: Hub, user: str) -> None:
    said = hub.says("password", user)
    assert (said.exit_code, "is no user of this network" in said.output) == (1, True)


def test_who_does_not_administer_the_broker_is_told_so(
    hub: Hub, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "THROUGHLINE_BROKER_MANAGEMENT_URL", as_user(broker.management_url, "administrator", "wrong")
    )
    with pytest.raises(Exception, match="GET definitions: 401"):
        raise hub.says("provision", "--check").exception or AssertionError
