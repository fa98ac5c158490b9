"""A new hub by one command: right answers make it and all that must stand at the broker, wrong ones make nothing."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from kombu import Connection

from deploy.configured import NAME, settings_in
from shared.messaging.management import Management
from shared.messaging.topology import HUB_USER
from shared.ports import free_ports
from shared.testing.broker import Broker
from tests.in_process import throughline
from tests.integration.new_hub import ADDRESS, without_hub, words
from tests.integration.test_command_line import CONFIGURATION, ERROR, SECRET, refuses
from tests.integration.test_init import configured, everything

LINK = re.compile(rf"{ADDRESS}/recover/[A-Za-z0-9_-]{{43}}\n")


@pytest.fixture
def flags(broker: Broker, tmp_path: Path) -> Iterator[dict[str, str]]:
    with without_hub(broker, tmp_path) as found:
        yield found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "hub"


@pytest.fixture
def hub(flags: dict[str, str], folder: Path) -> Path:
    said = throughline(*words(folder, flags))
    assert said.returncode == 0, said.stderr
    assert LINK.fullmatch(said.stdout)
    assert "root-*.key to another person" in said.stderr
    return folder


def test_one_file_is_all_that_commands_need_and_all_stands_at_the_broker(hub: Path) -> None:
    known = configured(hub)
    assert throughline("network", "provision", "--check", **known).returncode == 0
    listed = json.loads(throughline("user", "list", "--coordinator", "--json", **known).stdout)
    assert [one["username"] for one in listed] == ["vera"]
    told = json.loads(throughline("doctor", "--hub", "--json", **known).stdout)
    failed = {one["name"] for one in told if one["verdict"] == "failed"}
    assert failed == {"services", "directory", "public_address"}, "what only runs with the hub"
    with Connection((hub / "secrets" / "broker-url").read_text()) as connection:
        connection.connect()


def test_secrets_are_their_owners_alone_and_in_no_configuration(hub: Path) -> None:
    assert {path.stat().st_mode & 0o077 for path in (hub, *hub.iterdir())} == {0}
    made = {str(path.relative_to(hub)) for path in (*hub.glob("secrets/*"), *hub.glob("network/*.key"))}
    assert made == {
        *(f"secrets/{name}" for name in ("secret-key", "broker-url", "broker-management-url")),
        *(f"network/{name}.key" for name in ("hub", "root-1", "root-2", "root-3")),
    }
    assert {(hub / name).stat().st_mode & 0o777 for name in made} == {0o600}
    password = urlsplit((hub / "secrets" / "broker-url").read_text()).password
    assert str(password) not in (hub / NAME).read_text()
    assert len(str(password)) > 30
    assert set(settings_in(hub / NAME)) >= {"THROUGHLINE_SMTP_HOST", "THROUGHLINE_REPORTING_DATABASE_URL"}


def test_all_of_it_runs_by_one_command(flags: dict[str, str], folder: Path) -> None:
    [port] = free_ports(1)
    told = flags | {"--public-url": f"http://127.0.0.1:{port}", "--web-port": str(port)}
    assert throughline(*words(folder, told)).returncode == 0
    try:
        said = throughline("up", "--detach", **configured(folder))
        assert (said.returncode, "ready" in said.stdout) == (0, True), said.stderr
        running = json.loads(throughline("status", "--json", **configured(folder)).stdout)
        assert {one["name"] for one in running if one["ready"]} == {
            *("referral", "notifications", "reporting", "reporting.web")
        }
        told_of = json.loads(throughline("doctor", "--hub", "--json", **configured(folder)).stdout)
        assert {one["name"] for one in told_of if one["verdict"] == "failed"} <= {"services"}, told_of
    finally:
        assert throughline("down", **configured(folder)).returncode == 0


MUST = ("--network", "--public-url", "--broker", "--smtp-host", "--mail-from", "--coordinator")


@pytest.mark.parametrize("flag", [*MUST, "--management-url"])
def test_without_a_terminal_a_missing_flag_is_named(flags: dict[str, str], folder: Path, flag: str) -> None:
    told = {name: value for name, value in flags.items() if name.removesuffix("-file") != flag}
    said = throughline(*words(folder, told))
    refuses(said, code=ERROR, naming=f"{flag} must be given", remedy="terminal")
    assert not folder.exists()


WRONG = {
    "--network": ("A\nname", "one line"),
    "--public-url": ("http://reports.example", "https://"),
    "--broker": ("amqp://hub.example:5672/%2F", "amqps://"),
    "--ca-file": ("/nowhere/ca.pem", "PEM"),
    "--database-url": ("postgresql:///referral", "SERVICE"),
    "--mail-from": ("nobody", "a mail address"),
    "--coordinator": ("Vera P", "small letters"),
    "--language": ("fr", "en, ru, be, uk"),
}


@pytest.mark.parametrize("flag", WRONG)
def test_a_wrong_answer_is_named_by_its_flag(flags: dict[str, str], folder: Path, flag: str) -> None:
    value, remedy = WRONG[flag]
    refuses(throughline(*words(folder, flags | {flag: value})), naming=flag, remedy=remedy)
    assert not folder.exists()


@pytest.mark.parametrize("given", ["http://hub.example:15672/api", "http://guest:guest@127.0.0.1:15672/api"])
def test_a_management_that_is_not_safe_is_refused(flags: dict[str, str], folder: Path, given: str) -> None:
    Path(flags["--management-url-file"]).write_text(given)
    refuses(throughline(*words(folder, flags)), naming="--management-url", remedy="https://")
    assert not folder.exists()


@pytest.mark.parametrize(
    ("flag", "given", "code"),
    [
        ("--broker", f"amqps://hub:{SECRET}@hub.example", CONFIGURATION),
        ("--database-url", f"postgresql://a:{SECRET}@localhost/SERVICE", ERROR),
    ],
)
def test_a_secret_on_the_command_line_is_not_taken(
    flags: dict[str, str], folder: Path, flag: str, given: str, code: int
) -> None:
    said = throughline(*words(folder, flags | {flag: given}))
    refuses(said, code=code, naming="password", remedy="now" if flag == "--broker" else "-file")
    assert not folder.exists()


def test_over_a_hub_it_refuses_and_harms_nothing(hub: Path, flags: dict[str, str]) -> None:
    before = {part: everything(hub / part) for part in ("network", "secrets")}
    refuses(throughline(*words(hub, flags)), code=ERROR, naming=str(hub), remedy="another folder")
    assert {part: everything(hub / part) for part in before} == before


def test_a_broker_that_has_a_hub_already_keeps_it(hub: Path, flags: dict[str, str], tmp_path: Path) -> None:
    other = tmp_path / "other"
    refuses(
        throughline(*words(other, flags)),
        code=ERROR,
        naming="has a user hub already",
        remedy="another broker",
    )
    assert not (other / NAME).exists()
    with Connection((hub / "secrets" / "broker-url").read_text()) as connection:
        connection.connect()


def test_after_one_that_was_broken_off_it_goes_on_with_what_is_there(
    flags: dict[str, str], folder: Path, broker: Broker
) -> None:
    right = Path(flags["--management-url-file"]).read_text()
    [closed] = free_ports(1)
    Path(flags["--management-url-file"]).write_text(f"http://a:b@127.0.0.1:{closed}/api")
    refuses(throughline(*words(folder, flags)), code=ERROR, naming="cannot be furnished", remedy="management")
    assert not (folder / NAME).exists()
    before = everything(folder / "network")

    Path(flags["--management-url-file"]).write_text(right)
    other = throughline(*words(folder, flags | {"--network": "Another"}))
    refuses(other, code=ERROR, naming="is of the network Trial", remedy="--network")
    assert throughline(*words(folder, flags)).returncode == 0

    assert everything(folder / "network") == before
    assert HUB_USER in {one["name"] for one in Management(broker.management_url).get("users")}


def test_databases_elsewhere_are_named_by_secret_files(
    flags: dict[str, str], folder: Path, tmp_path: Path
) -> None:
    (elsewhere := tmp_path / "address").write_text(f"sqlite:///{tmp_path}/SERVICE.db\n")
    said = throughline(*words(folder, flags | {"--database-url-file": str(elsewhere)}))

    assert said.returncode == 0, said.stderr
    assert (tmp_path / "referral.db").exists()
    assert not list((folder / "data").iterdir())
    kept = folder / "secrets" / "reporting-database-url"
    assert (kept.read_text(), kept.stat().st_mode & 0o777) == (f"sqlite:///{tmp_path}/reporting.db", 0o600)
    assert str(tmp_path / "reporting.db") not in (folder / NAME).read_text()


@pytest.mark.parametrize("name", ["amqp_url", "secret_key", "referral_database_url", "config"])
def test_what_the_environment_would_win_over_is_refused(
    flags: dict[str, str], folder: Path, name: str
) -> None:
    said = throughline(*words(folder, flags), **{name: "something"})
    refuses(said, naming=f"THROUGHLINE_{name.upper()}", remedy="unset it")
    assert not folder.exists()
