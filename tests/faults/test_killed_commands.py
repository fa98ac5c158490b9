"""Commands that make and change keys may die between any two lines of what writes: again, and all is well."""

import json
from functools import partial
from pathlib import Path

from deploy import root_keys
from deploy.commands import admission, network
from deploy.root_keys import read_root_key
from shared import files
from shared.sealing import OwnKeys, key_file, network_file, read_key_file, write_key_file
from shared.sealing.network_file import read_network_file
from tests.faults import deaths
from tests.integration import test_own_keys, test_register_commands

hub, node = test_register_commands.hub, test_own_keys.node  #: a network, and a node that is in it
LOADED = network  #: once, and not by each that dies
WRITING = (files, key_file, network_file, root_keys, admission)
deaths_of = partial(deaths.deaths_of, writing=WRITING)


def only(folder: Path, *names: str) -> None:
    """Nothing half or forgotten lies about."""
    assert sorted(one.name for one in folder.iterdir()) == sorted(names)


def test_the_keys_of_a_node_are_made_whole_or_not_at_all(tmp_path: Path) -> None:
    folder, words = tmp_path / "keys", ("network", "key", str(tmp_path / "keys" / "node.key"))
    made: set[OwnKeys] = set()

    for _ in deaths_of(*words):
        made |= {read_key_file(path) for path in folder.glob("node.key")}  # raises for half a file
        assert len(made) <= 1, "those that were made are kept"

    only(folder, "node.key")
    assert made == {read_key_file(folder / "node.key")}


def test_a_key_of_an_earlier_version_is_never_lost(tmp_path: Path) -> None:
    path, keys = tmp_path / "node.key", OwnKeys.generate()

    for _ in deaths_of("network", "key", str(path)):
        if not path.exists():
            write_key_file(path, OwnKeys(keys.sealing))
        assert read_key_file(path).sealing == keys.sealing
        path.unlink()
        write_key_file(path, OwnKeys(keys.sealing))

    assert read_key_file(path).is_complete
    only(tmp_path, "node.key")


def test_a_network_is_founded_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "north"
    words = ("network", "create", "north", str(folder), "--roots", "1", "--threshold", "1")

    for line in deaths_of(*words):
        if folder.exists():
            founded(folder).rename(tmp_path / f"founded in spite of {line}")

    assert {one.name.partition(" ")[0] for one in tmp_path.iterdir()} <= {"north", "founded"}
    founded(folder)


def founded(folder: Path) -> Path:
    """All of it is there, and fits together."""
    only(folder, "hub.key", "network.json", "root-1.key")
    network = read_network_file(folder / "network.json")
    assert [read_root_key(folder / "root-1.key").public] == [*network.roots.keys]
    assert network.register.register.parties["hub"].keys == read_key_file(folder / "hub.key").public
    return folder


def test_rotated_keys_are_the_old_and_the_new_or_the_old(node: dict[str, str], tmp_path: Path) -> None:
    path, before = tmp_path / "node.key", read_key_file(tmp_path / "node.key")

    for _ in deaths_of("network", "rotate-keys", "--now", **node):
        kept = read_key_file(path)
        assert kept.sealing[-1:] == before.sealing
        assert kept.signing[-1:] == before.signing
        assert kept.storage == before.storage
        assert len(kept.sealing) == len(kept.signing) <= 2, "new ones once, however often it died"

    assert [one.name for one in tmp_path.glob("*node.key*")] == ["node.key"]
    assert len(read_key_file(path).sealing) == 2
    assert json.loads(path.read_text())["signing"]
