"""The hub and two nodes of deploy/compose, brought up by what stands there: a referral goes through."""

import json
import shutil
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.network import SOON, Client
from tests.packaging.place import Place, Project

pytestmark = pytest.mark.timeout(600)  #: seconds; images may have to be fetched and built first
PASSWORD = "oak-lantern-river-nineteen"
MAIL = {"SMTP_HOST": "mail.test", "MAIL_FROM": "post@mail.test"}


@dataclass(frozen=True)
class Deployed:
    """The hub and its nodes, all of them up."""

    place: Place
    hub: Project
    nodes: dict[str, Project]

    def pages(self, project: Project, path: str) -> httpx.Response:
        return self._ask(project).get(path)

    def client(self, org: str) -> Client:
        project = self.nodes[org]
        self.place.operator(
            project,
            "user",
            "add",
            "olena",
            "--role",
            "focal_point",
            "--password-file",
            "-",
            typed=f"{PASSWORD}\n",
        )
        told = json.loads(self.place.operator(project, "user", "token", "olena"))
        return Client(org, self._ask(project, Authorization=f"Bearer {told['token']}"))

    def _ask(self, project: Project, **headers: str) -> httpx.Client:
        trust = ssl.create_default_context(cafile=str(self.place.authority(project)))
        url = self.place.url(project)
        return httpx.Client(base_url=url, headers=headers, verify=trust, timeout=SOON, trust_env=False)


@pytest.fixture(scope="module")
def deployed(place: Place) -> Deployed:
    """By the steps of docs/how-to/deploy-the-hub.md and deploy-a-node.md."""
    hub = place.project("hub", "hub.yaml", **MAIL)
    place.operator(hub, "network", "ca", "ca", hub.environ["BROKER_HOST"])
    place.operator(hub, "network", "create", "Trial", "hub")
    place.up(hub, "broker", "databases")
    told = json.loads(place.operator(hub, "network", "provision", "--yes", "--json"))
    hub.fill_in("secrets/hub-broker-url", told["passwords"]["hub"])
    place.up(hub)
    names = {"our-house": "Our House", "echo-centre": "Echo Centre"}
    return Deployed(place, hub, {org: _joined(place, hub, org, name) for org, name in names.items()})


def _joined(place: Place, hub: Project, org: str, name: str) -> Project:
    place.operator(hub, "network", "invite", org, "--broker", place.broker)
    node = place.project(org, "node.yaml", ORG=org, ORG_NAME=name)
    for handed_over in (f"{org}.invitation", "ca/ca.pem"):
        path = hub.folder / "network" / handed_over
        node.put(f"keys/{path.name}", path.read_text("utf-8"))
    place.prepared(node)
    files = ("--key-file", "node.key", "--network-file", "network.json")
    joined = json.loads(place.operator(node, "network", "join", f"{org}.invitation", *files))
    admit = ("network", "admit", org, joined["request"], "--name", name)
    place.operator(hub, *admit, typed=joined["words"][org] + "\n")
    added = json.loads(place.operator(hub, "network", "add", org))
    node.fill_in("secrets/broker-url", added["password"])
    for root in ("hub/root-1.key", "hub/root-2.key"):
        place.operator(hub, "network", "sign", f"{org}.proposal", "--root", root, typed="y\n")
    place.operator(hub, "network", "publish", f"{org}.proposal")
    place.up(node)
    return node


def test_a_referral_goes_through(deployed: Deployed, record_property: Callable[[str, object], None]) -> None:
    record_property("figure", f"deploy/compose ran {deployed.place.says}.")
    sender, receiver = (deployed.client(org) for org in deployed.nodes)

    word = deployed.place.operator(deployed.nodes[sender.org], "network", "test", receiver.org)
    sent = sender.refer(sender.case([receiver.org]), receiver.org)

    assert "answer read" in word
    receiver.sees(sent["id"], "delivered")
    receiver.move(sent["id"], "acknowledge")
    sender.sees(sent["id"], "acknowledged")


def test_the_broker_is_as_it_must_be(deployed: Deployed) -> None:
    deployed.place.operator(deployed.hub, "network", "provision", "--check")


def test_the_proxies_lead_to_the_pages(deployed: Deployed) -> None:
    for project in (deployed.hub, *deployed.nodes.values()):
        answer = deployed.pages(project, "/health")
        assert answer.json()["status"] == "ok"
        assert answer.headers["strict-transport-security"]


def test_a_proxy_answers_nothing_to_a_program_that_forgot_the_s(deployed: Deployed) -> None:
    plain = deployed.place.url(deployed.hub, "http")
    assert httpx.get(f"{plain}/sign-in", trust_env=False).headers["location"].startswith("https://localhost")
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{plain}/api/v1/reports", trust_env=False)


def test_a_node_is_backed_up_tried_out_and_comes_back_on_a_clean_machine(deployed: Deployed) -> None:
    place, node = deployed.place, deployed.nodes["echo-centre"]
    place.operator(node, "user", "add", "vera", "--role", "auditor", "--link")
    made = [place.operator(node, "backup", "--new-identity", f"{number}.identity").strip() for number in "12"]
    node.tell("BACKUP_RECIPIENTS", ";".join(made))
    data, keys = (place.operator(node, "backup", *which).split()[0] for which in ((), ("--keys",)))
    assert "can be restored" in place.operator(
        node, "restore", data, "--identity", "1.identity", "--verify-only"
    )

    clean = place.project("clean", "node.yaml", ORG=node.name, ORG_NAME="Echo Centre")
    for kept in ("keys/1.identity", *(f"backups/{Path(one).name}" for one in (data, keys))):
        shutil.copy(node.folder / kept, clean.folder / kept)
    place.prepared(clean)
    (clean.folder / "secrets" / "secret-key").unlink()
    for one in (keys, data):  # in a container it is the same path; a process has it in its project's folder
        there = one.replace(str(node.folder), str(clean.folder))
        place.operator(clean, "restore", there, "--identity", "1.identity")

    assert "vera" in {one["username"] for one in json.loads(place.operator(clean, "user", "list", "--json"))}
    for secret in ("keys/node.key", "secrets/secret-key"):
        assert (clean.folder / secret).read_bytes() == (node.folder / secret).read_bytes()
