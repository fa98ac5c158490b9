"""What a start must not go on with: a lost clock, a user whom everybody knows, a database that is read-only."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.composition import composition_of, web_of
from shared.settings import SettingsWrong
from tests.integration import test_command_line
from tests.integration.test_command_line import ERROR, SECRET, refuses, throughline, web_settings

node = test_command_line.node  #: the settings of a node's worker


@pytest.mark.parametrize("start", [composition_of, web_of])
def test_a_clock_that_has_lost_its_time(
    node: dict[str, str], monkeypatch: pytest.MonkeyPatch, start: Callable[[str], object]
) -> None:
    for name, value in (node if start is composition_of else web_settings(node)).items():
        monkeypatch.setenv(f"THROUGHLINE_{name.upper()}", value)
    start("intake")
    monkeypatch.setattr("deploy.clock.now", lambda: datetime(1970, 1, 1, tzinfo=UTC))

    with pytest.raises(SettingsWrong, match="this machine's clock says 1970: set it"):
        start("intake")


def test_the_brokers_default_user_for_its_administration(tmp_path: Path) -> None:
    said = throughline(
        "network",
        "provision",
        broker_management_url=f"http://guest:{SECRET}@127.0.0.1:15672/api",
        referral_database_url=f"sqlite:///{tmp_path / 'referral.db'}",
    )

    refuses(said, naming="THROUGHLINE_BROKER_MANAGEMENT_URL", remedy="not name the user guest")


def test_a_database_that_can_only_be_read(node: dict[str, str], tmp_path: Path) -> None:
    throughline("migrate", "intake", **node)
    before = (tmp_path / "node.db").read_bytes()
    url = f"sqlite:///file:{tmp_path / 'node.db'}?mode=ro&uri=true"

    said = throughline("run", "intake", **node | {"intake_database_url": url})

    refuses(
        said, code=ERROR, naming="the database does not work", remedy="check its address, rights and disk"
    )
    assert (tmp_path / "node.db").read_bytes() == before
