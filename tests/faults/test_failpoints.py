"""Processes die at each of the named moments: nothing is lost, nothing has its effect twice."""

import os
import subprocess
from pathlib import Path

import pytest

from shared.failpoints import NAMES
from shared.polling import poll_until
from shared.sealing import OwnKeys, write_key_file
from tests.faults.referrals import HEALED_WITHIN, A, B, expect_each_once, send_one_by_one
from tests.installed import program
from tests.integration.test_command_line import network_file
from tests.network import Network

MORTAL = (f"intake.{A}", f"intake.{B}", "referral")
PASSES = 3  #: of the moment, at the last of which the process dies
AT_LEAST = 20  #: referrals


@pytest.mark.parametrize("moment", NAMES)
def test_a_service_may_die_at(network: Network, moment: str) -> None:
    supervisor, sent = network.demo.supervisor, []
    told = {"THROUGHLINE_FAILPOINT": f"{moment}:{PASSES}"}
    mortal = {
        name: supervisor.live_once(name, {**supervisor.programs[name].environment, **told}) for name in MORTAL
    }

    def all_have_died() -> bool:
        sent.extend(send_one_by_one(network, 1))
        alive = [name for name, pid in mortal.items() if supervisor.pid(name) == pid]
        return not alive and len(sent) >= AT_LEAST

    poll_until(all_have_died, seconds=HEALED_WITHIN, what=f"each to die at {moment}")
    expect_each_once(network, sent)


@pytest.mark.parametrize(
    ("settings", "remedy"),
    [
        ({"FAILPOINT": "relay.claimed:1", "AMQP_URL": "amqps://hub.example/"}, "remove it"),
        (
            {"FAILPOINT": "relay.claimed:1", "AMQP_URL": "amqps://127.0.0.1/;amqps://hub.example/"},
            "remove it",
        ),
        ({"FAILPOINT": "somewhere:1", "AMQP_URL": "amqp://127.0.0.1:1/"}, "relay.claimed"),
        ({"FAILPOINT": "relay.claimed", "AMQP_URL": "amqp://127.0.0.1:1/"}, "NAME:N"),
    ],
)
def test_production_refuses(settings: dict[str, str], remedy: str, tmp_path: Path) -> None:
    keys = tmp_path / "hub.key"
    write_key_file(keys, OwnKeys.generate())
    files = {"KEY_FILE": str(keys), "NETWORK_FILE": str(network_file(tmp_path))}
    told = {**settings, **files, "REFERRAL_DATABASE_URL": f"sqlite:///{tmp_path}/referral.db"}
    environment = {**os.environ, **{f"THROUGHLINE_{name}": value for name, value in told.items()}}
    command = [program(), "run", "referral"]

    said = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)

    assert said.returncode == 78
    assert "THROUGHLINE_FAILPOINT" in said.stderr
    assert remedy in said.stderr
