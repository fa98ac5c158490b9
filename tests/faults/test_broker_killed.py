"""The broker is killed at once while referrals are sent, and comes back with what it kept."""

import os
import signal
from functools import partial

from deploy.demo.broker import DemoBroker
from shared.polling import poll_until
from tests.faults.referrals import Breakage, expect_each_once, send_while_breaking
from tests.network import Network


def kill_broker(network: Network) -> None:
    """The whole process group at once; the demo finds it gone and starts it anew."""
    broker = network.demo.broker
    killed = broker.pid()
    assert killed is not None
    os.killpg(killed, signal.SIGKILL)
    poll_until(partial(_is_back, broker, killed), seconds=60, what="the broker to be back")


def _is_back(broker: DemoBroker, killed: int) -> bool:
    """It is dead only once its last thread is, so one look is not enough."""
    broker.revive()
    return broker.pid() != killed


def test_the_broker_may_be_killed(network: Network) -> None:
    sent = send_while_breaking(network, Breakage(kill_broker, times=2))

    expect_each_once(network, sent)
