"""Two real nodes and a hub: the hub dates the directory, a node asks for what it lacks, and round trips are made."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from importlib.metadata import version
from subprocess import CompletedProcess
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from deploy.composition import open_database
from deploy.demo.plan import hub_environment, node_environment
from deploy.demo.up import _environment
from services.intake.storage.network_tables import word_of_hub
from services.intake.storage.tables import directories, link, outbox, parked, referrals
from shared.messaging.topology import HUB_USER
from shared.polling import poll_until
from shared.settings import PREFIX
from shared.testing.broker import Broker
from tests.integration import test_command_line
from tests.integration.test_command_line import ERROR, refuses, throughline
from tests.network import SOON, Network, rabbitmq_network

CHECKS_FAILED = 2
A, B = "harbour-house", "legal-aid-centre"
TO_HUB = ["written", "confirmed", "seen_by_hub", "read"]
TO_PEER = ["written", "confirmed", "seen_by_hub", "seen_by_peer", "answered", "read"]


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory, broker: Broker) -> Iterator[Network]:
    with rabbitmq_network(tmp_path_factory.mktemp("network"), broker) as network:
        yield network


def tries(network: Network, *words: str) -> CompletedProcess[str]:
    """``throughline network test``, as the administrator of a node runs it."""
    node = next(node for node in network.plan.nodes if node.org == A)
    told = node_environment(network.plan, node, network.demo.broker.url_of(A))
    return throughline(
        "network", "test", *words, **{name.removeprefix(PREFIX).lower(): said for name, said in told.items()}
    )


def told(said: CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def at_node(network: Network, query: Any, org: str = A) -> Any:
    """What a query finds in a node's database, or does there."""
    url = next(node.database_url for node in network.plan.nodes if node.org == org)
    with closing(open_database("intake", url, sender=org)) as database, database.transaction() as tx:
        found = tx.execute(query)
        return found.scalar() if found.returns_rows else None


def test_word_goes_to_the_hub_and_back(network: Network) -> None:
    said = tries(network, "hub", "--json")

    found = told(said)
    assert (said.returncode, found["well"], found["next"]) == (0, True, None), said.stderr
    assert [step["step"] for step in found["steps"]] == TO_HUB
    assert all(datetime.fromisoformat(step["at"]) for step in found["steps"])


def test_word_goes_to_a_peer_and_back_and_nothing_comes_of_it(network: Network) -> None:
    mails = len(network.mails())
    said = tries(network, B, "--json")

    found = told(said)
    assert (said.returncode, found["well"]) == (0, True), said.stderr
    assert [step["step"] for step in found["steps"]] == TO_PEER
    for org in (A, B):
        assert at_node(network, select(func.count()).select_from(referrals), org) == 0
        assert at_node(network, select(func.count()).select_from(parked), org) == 0
    assert len(network.mails()) == mails


def test_each_step_is_a_line_for_people(network: Network) -> None:
    said = tries(network, B)

    assert said.returncode == 0, said.stderr
    lines = said.stdout.splitlines()
    assert [line.split(" s  ")[1].split("  (")[0] for line in lines] == [
        "written to the outbox",
        "confirmed by the broker",
        "seen by the hub",
        f"seen by the node of {B}",
        "answered",
        "answer read",
    ]


def test_a_peer_whose_worker_is_down_does_not_answer(network: Network) -> None:
    with network.standing_still(f"intake.{B}"):
        said = tries(network, B, "--timeout", "3")

    refuses(said, code=CHECKS_FAILED, naming=f"{B} did not answer", remedy="older version")
    assert "seen by the hub" in said.stdout
    assert "seen by the node" not in said.stdout


def test_a_hub_that_is_down_does_not_answer(network: Network) -> None:
    with network.standing_still("referral"):
        said = tries(network, B, "--timeout", "3", "--json")

    found = told(said)
    assert said.returncode == CHECKS_FAILED
    assert [step["step"] for step in found["steps"]] == TO_HUB[:2]
    assert "the hub did not answer" in found["next"]


def test_what_has_not_left_when_nobody_waits_any_more_does_not_leave(network: Network) -> None:
    with network.standing_still(f"intake.{A}"):
        said = tries(network, B, "--timeout", "1")
        waiting = at_node(network, select(func.count()).select_from(outbox))

    refuses(said, code=CHECKS_FAILED, naming="the broker did not take it", remedy="network provision")
    assert waiting == 0


def test_a_peer_that_is_not_in_the_network(network: Network) -> None:
    said = tries(network, "nobody-at-all")

    refuses(said, code=CHECKS_FAILED, naming="nobody-at-all is not in the network", remedy="directory")


node = test_command_line.node  #: the settings of a node where nothing runs


def test_a_node_whose_worker_does_not_run(node: dict[str, str]) -> None:
    assert throughline("migrate", "intake", **node).returncode == 0

    said = throughline("network", "test", "hub", "--timeout", "0.5", **node)

    refuses(said, code=CHECKS_FAILED, naming="worker does not run", remedy="throughline run intake")


@pytest.mark.parametrize(
    ("peer", "naming", "remedy"),
    [(A, "your own node", "name a partner"), ("No Code!", "organisation's id", "begins with a letter")],
)
def test_what_cannot_be_a_peer(network: Network, peer: str, naming: str, remedy: str) -> None:
    refuses(tries(network, peer), code=ERROR, naming=naming, remedy=remedy)


@pytest.fixture(scope="module")
def dating(network: Network) -> Network:
    """The same, whose hub dates the directory each second from now on."""
    environment = hub_environment(network.plan, "referral", network.demo.broker.url_of(HUB_USER))
    each_second = {f"{PREFIX}DATE_DIRECTORY_SECONDS": "1"}
    network.demo.supervisor.live_once("referral", _environment(environment | each_second))
    return network


@pytest.mark.parametrize("org", [A, B])
def test_the_hub_dates_the_directory_again_and_again(dating: Network, org: str) -> None:
    first = at_node(dating, select(word_of_hub.c.fresh_at), org)
    second = poll_until(lambda: _after(first, dating, org), seconds=SOON, what="a word")
    third = poll_until(lambda: _after(second, dating, org), seconds=SOON, what="another word")

    assert first < second < third


def test_with_it_a_node_learns_which_version_the_hub_runs(dating: Network) -> None:
    said = select(link.c.state).where(link.c.name == "version of the hub")

    found = poll_until(lambda: at_node(dating, said), seconds=SOON, what="the hub's version")

    assert found == version("throughline")


def _after(before: datetime, network: Network, org: str) -> datetime | None:
    now: datetime = at_node(network, select(word_of_hub.c.fresh_at), org)
    return now if now > before else None


def test_a_node_that_lost_the_newest_directory_asks_for_it(dating: Network) -> None:
    newest = select(func.max(directories.c.version))
    version = at_node(dating, newest)
    at_node(dating, delete(directories).where(directories.c.version == version))

    poll_until(lambda: at_node(dating, newest) == version, seconds=SOON, what="the directory")
