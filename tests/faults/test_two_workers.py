"""Two workers of one node on one SQLite file, as while the old one still drains: nothing is lost or doubled."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from deploy.demo.up import UP_MARK
from shared.polling import poll_until
from tests.faults.referrals import HEALED_WITHIN, A, B, expect_each_once, send_one_by_one
from tests.network import Network

ORGS = (A, B)
COUNT = 30  #: referrals, sent while both work, and again while the first is killed and started anew


@contextmanager
def second_worker(network: Network, org: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Beside the one that the network has: the same command with the same settings."""
    program = network.demo.supervisor.programs[f"intake.{org}"]
    with log.open("wb") as said:
        process = subprocess.Popen(program.command, env=dict(program.environment), stdout=said, stderr=said)
    try:
        poll_until(
            lambda: UP_MARK in log.read_text(), seconds=HEALED_WITHIN, what=f"a second worker of {org}"
        )
        yield process
    finally:
        process.kill()
        process.wait()


def test_two_workers_on_one_file_do_each_thing_once(network: Network, tmp_path: Path) -> None:
    supervisor = network.demo.supervisor
    with ExitStack() as stack:
        seconds = [stack.enter_context(second_worker(network, org, tmp_path / f"{org}.log")) for org in ORGS]
        sent = send_one_by_one(network, COUNT)
        for org in ORGS:
            supervisor.kill(f"intake.{org}")
        sent += send_one_by_one(network, COUNT)
        expect_each_once(network, sent)
        for second in seconds:
            second.send_signal(signal.SIGTERM)
        assert [second.wait(HEALED_WITHIN) for second in seconds] == [0, 0], (
            "both lived until they were told to end"
        )

    for org in ORGS:
        assert "database" not in (tmp_path / f"{org}.log").read_text(), "nobody waited for the file for long"
        assert verified(network, org).returncode == 0, "the audit is one chain"


def verified(network: Network, org: str) -> subprocess.CompletedProcess[bytes]:
    """What the node's own command says of its audit."""
    program = network.demo.supervisor.programs[f"intake.{org}"]
    command = [*program.command[: program.command.index("run")], "audit", "verify"]
    return subprocess.run(
        command, env=dict(program.environment), capture_output=True, timeout=HEALED_WITHIN, check=False
    )
