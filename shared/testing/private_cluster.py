"""Three private RabbitMQ nodes that form the cluster of ``deploy/broker``, and the network between them to cut."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain, permutations
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from shared.messaging.private_broker import Member, PrivateBroker
from shared.polling import poll_until
from shared.ports import LOOPBACK, free_ports
from shared.testing.proxy import Proxy

MACHINES = ("broker1", "broker2", "broker3")  #: as the configuration names them
CONFIG = Path(__file__).parents[2] / "deploy" / "broker" / "rabbitmq.conf"
KHEPRI = "khepri_db"  #: the feature flag of the store that replaces Mnesia
WHOLE = 90.0  #: seconds within which a node has joined the others
BY_ITSELF = 45.0  #: seconds within which one that was cut off is there again, if nobody needs to help
SOON = 10.0  #: seconds for an answer
MOST = 20_000  #: connections between two machines


class _Ports(NamedTuple):
    """Where one machine listens for its neighbours."""

    distribution: int
    mapper: int


class PrivateCluster:
    """Three nodes with the deployed configuration, each as on a machine of its own; whole once it exists.

    Every machine sees every other one at an address where a proxy stands, so all that nodes say to each other can
    be cut, while clients still reach them.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = directory or Path(tempfile.mkdtemp(prefix="throughline-cluster-"))
        ports = free_ports(2 * len(MACHINES))
        self._ports = {m: _Ports(*ports[2 * i : 2 * i + 2]) for i, m in enumerate(MACHINES)}
        self._ways: dict[tuple[str, str], Sequence[Proxy]] = {
            pair: tuple(self._way(*pair)) for pair in permutations(MACHINES, 2)
        }
        self._secrets = secrets.token_hex(16), secrets.token_urlsafe()
        self.brokers: dict[str, PrivateBroker] = {}
        try:
            with ThreadPoolExecutor() as at_once:
                list(at_once.map(self._start, MACHINES))
            self._has_khepri = self._take_khepri()
            self.await_whole()
        except BaseException:
            self.close()
            raise

    def cut_off(self, machine: str) -> None:
        """What the machine and its neighbours say to each other does not arrive, and nobody is told."""
        for way in self._between(machine):
            way.hold()

    def heal(self, machine: str) -> str:
        """What they said arrives after all, as a network brings it that tries again; tells what else had to be done.

        With Mnesia, and an Erlang from 25.1 on, a node that paused may hang when it begins again (RabbitMQ's issue
        6034). The how-to says to start it anew then.
        """
        for way in self._between(machine):
            way.heal()
        if self._has_khepri or self._comes_back(machine):
            return ""
        self.brokers[machine].kill()
        self.brokers[machine].restart()
        return "its broker hung, and was started anew"

    def leader_of(self, queue: str) -> str:
        """The machine whose node leads a queue of the default virtual host."""
        return _machine(poll_until(lambda: self._queue(queue).get("leader"), seconds=WHOLE, what="a leader"))

    def linked_to(self, name: str) -> str:
        """The machine whose node has the connection of that name."""

        def found() -> str | None:
            open_ones = self._look("connections")
            return next((c["node"] for c in open_ones if c.get("user_provided_name") == name), None)

        return _machine(poll_until(found, seconds=WHOLE, what=f"the connection of {name}"))

    def members(self) -> dict[str, list[str]]:
        """On which machines each queue is kept."""
        return {
            queue["name"]: [_machine(node) for node in queue["members"]] for queue in self._look("queues")
        }

    def await_alone(self, machine: str) -> None:
        """Wait until a node that was cut off has noticed: with Mnesia it then pauses, and lets nobody in."""
        poll_until(lambda: self._is_alone(machine), seconds=WHOLE, what=f"{machine} to see that it is alone")

    def await_whole(self) -> None:
        """Wait until every node runs and sees the others, and every queue has its three members at work."""
        poll_until(self._is_whole, seconds=WHOLE, what="the cluster to be whole")

    def _is_alone(self, machine: str) -> bool:
        try:
            nodes = self._look("nodes", machine)
        except httpx.ConnectError:
            return True
        except httpx.HTTPError:
            return False
        return self._has_khepri and sum(bool(node.get("running")) for node in nodes) == 1

    def _comes_back(self, machine: str) -> bool:
        with suppress(TimeoutError):
            return poll_until(lambda: self._runs(machine), seconds=BY_ITSELF, what=f"{machine} to come back")
        return False

    def _runs(self, machine: str) -> bool:
        with suppress(httpx.HTTPError):
            return all(node.get("running") for node in self._look("nodes", machine))
        return False

    def _is_whole(self) -> bool:
        try:
            seen = [self._look("nodes", machine) for machine in MACHINES]
            queues = self._look("queues")
        except httpx.HTTPError:
            return False
        all_run = all(node.get("running") and not node.get("partitions") for nodes in seen for node in nodes)
        all_see_all = all(len(nodes) == len(MACHINES) for nodes in seen)
        return (
            all_run and all_see_all and all(len(queue.get("online", ())) == len(MACHINES) for queue in queues)
        )

    def _queue(self, name: str) -> dict[str, Any]:
        return next((queue for queue in self._look("queues") if queue["name"] == name), {})

    def _look(self, what: str, machine: str | None = None) -> Any:
        """What the management API of a node, or of any that runs, says."""
        broker = self.brokers[machine] if machine else self._any()
        answer = httpx.get(f"{broker.management_url}/{what}", timeout=SOON, trust_env=False)
        return answer.raise_for_status().json()

    def _any(self) -> PrivateBroker:
        return next(broker for broker in self.brokers.values() if broker.is_running())

    def close(self) -> None:
        """End the nodes and the network, and remove everything they kept."""
        for broker in self.brokers.values():
            broker.close()
        for way in chain.from_iterable(self._ways.values()):
            way.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _between(self, machine: str) -> Iterator[Proxy]:
        for pair, ways in self._ways.items():
            if machine in pair:
                yield from ways

    def _way(self, seer: str, seen: str) -> Iterator[Proxy]:
        address, there = _address(seer, seen), self._ports[seen]
        yield Proxy(f"tcp://{LOOPBACK}:{there.mapper}", at=(address, self._ports[seer].mapper), most=MOST)
        yield Proxy(f"tcp://{LOOPBACK}:{there.distribution}", at=(address, there.distribution), most=MOST)

    def _start(self, machine: str) -> None:
        cookie, password = self._secrets
        addresses = {seen: _address(machine, seen) for seen in MACHINES}
        member = Member(f"rabbit@{machine}", CONFIG, addresses, cookie, password, *self._ports[machine])
        self.brokers[machine] = PrivateBroker(self.directory / machine, member)

    def _take_khepri(self) -> bool:
        """What the how-to tells an operator to do on a RabbitMQ that can; tells whether it has it."""
        state = {flag["name"]: flag["state"] for flag in self._look("feature-flags")}.get(KHEPRI)
        if state == "disabled":
            url = f"{self._any().management_url}/feature-flags/{KHEPRI}/enable"
            httpx.put(url, json={}, timeout=WHOLE, trust_env=False).raise_for_status()
        return state is not None


def _machine(node: object) -> str:
    return str(node).partition("@")[2]


def _address(seer: str, seen: str) -> str:
    """Where on loopback one machine sees another."""
    if seer == seen:
        return LOOPBACK
    return f"127.0.{MACHINES.index(seer) + 1}.{MACHINES.index(seen) + 1}"
