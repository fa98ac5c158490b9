"""Commands that make and change keys may die between any two lines of what writes: again, and all is well."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any
from unittest.mock import patch

from deploy import cli, root_keys
from deploy.commands import admission, network
from deploy.root_keys import read_root_key
from shared import files
from shared.sealing import OwnKeys, key_file, network_file, read_key_file, write_key_file
from shared.sealing.network_file import read_network_file
from tests.integration import test_own_keys, test_register_commands

hub, node = test_register_commands.hub, test_own_keys.node  #: a network, and a node that is in it
LOADED = network  #: once, and not by each that dies
WRITING = {module.__file__ for module in (files, key_file, network_file, root_keys, admission)}
SURELY = 20  #: deaths of each command at the least: else nothing was tried


def deaths_of(*words: str, **settings: str) -> Iterator[int]:
    """Run the command again and again, and let it die one line later each time; ends when it has lived."""
    for line in count(1):
        pid = os.fork()
        if pid == 0:
            _live_until(line, words, settings)
        status = os.waitpid(pid, 0)[1]
        if not os.WIFSIGNALED(status):
            assert os.waitstatus_to_exitcode(status) == 0
            assert line > SURELY
            return
        assert os.WTERMSIG(status) == signal.SIGKILL
        yield line


def _live_until(line: int, words: tuple[str, ...], settings: dict[str, str]) -> None:
    """In a process of its own: be the command, and never come back."""
    lines = count(1)

    def counting(frame: FrameType, event: str, _: Any) -> Callable[..., Any] | None:
        if frame.f_code.co_filename not in WRITING:
            return None
        if event == "line" and next(lines) == line:
            os.kill(os.getpid(), signal.SIGKILL)
        return counting

    told = {f"THROUGHLINE_{name.upper()}": value for name, value in settings.items()}
    with patch.dict(os.environ, told), patch.object(sys, "argv", ["throughline", *words]):
        sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - it ends with the process
        sys.settrace(counting)
        try:
            cli.main()
        except SystemExit as end:
            os._exit(int(end.code or 0))
        except BaseException:  # noqa: BLE001 - the test's own process must not go on twice
            os._exit(99)
    os._exit(0)


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
