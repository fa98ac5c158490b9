"""How a new folder is furnished: secrets and keys, the database, and the configuration file at the very end.

What a node's and a hub's have alike, and a node's own; a hub's own is in ``beginning_hub``.
"""

import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

from deploy.backup.settings import BackupSettings
from deploy.commands.services import make_ready
from deploy.composition import web_of
from deploy.configured import NAME, OF_A_FILE, written
from deploy.console import fail
from deploy.key_files import KeySettings, passphrase_of
from deploy.watching.settings import WatchSettings
from services.intake.settings import IntakeSettings, IntakeWebSettings
from shared import files
from shared.sealing.key_file import complete_key_file
from shared.settings import variable

READ_BY_NODE = (IntakeWebSettings, IntakeSettings, KeySettings, BackupSettings, WatchSettings)
FOLDERS = ("keys", "secrets", "data")
HEAD = """# The settings of this folder, for every command of throughline and for its processes. The environment wins.
# A line is NAME=value, with quotation marks around a value that has blanks. A name with _FILE at its end names a file
# that holds the value. What begins with # is not set, and shows what holds then. After a change: throughline down, up.
"""


def refuse_taken(folder: Path) -> None:
    """End where there is a node or a hub."""
    if (folder / NAME).exists():
        fail(f"{folder} holds a node or a hub already, and nothing was changed: name another folder")


def settings_of(folder: Path, told: Mapping[str, str]) -> dict[str, str]:
    """The variables of a node in that folder: what was told, by the names of settings, and where things lie.

    A database that is no file of ours is named by a secret file, as its address may hold a password.
    """
    lies = {
        "key_file": folder / "keys" / "node.key",
        "network_file": folder / "network.json",
        "amqp_url_file": folder / "secrets" / "broker-url",
        "secret_key_file": folder / "secrets" / "secret-key",
    }
    more = dict(told)
    if not _is_file(told):
        del more["intake_database_url"]
        lies["intake_database_url_file"] = folder / "secrets" / "database-url"
    return {variable(name): str(value) for name, value in {**more, **lies}.items()}


def _is_file(told: Mapping[str, str]) -> bool:
    return told["intake_database_url"].startswith("sqlite")


def furnish(folder: Path, told: Mapping[str, str]) -> None:
    """Make what is not there yet: folders, secrets, keys, and the database, which is this organisation's from then on.

    What an earlier one, broken off, has left is used. Raises OSError, KeyFileUnusable, SettingsWrong.
    """
    make_private(folder, FOLDERS)
    if not _is_file(told):
        files.replace(folder / "secrets" / "database-url", told["intake_database_url"].encode())
    key = folder / "keys" / "node.key"
    complete_key_file(key, passphrase_of(key))
    os.environ.update(settings_of(folder, told))
    make_ready("intake", web_of("intake"))


def finish(folder: Path, told: Mapping[str, str]) -> None:
    """Write the configuration file: from then on there is a node."""
    configure(folder, settings_of(folder, told), READ_BY_NODE)


def make_private(folder: Path, names: Iterable[str]) -> None:
    """The folder with these in it, ``secrets`` among them, and the secret of pages; what is there stays."""
    for part in (folder, *(folder / name for name in names)):
        part.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        files.write_new(folder / "secrets" / "secret-key", secrets.token_hex(32).encode())


def configure(folder: Path, said: Mapping[str, str], read_by: Sequence[type]) -> None:
    """Write the file with these variables, and with all others that those read, each with what it is."""
    paragraphs = (_paragraph(declared, said) for declared in _declared(read_by))
    files.replace(folder / NAME, (HEAD + "".join(paragraphs)).encode())


def _declared(read_by: Sequence[type]) -> Iterator[Field[Any]]:
    seen: set[str] = set()
    for settings in read_by:
        for declared in _must_first(fields(settings)):
            if declared.name not in seen:
                seen.add(declared.name)
                yield declared


def _must_first(declared: Iterable[Field[Any]]) -> list[Field[Any]]:
    return sorted(declared, key=lambda one: one.default is not MISSING)


def _paragraph(declared: Field[Any], said: Mapping[str, str]) -> str:
    name, about = variable(declared.name), declared.metadata["about"]
    for given in (name, name + OF_A_FILE):
        if given in said:
            return f"\n# {about}\n{written(given, said[given])}\n"
    default = "" if declared.default is MISSING else str(declared.default)
    return f"\n# {about}\n#{written(name, default) if default else f'{name}='}\n"
