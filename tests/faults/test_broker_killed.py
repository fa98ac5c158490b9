"""The broker is killed at once while referrals are sent, and comes back with what it kept."""

import os
import signal
from pathlib import Path

from shared.polling import poll_until
from tests.faults.referrals import Breakage, expect_each_once, send_while_breaking
from tests.network import Network


def kill_broker(network: Network) -> None:
    broker = network.demo.broker
    pid = broker.pid()
    assert pid is not None
    os.killpg(pid, signal.SIGKILL)
    poll_until(lambda: not _alive(pid), seconds=10, what="the broker to be gone")
    broker.revive()


def _alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False


def test_the_broker_may_be_killed(network: Network) -> None:
    sent = send_while_breaking(network, Breakage(kill_broker, times=2))

    expect_each_once(network, sent)
