"""Three brokers, started from the files in ``deploy/broker``: any one of them may go, and service resumes.

What is killed is killed as by a power cut, but its disk keeps what was synced. What is cut off is cut off by proxies
between the nodes: nothing they say to each other arrives, nobody is told, and clients reach the lonely node as before.
All of it is on one machine: that its processor is shared makes it slower than three, and its network does not stumble.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from deploy.demo.broker import RABBITMQ, DemoBroker, given
from deploy.demo.plan import make_plan
from shared.messaging.topology import HUB_USER
from shared.polling import poll_until
from shared.testing.broker import as_user
from shared.testing.private_cluster import MACHINES, PrivateCluster
from tests.faults.referrals import A, B, expect_each_once, ids_in
from tests.network import Network, running

WANTED = 15.0  #: seconds within which service is to resume; a figure, since the clock of a busy machine proves nothing
PAUSE = 0.05  #: seconds between two referrals, and between two looks
UNDER_WAY = 2.0  #: seconds after a fault, in which what was under way may still arrive
PATIENCE = 60.0  #: seconds within which service must resume at all
HUB_QUEUE = "referral"
DELIVERED = "select count(*) from referrals where state = 'delivered' and direction = 'out'"


@dataclass
class Place:
    """A network, and the cluster on which it lives."""

    network: Network
    cluster: PrivateCluster


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("cluster")
    plan, started = make_plan(folder), []

    def start() -> DemoBroker:
        cluster = PrivateCluster(folder / "brokers")
        started.append(cluster)
        one, *_ = brokers = [cluster.brokers[machine] for machine in MACHINES]
        given(one.amqp_url, one.management_url, [node.org for node in plan.nodes], plan.password)

        def url_of(user: str) -> str:
            return ";".join(as_user(broker.amqp_url, user, plan.password) for broker in brokers)

        return DemoBroker(RABBITMQ, url_of(HUB_USER), url_of, folder, close=cluster.close)

    with running(plan, start) as network:
        yield Place(network, started[0])


@dataclass
class Load:
    """Referrals from A to B, one after the other, and the moments when A was told that more had been delivered."""

    network: Network
    sent: list[str] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    enough: threading.Event = field(default_factory=threading.Event)

    def send(self) -> None:
        sender = self.network.node(A)
        case_id = sender.case([B])
        while not self.enough.wait(PAUSE):
            self.sent.append(str(sender.refer(case_id, B)["id"]))

    def watch(self) -> None:
        known = 0
        while not self.enough.wait(PAUSE):
            delivered = int(ids_in(self.network, A, DELIVERED)[0])
            if delivered > known:
                self.told.append(time.monotonic())
            known = delivered

    def flows_after(self, moment: float) -> bool:
        return bool(self.told) and self.told[-1] > moment

    def longest_silence(self, since: float) -> float:
        """Seconds in which A was told of no delivery."""
        moments = [since, *(moment for moment in self.told if moment > since), time.monotonic()]
        return max(later - earlier for earlier, later in pairwise(moments))


@contextmanager
def load_on(network: Network) -> Iterator[Load]:
    load = Load(network)
    threads = [threading.Thread(target=do, daemon=True) for do in (load.send, load.watch)]
    for thread in threads:
        thread.start()
    try:
        poll_until(lambda: len(load.told) > 3, seconds=PATIENCE, what="deliveries")
        yield load
    finally:
        load.enough.set()
        for thread in threads:
            thread.join(PATIENCE)


@dataclass(frozen=True)
class Fault:
    """What befalls which machine, and how it is mended; ``mended`` tells of what is worth telling."""

    chosen: Callable[[PrivateCluster], str]
    befalls: Callable[[PrivateCluster, str], None]
    mended: Callable[[PrivateCluster, str], str]


def kill(cluster: PrivateCluster, machine: str) -> None:
    cluster.brokers[machine].kill()


def start_again(cluster: PrivateCluster, machine: str) -> str:
    cluster.brokers[machine].restart()
    return ""


def with_the_links(cluster: PrivateCluster) -> str:
    """Where the hub is linked to; so are all whose links were lost with its last one."""
    return cluster.linked_to(HUB_QUEUE)


def with_the_leader(cluster: PrivateCluster) -> str:
    return cluster.leader_of(HUB_QUEUE)


FAULTS = {
    "whose broker is killed": Fault(with_the_links, kill, start_again),
    "whose broker leads the hub's queue and is killed": Fault(with_the_leader, kill, start_again),
    "that is cut off from the others": Fault(with_the_links, PrivateCluster.cut_off, PrivateCluster.heal),
}


def test_each_queue_is_on_all_three(place: Place) -> None:
    members = {name: sorted(machines) for name, machines in place.cluster.members().items()}

    assert members == dict.fromkeys(members, sorted(MACHINES))
    assert {HUB_QUEUE, f"node.{A}", f"node.{A}.pulse"} <= set(members)


@pytest.mark.parametrize("fault", FAULTS)
def test_service_outlives_a_machine(
    place: Place, fault: str, record_property: Callable[[str, object], None]
) -> None:
    cluster, what = place.cluster, FAULTS[fault]
    machine = what.chosen(cluster)
    with load_on(place.network) as load:
        begun = time.monotonic()
        what.befalls(cluster, machine)
        poll_until(lambda: load.flows_after(begun + UNDER_WAY), seconds=PATIENCE, what="service to resume")
        cluster.await_alone(machine)
        told = what.mended(cluster, machine)
        cluster.await_whole()
        silence = load.longest_silence(begun)
    expect_each_once(place.network, load.sent)
    silent = f"silent for {silence:.1f} s at the most (wanted: {WANTED:.0f})"
    figures = ", ".join(filter(None, (f"{len(load.sent)} referrals", "0 lost", silent, told)))
    record_property("figure", f"A machine {fault}: {figures}.")
