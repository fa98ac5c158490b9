"""All processes of a node by one command: started, started anew, told of, followed and ended, and nobody else's."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.configured import NAME
from deploy.demo.broker import provision_embedded
from deploy.processes import identity
from shared.polling import poll_until
from shared.ports import free_ports
from tests import in_process
from tests.installed import program
from tests.integration.test_command_line import ERROR, network_file, refuses, throughline
from tests.integration.test_init import ANSWERS, words

CHECKS_FAILED = 2
SOON = 60.0  #: seconds


class Node:
    """An organisation's folder, and its commands."""

    def __init__(self, folder: Path, org: str, port: int) -> None:
        self.folder, self.org, self.url = folder / org, org, f"http://127.0.0.1:{port}"
        about = {"--org": org, "--public-url": self.url, "--web-port": str(port)}
        made = in_process.throughline(*words(self.folder, **ANSWERS | about))
        assert made.returncode == 0, made.stderr

    def joins(self) -> None:
        """The network's file, and a bus for trying out."""
        provision_embedded(self.folder / "bus.db", [self.org])
        (self.folder / "secrets" / "broker-url").write_text(f"embedded://{self.folder}/bus.db")
        network_file(self.folder)

    def says(self, *said: str) -> "subprocess.CompletedProcess[str]":
        return throughline(*said, config=str(self.folder / NAME))

    def status(self, *flags: str) -> "subprocess.CompletedProcess[str]":
        """The same, asked again and again: within this process."""
        return in_process.throughline("status", *flags, config=str(self.folder / NAME))

    def runs(self) -> dict[str, Any]:
        """Each process as ``status`` tells it."""
        return {one["name"]: one for one in json.loads(self.status("--json").stdout)}

    def pids(self) -> dict[str, int]:
        return {name: one["pid"] for name, one in self.runs().items()}

    def is_ready(self) -> bool:
        return self.status().returncode == 0

    def supervisor(self) -> int:
        return int(json.loads((self.folder / "run" / "processes.json").read_text())[0]["pid"])


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[list[Node]]:
    """Two organisations on one machine, which have joined; whatever runs is ended."""
    with ended(tmp_path, "our-house", "echo-centre") as made:
        yield made


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with ended(tmp_path, "our-house") as [made]:
        yield made


@contextmanager
def ended(folder: Path, *orgs: str) -> Iterator[list[Node]]:
    made = [Node(folder, org, port) for org, port in zip(orgs, free_ports(len(orgs)), strict=True)]
    for node in made:
        node.joins()
    yield made
    for node in made:
        assert node.says("down").returncode == 0


def test_two_organisations_on_one_machine_run_apart(nodes: list[Node]) -> None:
    for node in nodes:
        said = node.says("up", "--detach")
        assert (said.returncode, "ready" in said.stdout) == (0, True), said.stderr
        assert requests.get(f"{node.url}/health", timeout=SOON).json()["status"] == "ok"
        assert {name: (one["ready"], one["version"]) for name, one in node.runs().items()} == {
            "intake": (True, "0.1.0"),
            "intake.web": (True, "0.1.0"),
        }
    ours, theirs = nodes
    of_others = theirs.pids()

    assert ours.says("down").returncode == 0

    assert ours.says("status").returncode == CHECKS_FAILED
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{ours.url}/health", timeout=SOON)
    assert theirs.is_ready()
    assert theirs.pids() == of_others


def test_a_second_up_on_one_folder_is_refused(node: Node) -> None:
    node.says("up", "--detach")
    before, noted = node.pids(), node.folder / "run" / "processes.json"
    for command in (("up",), ("up", "--detach")):
        refuses(node.says(*command), code=ERROR, naming="run already", remedy="throughline down")

    known = noted.rename(node.folder / "known")
    refuses(node.says("up"), code=ERROR, naming="run already", remedy="throughline down")
    known.rename(noted)

    assert node.pids() == before


def test_what_dies_runs_again_and_the_rest_goes_on(node: Node) -> None:
    node.says("up", "--detach")
    before = node.pids()

    (node.folder / "logs" / "intake.log").unlink()
    os.kill(before["intake"], signal.SIGKILL)

    poll_until(lambda: node.pids()["intake"] != before["intake"], seconds=SOON, what="another worker")
    poll_until(node.is_ready, seconds=SOON, what="the node to be well again")
    assert node.pids()["intake.web"] == before["intake.web"]


def test_what_a_killed_supervisor_left_is_told_and_ended_by_the_next(node: Node) -> None:
    node.says("up", "--detach")
    left = node.pids()
    os.kill(node.supervisor(), signal.SIGKILL)
    poll_until(lambda: node.status().returncode == CHECKS_FAILED, seconds=SOON, what="status to tell")
    assert all(map(identity, left.values()))

    assert node.says("up", "--detach").returncode == 0

    assert not any(map(identity, left.values()))
    os.kill(node.supervisor(), signal.SIGKILL)
    left = node.pids()
    said = node.says("down")
    assert (said.returncode, said.stdout) == (0, "Ended what was left.\n")
    assert not any(map(identity, left.values()))


