"""What a node does with its own keys by command: it rotates them, leaves, and comes back under others."""

import json
import stat
from contextlib import closing
from pathlib import Path

import pytest

from deploy.composition import open_database, party_of
from shared.messaging.introducing import introduce
from shared.sealing import KeyFileUnusable, read_key_file
from shared.sealing.network_file import read_network_file
from tests.in_process import throughline
from tests.integration import test_register_commands
from tests.integration.test_command_line import ERROR, refuses
from tests.integration.test_register_commands import admit, joined, publish, sign

hub = test_register_commands.hub  #: a network that three people founded
WORDS = "harbour lamp seven rivers"


def node_settings(folder: Path) -> dict[str, str]:
    return {
        "org": "clinic",
        "amqp_url": "amqp://clinic:x@127.0.0.1:1/",
        "intake_database_url": f"sqlite:///{folder / 'node.db'}",
        "key_file": str(folder / "node.key"),
        "network_file": str(folder / "node.json"),
        "public_url": "https://node.example",
    }


@pytest.fixture
def node(hub: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The settings of a node that was admitted, and that has begun with the register that says so."""
    told = joined(hub, tmp_path)
    admit(hub, told, tmp_path, told["words"]["clinic"])
    sign(tmp_path, 1)
    sign(tmp_path, 2)
    assert publish(hub, tmp_path).returncode == 0
    joined(hub, tmp_path)  # again, with an invitation that holds the newest register
    assert throughline("migrate", "intake", **node_settings(tmp_path)).returncode == 0
    keys, network = read_key_file(tmp_path / "node.key"), read_network_file(tmp_path / "node.json")
    with closing(open_database("intake", f"sqlite:///{tmp_path / 'node.db'}", sender="clinic")) as database:
        introduce(database, party_of("intake", "clinic", keys), network)
    return node_settings(tmp_path)


def test_keys_are_rotated_once_until_the_register_names_the_new(node: dict[str, str], tmp_path: Path) -> None:
    before = read_key_file(tmp_path / "node.key")

    first = json.loads(throughline("network", "rotate-keys", "--now", **node).stdout)
    again = json.loads(throughline("network", "rotate-keys", "--now", **node).stdout)

    assert (first["made"], first["destroyed"]) == (2, 0)
    assert "restart" in first["next"]
    assert (again["made"], again["destroyed"]) == (0, 0)
    now = read_key_file(tmp_path / "node.key")
    assert (now.sealing[1:], now.signing[1:], now.storage) == (before.sealing, before.signing, before.storage)
    assert stat.S_IMODE((tmp_path / "node.key").stat().st_mode) == 0o600


def test_who_leaves_has_sent_everything_before(node: dict[str, str]) -> None:
    said = throughline("network", "leave", **node)
    assert "clinic leaves" in said.stdout, said.stderr

    refuses(
        throughline("network", "leave", **node),
        code=ERROR,
        naming="1 messages still wait",
        remedy="let the worker run",
    )


def test_a_stranger_to_the_register_keeps_its_keys(hub: dict[str, str], tmp_path: Path) -> None:
    joined(hub, tmp_path)
    before = (tmp_path / "node.key").read_text()
    throughline("migrate", "intake", **node_settings(tmp_path))

    said = throughline("network", "rotate-keys", "--now", **node_settings(tmp_path))

    refuses(said, code=ERROR, naming="not in the register yet", remedy="nothing was changed")
    assert (tmp_path / "node.key").read_text() == before


def test_a_passphrase_stays_when_keys_are_rotated(node: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "node.key"
    throughline("network", "key", str(path), "--passphrase", typed=f"{WORDS}\n" * 2)

    refuses(throughline("network", "words", **node), naming=node["key_file"], remedy="PASSPHRASE_FILE")
    rotated = throughline("network", "rotate-keys", "--now", **node, key_passphrase=WORDS)
    words = throughline("network", "words", "--json", **node, key_passphrase=WORDS)

    assert (json.loads(rotated.stdout)["made"], words.returncode) == (2, 0)
    assert len(read_key_file(path, WORDS).signing) == 2
    with pytest.raises(KeyFileUnusable, match="protected"):
        read_key_file(path)


def test_who_is_revoked_is_admitted_anew_under_other_keys(
    node: dict[str, str], hub: dict[str, str], tmp_path: Path
) -> None:
    proposal = str(tmp_path / "clinic.proposal")
    assert throughline("network", "revoke", "clinic", "--to", proposal, **hub).returncode == 0
    sign(tmp_path, 2)
    sign(tmp_path, 3)
    assert "version 3" in publish(hub, tmp_path).stdout
    before = read_key_file(tmp_path / "node.key")
    told = joined(hub, tmp_path, "--new-keys")

    now = read_key_file(tmp_path / "node.key")
    assert {now.public.sealing, now.public.signing}.isdisjoint({before.public.sealing, before.public.signing})
    assert throughline("migrate", "intake", **node).returncode == 0, "what lies in its database still opens"
    assert admit(hub, told, tmp_path, told["words"]["clinic"]).returncode == 0
    sign(tmp_path, 1)
    sign(tmp_path, 2)

    assert "version 4" in publish(hub, tmp_path).stdout


def test_a_copy_that_systemd_handed_over_is_not_changed(
    node: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once, and not on the day on which a key is due."""
    before = (tmp_path / "node.key").read_bytes()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))

    for words in (("network", "rotate-keys"), ("network", "rotate-keys", "--now")):
        refuses(
            throughline(*words, **node), naming=node["key_file"], remedy="the one that LoadCredential= names"
        )
    said = throughline("network", "key", node["key_file"], "--passphrase", typed=f"{WORDS}\n" * 2)

    refuses(said, naming=node["key_file"], remedy="as its owner")
    assert (tmp_path / "node.key").read_bytes() == before
