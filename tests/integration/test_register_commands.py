"""From founding a network to an organisation that is in it: the commands that people type, one after another."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.in_process import throughline
from tests.integration.test_command_line import ERROR, refuses


@pytest.fixture
def hub(tmp_path: Path) -> dict[str, str]:
    """A network that was founded by three people, of whom two must sign; the settings of the hub's operator."""
    said = throughline("network", "create", "north", str(tmp_path / "north"))
    assert said.returncode == 0, said.stderr
    return {
        "network_file": str(tmp_path / "north" / "network.json"),
        "referral_database_url": f"sqlite:///{tmp_path / 'referral.db'}",
    }


def joined(hub: dict[str, str], folder: Path, *more: str) -> dict[str, Any]:
    """What the clinic's administrator is shown."""
    invitation = folder / "clinic.invitation"
    invited = throughline(
        "network", "invite", "clinic", "--broker", "amqps://hub.example/x", "--to", str(invitation), **hub
    )
    assert invited.returncode == 0, invited.stderr
    files = ("--key-file", str(folder / "node.key"), "--network-file", str(folder / "node.json"))
    said = throughline("network", "join", str(invitation), *files, *more)
    assert said.returncode == 0, said.stderr
    told: dict[str, Any] = json.loads(said.stdout)
    return told


def admit(hub: dict[str, str], told: dict[str, Any], folder: Path, words: str) -> Any:
    asked = ("clinic", told["request"], "--name", "Clinic", "--to", str(folder / "clinic.proposal"))
    return throughline("network", "admit", *asked, typed=f"{words}\n", **hub)


def sign(folder: Path, root: int, answer: str = "y") -> Any:
    key = folder / "north" / f"root-{root}.key"
    return throughline(
        "network", "sign", str(folder / "clinic.proposal"), "--root", str(key), typed=f"{answer}\n"
    )


def publish(hub: dict[str, str], folder: Path) -> Any:
    return throughline("network", "publish", str(folder / "clinic.proposal"), **hub)


def test_two_people_admit_an_organisation(hub: dict[str, str], tmp_path: Path) -> None:
    told = joined(hub, tmp_path)
    assert (told["org"], told["broker"]) == ("clinic", "amqps://hub.example/x")
    admitted = admit(hub, told, tmp_path, told["words"]["clinic"].upper())
    assert admitted.returncode == 0, admitted.stderr

    refuses(publish(hub, tmp_path), code=ERROR, naming="2 more signatures", remedy="network sign")
    assert sign(tmp_path, 1).returncode == 0
    assert sign(tmp_path, 1).returncode == 0
    refuses(publish(hub, tmp_path), code=ERROR, naming="1 more signatures", remedy="network sign")
    assert sign(tmp_path, 3).returncode == 0
    said = publish(hub, tmp_path)

    assert "version 2 is on its way" in said.stdout, said.stderr
    assert "clinic" in throughline("directory", "list", "--json", **directory_settings(hub, tmp_path)).stdout
    assert "stands already" in publish(hub, tmp_path).stdout


def directory_settings(hub: dict[str, str], folder: Path) -> dict[str, str]:
    """The hub's own commands read all of the referral service's settings."""
    return hub | {"amqp_url": "amqp://hub:x@127.0.0.1:1/", "key_file": str(folder / "north" / "hub.key")}


def test_both_sides_see_the_same_words(hub: dict[str, str], tmp_path: Path) -> None:
    told = joined(hub, tmp_path)
    at_node = {
        "key_file": str(tmp_path / "node.key"),
        "network_file": str(tmp_path / "node.json"),
        "org": "clinic",
    }
    at_hub = {"key_file": str(tmp_path / "north" / "hub.key"), "network_file": hub["network_file"]}

    node, there = (
        {
            row["of"]: row["words"]
            for row in json.loads(throughline("network", "words", "--json", **of).stdout)
        }
        for of in (at_node, at_hub)
    )

    assert node == told["words"]
    assert {of: node[of] for of in ("hub", "the network")} == there
    assert len(node["clinic"].split()) == 12


def test_other_words_are_not_admitted(hub: dict[str, str], tmp_path: Path) -> None:
    told = joined(hub, tmp_path)

    said = admit(hub, told, tmp_path, told["words"]["hub"])

    refuses(said, code=ERROR, naming="not the words of this request", remedy="find out who sent it")
    assert not (tmp_path / "clinic.proposal").exists()


def test_who_does_not_know_it_signs_nothing(hub: dict[str, str], tmp_path: Path) -> None:
    told = joined(hub, tmp_path)
    admit(hub, told, tmp_path, told["words"]["clinic"])
    before = (tmp_path / "clinic.proposal").read_text()

    refuses(sign(tmp_path, 1, "n"), code=ERROR, naming="nothing was signed", remedy="")
    assert (tmp_path / "clinic.proposal").read_text() == before