def test_down_ends_nobody_who_has_the_number_of_one_of_ours_now(node: Node) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        known = {
            "name": "intake",
            "pid": stranger.pid,
            "identity": "another boot/1",
            "since": "2026-01-01",
            "version": "",
        }
        run = node.folder / "run"
        run.mkdir()
        (run / "processes.json").write_text(json.dumps([known | {"name": "supervisor"}, known]))

        said = node.says("down")

        assert (said.returncode, said.stdout) == (0, "Nothing is running.\n")
        assert stranger.poll() is None
        assert node.status().returncode == CHECKS_FAILED
    finally:
        stranger.kill()
        stranger.wait()


def test_in_the_foreground_ctrl_c_lets_it_finish(node: Node) -> None:
    environ = os.environ | {"THROUGHLINE_CONFIG": str(node.folder / NAME)}
    up = subprocess.Popen([program(), "up"], env=environ, stdout=subprocess.DEVNULL)
    poll_until(node.is_ready, seconds=SOON, what="the node")
    running = node.pids()

    up.send_signal(signal.SIGINT)

    assert up.wait(SOON) == 0
    assert not any(map(identity, running.values()))
    assert '"service.stopped"' in node.says("logs", "intake").stdout


def test_before_it_has_joined_the_pages_are_there_and_the_worker_comes_by_itself(tmp_path: Path) -> None:
    node = Node(tmp_path, "our-house", *free_ports(1))
    try:
        said = node.says("up", "--detach")
        assert (said.returncode, "throughline network join" in said.stdout) == (0, True)
        assert {name: one["ready"] for name, one in node.runs().items()} == {
            "intake": False,
            "intake.web": True,
        }
        assert node.status().returncode == CHECKS_FAILED

        node.joins()

        poll_until(node.is_ready, seconds=SOON * 2, what="the worker")
    finally:
        node.says("down")


def test_logs_are_told_by_name(node: Node) -> None:
    (node.folder / "logs").mkdir()
    for name in ("intake", "intake.web"):
        (node.folder / "logs" / f"{name}.log").write_text(f"{name} is up\nand half a li", "utf-8")
    assert node.says("logs").stdout == "intake: intake is up\nintake.web: intake.web is up\n"
    assert node.says("logs", "intake.web").stdout == "intake.web is up\n"
    refuses(node.says("logs", "worker"), code=ERROR, naming="no worker", remedy="intake, intake.web")


def test_followed_logs_go_on_until_somebody_has_read_enough(node: Node) -> None:
    node.says("up", "--detach")
    following = subprocess.Popen(
        [program(), "logs", "intake", "-f"],
        env=os.environ | {"THROUGHLINE_CONFIG": str(node.folder / NAME)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert following.stdout
    assert following.stderr
    assert any("service.started" in line for line in iter(following.stdout.readline, ""))
    node.says("down")
    assert any("service.stopped" in line for line in iter(following.stdout.readline, ""))

    following.stdout.close()
    with (node.folder / "logs" / "intake.log").open("a") as log:
        log.write("more than nobody reads\n")

    assert following.wait(SOON) == 141
    assert following.stderr.read() == ""


def test_a_wrong_setting_stops_it_before_anything_runs(node: Node) -> None:
    file = node.folder / NAME
    right = file.read_text("utf-8")
    for line, says in {
        "THROUGHLINE_RETENTION_DAYS=soon": "a whole number",
        "THROUGHLINE_RETENTON_DAYS=9": "did you mean THROUGHLINE_RETENTION_DAYS",
        "THROUGHLINE_ORG=other": "is said before",
    }.items():
        file.write_text(f"{right}\n{line}\n", "utf-8")
        for command in ("up", "status", "logs", "down") if "RETENTION" not in line else ("up",):
            refuses(node.says(command), naming=str(file), remedy=says)
    file.write_text(right, "utf-8")
    assert node.status().returncode == CHECKS_FAILED


@pytest.mark.parametrize("command", ["up", "down", "status", "logs"])
def test_without_a_configuration_there_is_nothing_to_run(command: str, tmp_path: Path) -> None:
    refuses(throughline(command), naming="throughline.conf", remedy="throughline init")
    refuses(
        throughline(command, config=str(tmp_path / "none")),
        naming=str(tmp_path / "none"),
        remedy="names the file",
    )
    (tmp_path / NAME).write_text("# nothing\n")
    if command != "down":
        said = throughline(command, config=str(tmp_path / NAME))
        refuses(said, naming="THROUGHLINE_INTAKE_DATABASE_URL", remedy="throughline init")


def test_where_nothing_can_be_kept_nothing_is_started(node: Node) -> None:
    """A file stands for a folder without rights, which would keep root from nothing."""
    (node.folder / "run").touch()
    for command in (("up",), ("up", "--detach")):
        refuses(node.says(*command), naming=str(node.folder / "run"), remedy="rights and disk")
    (node.folder / "run").unlink()
