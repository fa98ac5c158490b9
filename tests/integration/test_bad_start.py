"""What a start must not go on with: a lost clock, a user whom everybody knows, a database that is read-only."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.composition import composition_of, web_of
from shared.settings import SettingsWrong
from shared.testing.postgres import Postgres, fresh_database
from tests.integration import test_command_line
from tests.integration.test_command_line import ERROR, SECRET, refuses, throughline, web_settings

node = test_command_line.node  #: the settings of a node's worker
HUB = ("referral", "notifications", "reporting")


def hub_settings(node: dict[str, str], folder: Path) -> dict[str, str]:
    """Of all the hub's services; what one does not ask for does it no harm."""
    databases = {f"{name}_database_url": f"sqlite:///{folder / name}.db" for name in HUB}
    told = {"public_url": "https://hub.example", "smtp_host": "127.0.0.1", "mail_from": "hub@hub.example"}
    return {name: node[name] for name in ("amqp_url", "key_file", "network_file")} | databases | told


@pytest.mark.parametrize(
    ("start", "service"),
    [*((composition_of, name) for name in ("intake", *HUB)), (web_of, "intake"), (web_of, "reporting")],
)
def test_a_clock_that_has_lost_its_time(
    node: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    start: Callable[[str], object],
    service: str,
) -> None:
    for name, value in (hub_settings(node, tmp_path) | web_settings(node) | node).items():
        monkeypatch.setenv(f"THROUGHLINE_{name.upper()}", value)
    start(service)
    monkeypatch.setattr("deploy.clock.now", lambda: datetime(1970, 1, 1, tzinfo=UTC))

    with pytest.raises(SettingsWrong, match="this machine's clock says 1970: set it"):
        start(service)


def test_the_brokers_default_user_for_its_administration(tmp_path: Path) -> None:
    said = throughline(
        "network",
        "provision",
        broker_management_url=f"http://guest:{SECRET}@127.0.0.1:15672/api",
        referral_database_url=f"sqlite:///{tmp_path / 'referral.db'}",
    )

    refuses(said, naming="THROUGHLINE_BROKER_MANAGEMENT_URL", remedy="not name the user guest")


@pytest.mark.parametrize("service", ["intake", *HUB])
def test_a_database_that_can_only_be_read(node: dict[str, str], tmp_path: Path, service: str) -> None:
    told = node if service == "intake" else hub_settings(node, tmp_path)
    setting = f"{service}_database_url"
    file = Path(told[setting].removeprefix("sqlite:///"))
    migrated = throughline("migrate", service, **told)
    assert migrated.returncode == 0, migrated.stderr
    before = file.read_bytes()

    said = throughline("run", service, **told | {setting: f"sqlite:///file:{file}?mode=ro&uri=true"})

    refuses(
        said, code=ERROR, naming="the database does not work", remedy="check its address, rights and disk"
    )
    assert file.read_bytes() == before


@pytest.mark.parametrize("service", ["intake", "reporting"])
def test_pages_of_a_database_that_can_only_be_read(
    node: dict[str, str], tmp_path: Path, service: str
) -> None:
    told = hub_settings(node, tmp_path) | web_settings(node) if service == "reporting" else web_settings(node)
    setting = f"{service}_database_url"
    worker = node if service == "intake" else hub_settings(node, tmp_path)
    throughline("migrate", service, **worker)
    file = Path(worker[setting].removeprefix("sqlite:///"))
    with sqlite3.connect(file) as database:
        database.execute("delete from alembic_version")

    said = throughline("web", service, **told | {setting: f"sqlite:///file:{file}?mode=ro&uri=true"})

    refuses(said, code=ERROR, naming="the database does not work", remedy="rights and disk")


@pytest.mark.parametrize("text", ["SQL_ASCII", "LATIN1"])
@pytest.mark.parametrize("service", ["intake", *HUB])
def test_a_database_that_does_not_keep_every_letter(
    node: dict[str, str], tmp_path: Path, postgres: Postgres, service: str, text: str
) -> None:
    told = node if service == "intake" else hub_settings(node, tmp_path)
    how = f"ENCODING '{text}' LOCALE 'C' TEMPLATE template0"

    with fresh_database(postgres, how) as url:
        for begins in ("migrate", "run"):
            said = throughline(begins, service, **told | {f"{service}_database_url": url})
            refuses(said, naming="not keep its text as Unicode", remedy="createdb --encoding UTF8")