def test_keys_that_others_can_read_sign_nothing(hub: dict[str, str], tmp_path: Path) -> None:
    told = joined(hub, tmp_path)
    admit(hub, told, tmp_path, told["words"]["clinic"])
    root = tmp_path / "north" / "root-1.key"
    assert stat.S_IMODE(root.stat().st_mode) == 0o600
    root.chmod(0o644)

    refuses(sign(tmp_path, 1), naming="can be read by others", remedy="chmod 600")


def test_an_invitation_that_was_changed_is_refused(hub: dict[str, str], tmp_path: Path) -> None:
    joined(hub, tmp_path)
    invitation = tmp_path / "clinic.invitation"
    told = json.loads(invitation.read_text())
    told["register"]["text"] = told["register"]["text"].replace("Hub", "Hob")
    invitation.write_text(json.dumps(told))
    files = ("--key-file", str(tmp_path / "node.key"), "--network-file", str(tmp_path / "node.json"))

    refuses(
        throughline("network", "join", str(invitation), *files),
        code=ERROR,
        naming="was changed on its way",
        remedy="ask the hub",
    )


def test_a_node_keeps_its_network(hub: dict[str, str], tmp_path: Path) -> None:
    joined(hub, tmp_path)
    throughline("network", "create", "north", str(tmp_path / "other"))
    other = {
        "network_file": str(tmp_path / "other" / "network.json"),
        "referral_database_url": f"sqlite:///{tmp_path / 'other.db'}",
    }
    invitation = tmp_path / "other.invitation"
    asked = ("clinic", "--broker", "amqps://hub.example/x", "--to", str(invitation))
    throughline("network", "invite", *asked, **other)
    files = ("--key-file", str(tmp_path / "node.key"), "--network-file", str(tmp_path / "node.json"))

    said = throughline("network", "join", str(invitation), *files)

    refuses(said, code=ERROR, naming="another network", remedy="remove it only if")


@pytest.mark.parametrize("broker", ["amqps://clinic:secret@hub.example/x"])
def test_an_invitation_holds_no_password(hub: dict[str, str], broker: str) -> None:
    said = throughline("network", "invite", "clinic", "--broker", broker, **hub)

    refuses(said, code=ERROR, naming="no password", remedy="not secret")


def test_more_signatures_than_there_are_roots(tmp_path: Path) -> None:
    said = throughline("network", "create", "x", str(tmp_path / "x"), "--roots", "2", "--threshold", "3")

    refuses(said, code=ERROR, naming="3 of 2", remedy="--threshold")


def test_a_root_key_of_another_network_signs_nothing(hub: dict[str, str], tmp_path: Path) -> None:
    told = joined(hub, tmp_path)
    admit(hub, told, tmp_path, told["words"]["clinic"])
    throughline("network", "create", "south", str(tmp_path / "south"))
    root = str(tmp_path / "south" / "root-1.key")

    said = throughline("network", "sign", str(tmp_path / "clinic.proposal"), "--root", root, typed="y\n")

    refuses(said, code=ERROR, naming="no root key of this network", remedy="")


def test_signatures_that_were_made_apart_count_together(hub: dict[str, str], tmp_path: Path) -> None:
    told = joined(hub, tmp_path)
    admit(hub, told, tmp_path, told["words"]["clinic"])
    copies = [tmp_path / "one" / "clinic.proposal", tmp_path / "two" / "clinic.proposal"]
    for number, copy in enumerate(copies, 1):
        copy.parent.mkdir()
        copy.write_text((tmp_path / "clinic.proposal").read_text())
        key = str(tmp_path / "north" / f"root-{number}.key")
        throughline("network", "sign", str(copy), "--root", key, typed="y\n")

    said = throughline("network", "publish", *map(str, copies), **hub)

    assert "version 2 is on its way" in said.stdout, said.stderr


def test_an_organisation_of_a_reserved_name() -> None:
    said = throughline("network", "add", "hub")

    refuses(said, code=ERROR, naming="organisation's id", remedy="begins with a letter")


def test_a_request_that_is_none() -> None:
    said = throughline("network", "admit", "legal-aid", "2:x", "--name", "Legal Aid")

    refuses(said, code=ERROR, naming="no request", remedy="copy the whole line")


def test_a_network_is_not_founded_over_another(hub: dict[str, str], tmp_path: Path) -> None:
    before = {file.name: file.read_bytes() for file in (tmp_path / "north").iterdir()}

    said = throughline("network", "create", "south", str(tmp_path / "north"))

    refuses(said, code=ERROR, naming="is there already", remedy="name a new folder")
    assert {file.name: file.read_bytes() for file in (tmp_path / "north").iterdir()} == before
