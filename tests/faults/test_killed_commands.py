"""Commands that make and change keys, join, leave and revoke may die between any two lines of what writes.

Given again, all is well, and nothing is said twice.
"""

import json
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

from deploy import proposals, root_keys
from deploy.commands import admission, network, own_keys
from deploy.proposals import read_proposal
from deploy.root_keys import read_root_key
from services.referral import directory_storage
from services.referral.usecases import directory
from shared import files
from shared.messaging import introducing, keybook, outbox
from shared.sealing import OwnKeys, key_file, network_file, read_key_file, write_key_file
from shared.sealing.network_file import read_network_file
from tests.faults import deaths
from tests.in_process import throughline
from tests.integration import test_own_keys, test_register_commands
from tests.integration.test_register_commands import publish, sign

hub, node = test_register_commands.hub, test_own_keys.node  #: a network, and a node that is in it
LOADED = network  #: once, and not by each that dies
WRITING = (files, key_file, network_file, root_keys, admission)
deaths_of = partial(deaths.deaths_of, writing=(*WRITING, proposals))
joining = partial(deaths.deaths_of, writing=(*WRITING, own_keys))
leaving = partial(deaths.deaths_of, writing=(own_keys, introducing, outbox))
publishing = partial(deaths.deaths_of, writing=(admission, directory, directory_storage, keybook, outbox))
BROKER = "amqps://hub.example/x"


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


def test_who_asks_to_join_has_one_pair_of_keys_however_often_it_died(
    hub: dict[str, str], tmp_path: Path
) -> None:
    invitation, folder, keys = tmp_path / "clinic.invitation", tmp_path / "node", set[OwnKeys]()
    folder.mkdir()
    throughline("network", "invite", "clinic", "--broker", BROKER, "--to", str(invitation), **hub)
    files_of_it = ("--key-file", str(folder / "node.key"), "--network-file", str(folder / "node.json"))

    for _ in joining("network", "join", str(invitation), *files_of_it):
        keys |= {read_key_file(path) for path in folder.glob("node.key")}
        assert len(keys) <= 1, "those that were made are kept"
        for path in folder.glob("node.json"):
            read_network_file(path)  # raises for half a file

    only(folder, "node.json", "node.key")
    assert keys == {read_key_file(folder / "node.key")}


def test_who_leaves_has_said_so_or_not(node: dict[str, str], tmp_path: Path) -> None:
    said = [take_all(tmp_path / "node.db") for _ in leaving("network", "leave", **node)]

    assert {*said} <= {0, 1}
    assert take_all(tmp_path / "node.db") == 1


def take_all(database: Path) -> int:
    """How many messages wait to be sent; none does afterwards, as if the worker had run."""
    with closing(sqlite3.connect(database)) as connection, connection:
        return connection.execute("DELETE FROM outbox").rowcount


def waiting(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM outbox").fetchone()
    return int(count)


def undisturbed(hub: dict[str, str], database: Path, proposal: Path) -> int:
    """How many messages it takes to publish that, found out on a copy."""
    copy = database.with_name("copy.db")
    with closing(sqlite3.connect(database)) as connection, closing(sqlite3.connect(copy)) as other:
        connection.backup(other)
    throughline("network", "publish", str(proposal), **hub | {"referral_database_url": f"sqlite:///{copy}"})
    return waiting(copy)


def test_who_is_revoked_is_revoked_for_everybody_or_for_nobody(
    node: dict[str, str], hub: dict[str, str], tmp_path: Path
) -> None:
    assert node
    proposal, database = tmp_path / "clinic.proposal", tmp_path / "referral.db"
    proposal.unlink()
    for _ in deaths_of("network", "revoke", "clinic", "--to", str(proposal), **hub):
        for path in tmp_path.glob("clinic.proposal"):
            read_proposal(path)  # raises for half a file
    for root in (2, 3):
        assert sign(tmp_path, root).returncode == 0
    take_all(database)
    told = undisturbed(hub, database, proposal)

    for _ in publishing("network", "publish", str(proposal), **hub):
        assert waiting(database) in (0, told)

    assert waiting(database) == told > 0
    assert "stands already" in publish(hub, tmp_path).stdout
    assert waiting(database) == told
