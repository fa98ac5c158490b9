"""The link over TLS: a broker is believed by its certificate, and one that is not is refused with what to do."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from deploy.commands.network import app
from deploy.doctor.check import WELL, Check, Finding, Machine, Verdict
from deploy.doctor.handshakes import spoken
from deploy.doctor.network import broker_tls
from shared.clock import now
from shared.messaging.amqp import AmqpLink
from shared.messaging.authority import Authority, keep, kept, new_authority
from shared.messaging.errors import LinkLost, Misconfigured
from shared.messaging.management import Management
from shared.messaging.provision import provision
from shared.messaging.standing import hub_places
from shared.polling import poll_until
from shared.sealing import OwnKeys, write_key_file
from shared.settings import EXIT_CODE
from shared.testing.proxy import Proxy
from shared.testing.tls_broker import TlsBroker, tls_broker
from tests.desks import HUB_QUEUE, SOON, put, questions
from tests.installed import program
from tests.integration.test_command_line import network_file

YEAR = timedelta(days=365)
PATIENCE = 60  #: seconds for a process to end
UNTRUSTED, OTHER_NAME = "THROUGHLINE_BROKER_CA_FILE", "its certificate is for another name"
EXPIRED, TOO_OLD, NO_TLS = (
    "its certificate has expired",
    "no TLS of version 1.2 or 1.3",
    "no TLS is spoken at that port",
)


@dataclass(frozen=True)
class Trust:
    """An authority, and the file of its certificate."""

    authority: Authority
    ca_file: str


def trust_in(folder: Path) -> Trust:
    folder.mkdir()
    authority = new_authority(at=now())
    keep(authority, folder / "ca.pem", folder / "ca.key")
    return Trust(authority, str(folder / "ca.pem"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def trust(folder: Path) -> Trust:
    """As the command makes it."""
    at = folder / "trusted"
    made = CliRunner().invoke(app, ["ca", str(at), "localhost"])
    assert made.exit_code == 0, made.output
    return Trust(kept(at / "ca.pem", at / "ca.key"), str(at / "ca.pem"))


@pytest.fixture(scope="module")
def strangers(folder: Path) -> Trust:
    return trust_in(folder / "strangers")


@pytest.fixture(scope="module")
def broker_of_tls(folder: Path, trust: Trust) -> Iterator[TlsBroker]:
    """Its certificate is for ``localhost``; the hub has its queues there."""
    certificate, key = ((folder / "trusted" / f"localhost.{kind}").read_bytes() for kind in ("pem", "key"))
    with tls_broker(folder / "good", certificate, key) as started:
        management = Management(started.management_url(), ca_file=trust.ca_file)
        provision(management, "/", hub_places())
        yield started


@pytest.fixture(scope="module")
def expired(folder: Path, trust: Trust) -> Iterator[TlsBroker]:
    lasted = timedelta(days=364)
    made = trust.authority.sign("localhost", at=now() - YEAR, lasts=lasted)
    with tls_broker(folder / "expired", *made) as started:
        yield started


@pytest.fixture(scope="module")
def old(folder: Path, trust: Trust) -> Iterator[TlsBroker]:
    with tls_broker(folder / "old", *trust.authority.sign("localhost", at=now()), "tlsv1.1") as started:
        yield started


def refusal(url: str, ca_file: str) -> str:
    with pytest.raises(Misconfigured) as refused:
        AmqpLink(url, HUB_QUEUE, ca_file=ca_file)
    return str(refused.value)


def test_what_is_said_arrives(broker_of_tls: TlsBroker, trust: Trust) -> None:
    link = AmqpLink(broker_of_tls.amqp_url(), HUB_QUEUE, ca_file=trust.ca_file)
    said = questions(150)
    put(link, said)
    heard = []

    def all_heard() -> bool:
        heard.extend(link.take(100, 0.1))
        return len(heard) == len(said)

    poll_until(all_heard, seconds=SOON, what="all messages")
    link.acknowledge(heard)
    spoken = link._wire.sock.version()
    link.close(politely=True)

    assert [one.id for one in heard] == [one.id for one in said]
    assert spoken in ("TLSv1.2", "TLSv1.3")


def test_the_newest_version_that_both_know_is_spoken(broker_of_tls: TlsBroker, trust: Trust) -> None:
    link = AmqpLink(broker_of_tls.amqp_url(), HUB_QUEUE, ca_file=trust.ca_file)
    assert link._wire.sock.version() == "TLSv1.3"
    link.close(politely=True)


def test_a_certificate_of_another_authority(broker_of_tls: TlsBroker, strangers: Trust) -> None:
    assert UNTRUSTED in refusal(broker_of_tls.amqp_url(), strangers.ca_file)


def test_a_certificate_of_an_authority_that_the_system_does_not_know(broker_of_tls: TlsBroker) -> None:
    assert UNTRUSTED in refusal(broker_of_tls.amqp_url(), "")


def test_a_certificate_for_another_name(broker_of_tls: TlsBroker, trust: Trust) -> None:
    assert OTHER_NAME in refusal(broker_of_tls.amqp_url("127.0.0.1"), trust.ca_file)


def test_a_certificate_that_has_expired(expired: TlsBroker, trust: Trust) -> None:
    assert EXPIRED in refusal(expired.amqp_url(), trust.ca_file)


def test_a_broker_that_knows_old_versions_only(old: TlsBroker, trust: Trust) -> None:
    assert TOO_OLD in refusal(old.amqp_url(), trust.ca_file)


def found_at(url: str) -> Finding:
    """By the hub's doctor."""
    hub = Machine()
    hub.settings = SimpleNamespace(amqp_url=url)
    return Check("broker_tls", broker_tls).of(hub)


