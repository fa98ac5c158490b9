"""Practice and real work stay apart: neither takes the other's settings, data, or messages."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from deploy.composition import composition_of, web_of
from deploy.demo.network import SteppedNetwork
from deploy.demo.plan import HUB_SERVICES, Plan, hub_environment, node_environment, node_web_environment
from deploy.practice.apart import refuse_settings
from deploy.practice.practice import Practice
from deploy.practice.tests.conftest import sends
from services.intake.storage.tables import referrals
from services.referral import storage as hub
from shared.database import Database
from shared.messaging.delivery import ATTEMPTS
from shared.messaging.embedded import mailbox, open_bus
from shared.messaging.topology import node_queue
from shared.polling import poll_until
from shared.settings import SettingsWrong
from shared.testing.tree import ROOT

PAGE = ROOT / "docs" / "how-to" / "hold-a-workshop.md"
ALIEN = "of a practice network"


def tells(monkeypatch: pytest.MonkeyPatch, told: dict[str, str]) -> None:
    for name, value in told.items():
        monkeypatch.setenv(name, value)


def test_a_practice_network_takes_no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    refuse_settings()
    monkeypatch.setenv("THROUGHLINE_INTAKE_DATABASE_URL", f"sqlite:///{tmp_path / 'real.db'}")
    with pytest.raises(SettingsWrong, match="THROUGHLINE_INTAKE_DATABASE_URL is set"):
        refuse_settings()


def test_the_command_begins_nothing_beside_a_real_nodes_settings(tmp_path: Path) -> None:
    real = tmp_path / "real.db"
    real.write_bytes(b"")
    told = {**os.environ, "THROUGHLINE_INTAKE_DATABASE_URL": f"sqlite:///{real}", "TMPDIR": str(tmp_path)}
    run = [sys.executable, "-m", "deploy.cli", "practice"]
    ended = subprocess.run(run, env=told, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)

    assert ended.returncode == 78
    assert "THROUGHLINE_INTAKE_DATABASE_URL is set" in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["real.db"]
    assert real.read_bytes() == b""


@pytest.mark.parametrize("service", HUB_SERVICES)
def test_no_real_hub_runs_in_a_practice_network(
    practice: Practice, monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    tells(monkeypatch, hub_environment(practice.plan, service, "amqp://127.0.0.1"))
    with pytest.raises(SettingsWrong, match=ALIEN):
        composition_of(service)


def test_no_real_node_runs_as_one_of_practice(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    node = practice.plan.nodes[0]
    tells(monkeypatch, node_environment(practice.plan, node, "amqp://127.0.0.1"))
    with pytest.raises(SettingsWrong, match=ALIEN):
        composition_of("intake")
    monkeypatch.setenv("THROUGHLINE_ORG", "harbour-house")  # but in the practice network
    with pytest.raises(SettingsWrong, match=ALIEN):
        composition_of("intake")


def test_no_real_pages_are_those_of_practice(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    tells(monkeypatch, node_web_environment(practice.plan.nodes[0]))
    with pytest.raises(SettingsWrong, match=ALIEN):
        web_of("intake")


def test_a_real_network_runs(real: tuple[Plan, SteppedNetwork], monkeypatch: pytest.MonkeyPatch) -> None:
    tells(monkeypatch, node_environment(real[0], real[0].nodes[0], "amqp://127.0.0.1"))
    assert composition_of("intake").sender == "harbour-house"


def test_a_real_network_takes_no_message_of_practice(
    practice: Practice, real: tuple[Plan, SteppedNetwork]
) -> None:
    plan, network = real
    taken = _said_in_practice(practice)
    assert {queue for queue, _, _ in taken} == {"referral", "node"}
    bus = open_bus(str(plan.folder / "bus.db"))
    queues = {"referral": "referral", "node": node_queue("legal-aid-centre")}
    with bus.transaction() as tx:
        for queue, message_id, body in taken:
            row = {
                "queue": queues[queue],
                "routing_key": "from.harbour-house.x",
            }
            tx.execute(insert(mailbox).values(message_id=message_id, body=body, **row))

    for _ in range(ATTEMPTS + 1):
        network.clock.pass_time(minutes=2)
        network.settle()

    assert _count(network.databases["referral"], hub.referrals) == 0
    assert _count(network.databases["legal-aid-centre"], referrals) == 0
    parked = [_parked(network.databases[name], name) for name in ("referral", "legal-aid-centre")]
    assert sum(parked) == len(taken)
    bus.close()


def _said_in_practice(practice: Practice) -> list[tuple[str, object, bytes]]:
    """What a practice node says to its hub of a referral, and the hub to another node, as it lies on their bus."""
    sends(practice)
    here, there = practice.plan.nodes[0].org, practice.plan.nodes[1].org
    queues = {"referral": "referral", node_queue(there): "node"}
    taken = []
    bus = open_bus(str(practice.plan.folder / "bus.db"))
    for queue in (node_queue(here), "referral", "referral"):
        [(pump, link)] = [one for one in practice.network.pumps if one[0].delivery.queue == queue]
        pump.step(link, 0)
        with bus.reading() as tx:
            rows = tx.execute(select(mailbox).where(mailbox.c.queue.in_(queues))).all()
        taken += [(queues[row.queue], row.message_id, row.body) for row in rows]
    bus.close()
    return list({one[1]: one for one in taken}.values())


def _count(database: Database, table: object) -> int:
    with database.reading() as tx:
        return len(tx.execute(select(table)).all())  # type: ignore[call-overload]


def _parked(database: Database, name: str) -> int:

    from services.intake.storage import parked as at_node

    return _count(database, hub.metadata.tables["parked"] if name == "referral" else at_node)


def test_the_pages_commands_are_executed_as_they_stand(tmp_path: Path) -> None:
    lines = (line.strip() for line in PAGE.read_text("utf-8").splitlines())
    [command] = [line for line in lines if line.startswith("throughline ")]
    run = [sys.executable, "-m", "deploy.cli", *command.split()[1:]]
    told = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        run, cwd=tmp_path, env=told, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        try:
            poll_until((tmp_path / "practice.json").exists, seconds=90, what="the practice network")
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0

    assert sorted(path.name for path in tmp_path.iterdir()) == ["practice", "practice.json"]
