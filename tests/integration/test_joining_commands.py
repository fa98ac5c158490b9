"""A node that ``init`` has made joins by its configuration: the files, the broker's address, and its password."""

import json
from pathlib import Path

import pytest

from deploy.configured import NAME
from shared.sealing import read_key_file
from tests.in_process import throughline
from tests.integration import test_register_commands
from tests.integration.test_command_line import ERROR, SECRET, refuses
from tests.integration.test_init import ANSWERS, everything, words

hub = test_register_commands.hub  #: the settings of the hub's operator
BROKERS = "amqps://one.example:5671/%2F;amqps://two.example/%2F"


@pytest.fixture
def node(tmp_path: Path) -> Path:
    made = throughline(*words(tmp_path / "clinic", **ANSWERS | {"--org": "clinic"}))
    assert made.returncode == 0, made.stderr
    return tmp_path / "clinic"


@pytest.fixture
def invitation(hub: dict[str, str], tmp_path: Path) -> Path:
    return invites(hub, tmp_path, "clinic")


def invites(hub: dict[str, str], folder: Path, org: str) -> Path:
    path = folder / f"{org}.invitation"
    assert (
        throughline("network", "invite", org, "--broker", BROKERS, "--to", str(path), **hub).returncode == 0
    )
    return path


def at(node: Path) -> dict[str, str]:
    return {"config": str(node / NAME)}


def broker_url(node: Path) -> str:
    path = node / "secrets" / "broker-url"
    assert path.stat().st_mode & 0o777 == 0o600
    return path.read_text()


def test_a_configured_node_joins_without_flags_and_again_changes_nothing(
    node: Path, invitation: Path
) -> None:
    keys = read_key_file(node / "keys" / "node.key")

    said = throughline("network", "join", str(invitation), **at(node))

    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["request"] == str(keys.public), "the keys are those of init"
    assert (
        broker_url(node)
        == "amqps://clinic:PASSWORD@one.example:5671/%2F;amqps://clinic:PASSWORD@two.example/%2F"
    )
    assert (
        throughline("network", "use-password", "--password-file", "-", typed="pass\n", **at(node)).returncode
        == 0
    )
    before = everything(node)
    assert throughline("network", "join", str(invitation), **at(node)).stdout == said.stdout
    assert everything(node) == before


def test_the_password_is_kept_as_an_address_needs_it(node: Path, invitation: Path) -> None:
    throughline("network", "join", str(invitation), **at(node))
    for password, written in (("old", "old"), ("a;b/c@d:é %", "a%3Bb%2Fc%40d%3A%C3%A9%20%25")):
        said = throughline(
            "network", "use-password", "--password-file", "-", typed=f"{password}\n", **at(node)
        )
        assert said.returncode == 0, said.stderr
        assert password not in said.stdout + said.stderr
        one, two = broker_url(node).split(";")
        assert (one, two) == (
            f"amqps://clinic:{written}@one.example:5671/%2F",
            f"amqps://clinic:{written}@two.example/%2F",
        )


def test_a_password_that_is_none_changes_nothing(node: Path, invitation: Path) -> None:
    nowhere = throughline("network", "use-password", "--password-file", "-", typed=f"{SECRET}\n", **at(node))
    refuses(nowhere, code=ERROR, naming="broker-url", remedy="network join first")
    throughline("network", "join", str(invitation), **at(node))
    before = broker_url(node)

    empty = throughline("network", "use-password", "--password-file", "-", typed="\n", **at(node))
    refuses(empty, code=ERROR, naming="no password", remedy="ask the hub")
    refuses(
        throughline("network", "use-password", "--password", SECRET, **at(node)),
        code=ERROR,
        naming="on the command line",
        remedy="leave it out",
    )
    assert broker_url(node) == before


def test_the_invitation_of_another_organisation_is_refused(
    node: Path, hub: dict[str, str], tmp_path: Path
) -> None:
    before = everything(node)
    said = throughline("network", "join", str(invites(hub, tmp_path, "harbour")), **at(node))
    refuses(said, code=ERROR, naming="this node is clinic", remedy="ask the hub")
    assert everything(node) == before


def test_an_invitation_to_what_is_no_address_is_refused(node: Path, invitation: Path) -> None:
    told, before = json.loads(invitation.read_text()), everything(node)
    invitation.write_text(json.dumps(told | {"broker": "amqps://[one.example/"}))
    said = throughline("network", "join", str(invitation), **at(node))
    refuses(said, code=ERROR, naming="no invitation", remedy="ask the hub")
    assert everything(node) == before


def test_without_a_configuration_the_missing_flags_are_named(invitation: Path) -> None:
    said = throughline("network", "join", str(invitation))
    assert said.returncode == 2
    assert "--key-file" in said.stderr