def test_neither_old_versions_nor_weak_suites_are_agreed_upon(broker_of_tls: TlsBroker) -> None:
    assert found_at(broker_of_tls.amqp_url()) is WELL
    assert spoken("localhost", broker_of_tls.management_port).says == ""


def test_the_hubs_doctor_names_an_old_version(old: TlsBroker) -> None:
    found = found_at(old.amqp_url())

    assert (found.verdict, "TLS 1.1" in found.says) == (Verdict.FAILED, True)
    assert "rabbitmq.conf" in found.remedy


def test_the_hubs_doctor_names_a_suite_that_rabbitmq_itself_would_take(folder: Path, trust: Trust) -> None:
    made = trust.authority.sign("localhost", at=now())
    with tls_broker(folder / "as it comes", *made, "tlsv1.3", "tlsv1.2") as broker:
        found = found_at(broker.amqp_url())

    assert (found.verdict, "the suite" in found.says) == (Verdict.WARNING, True)


def test_a_port_without_tls(broker_of_tls: TlsBroker, trust: Trust) -> None:
    url = broker_of_tls.broker.amqp_url.replace("amqp://", "amqps://")
    assert NO_TLS in refusal(url, trust.ca_file)


def test_a_handshake_that_is_cut_off_is_tried_again(broker_of_tls: TlsBroker, trust: Trust) -> None:
    """Nobody has to do anything: the network stumbled."""
    with Proxy(broker_of_tls.amqp_url()) as proxy:
        proxy.swallow()
        with pytest.raises(LinkLost):
            AmqpLink(proxy.url.replace("127.0.0.1", "localhost"), HUB_QUEUE, ca_file=trust.ca_file)


@pytest.mark.parametrize(
    ("host", "whose", "says"),
    [("localhost", "strangers", UNTRUSTED), ("127.0.0.1", "trust", OTHER_NAME)],
    ids=["another authority", "another name"],
)
def test_the_management_api_is_believed_no_sooner(
    request: pytest.FixtureRequest, broker_of_tls: TlsBroker, host: str, whose: str, says: str
) -> None:
    ca_file = request.getfixturevalue(whose).ca_file
    with pytest.raises(Misconfigured, match=says):
        Management(broker_of_tls.management_url(host), ca_file=ca_file).get("overview")


@contextmanager
def running(folder: Path, url: str, ca_file: str) -> Iterator[subprocess.Popen[str]]:
    """The referral service as an operator starts it; it ends with the block."""
    write_key_file(folder / "hub.key", OwnKeys.generate())
    settings = {
        "KEY_FILE": str(folder / "hub.key"),
        "NETWORK_FILE": str(network_file(folder)),
        "AMQP_URL": url,
        "BROKER_CA_FILE": ca_file,
        "REFERRAL_DATABASE_URL": f"sqlite:///{folder}/hub.db",
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("THROUGHLINE_")}
    with subprocess.Popen(
        [program(), "run", "referral"],
        env=inherited | {f"THROUGHLINE_{name}": value for name, value in settings.items()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_service_works_over_tls(broker_of_tls: TlsBroker, trust: Trust, tmp_path: Path) -> None:
    with running(tmp_path, broker_of_tls.amqp_url(), trust.ca_file) as process:
        assert process.stdout
        assert any('"link.up"' in line for line in process.stdout)  # else the process has ended
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("which", "host", "whose", "says"),
    [
        ("broker_of_tls", "localhost", "strangers", UNTRUSTED),
        ("broker_of_tls", "127.0.0.1", "trust", OTHER_NAME),
        ("expired", "localhost", "trust", EXPIRED),
        ("old", "localhost", "trust", TOO_OLD),
    ],
    ids=["another authority", "another name", "expired", "old versions"],
)
def test_a_service_that_does_not_believe_its_broker_says_what_to_do_and_ends(
    request: pytest.FixtureRequest, tmp_path: Path, which: str, host: str, whose: str, says: str
) -> None:
    broker: TlsBroker = request.getfixturevalue(which)
    url = broker.amqp_url(host)
    with running(tmp_path, url, request.getfixturevalue(whose).ca_file) as process:
        said, _ = process.communicate(timeout=PATIENCE)

    assert process.returncode == EXIT_CODE
    assert says in said
    assert "Traceback" not in said
    assert url.split("@")[0].rpartition(":")[2] not in said  # the password


@pytest.mark.parametrize("content", [None, "no certificate"], ids=["is not there", "holds none"])
def test_a_ca_file_that_is_no_such_thing(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content:
        file.write_text(content)
    with running(tmp_path, "amqps://hub:x@localhost:1/", str(file)) as process:
        said, _ = process.communicate(timeout=PATIENCE)

    assert process.returncode == EXIT_CODE
    assert "THROUGHLINE_BROKER_CA_FILE must be a file that can be read and holds certificates" in said
