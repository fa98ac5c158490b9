"""Opens a key file; one that a passphrase protects, with the passphrase of the settings or with what is typed."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import typer

from shared.passwords import PasswordRefused, accept_password, typed
from shared.sealing import KeyFileUnusable, OwnKeys, read_key_file
from shared.sealing.key_file import is_protected
from shared.settings import Secret, read, setting, variable

FILE = f"{variable('key_passphrase')}_FILE"
WEAK = (
    "the passphrase would be guessed: take several words that do not belong together, 12 characters or more"
)


@dataclass(frozen=True)
class KeySettings:
    """How a key file with a passphrase is opened."""

    key_passphrase: Secret = setting(
        f"the passphrase of a key file that has one; best in a file, as {FILE}", default=Secret("")
    )


def open_key_file(path: Path) -> OwnKeys:
    """The keys of that file; raises KeyFileUnusable."""
    return read_key_file(path, passphrase_of(path))


def passphrase_of(path: Path) -> str | None:
    """The passphrase to open the file with; None for one that has none. Raises KeyFileUnusable where nobody tells."""
    if not is_protected(path):
        return None
    told = read(KeySettings).key_passphrase
    if not told and not sys.stdin.isatty():
        raise KeyFileUnusable(f"{path} is protected by a passphrase: name the file that holds it in {FILE}")
    return typed(told or _asked())


def _asked() -> str:
    """What somebody types; the process that serves pages is a child of this one, and asks no second time."""
    answer: str = typer.prompt("Passphrase of the key file", hide_input=True, err=True)
    os.environ[variable("key_passphrase")] = answer
    return answer


def new_passphrase() -> str:
    """A passphrase to protect a file with; raises KeyFileUnusable for one that would be guessed."""
    told = read(KeySettings).key_passphrase
    ask = "New passphrase of the key file"
    chosen = told or typer.prompt(ask, hide_input=True, confirmation_prompt=True, err=True)
    try:
        return accept_password(chosen, "")
    except PasswordRefused:
        raise KeyFileUnusable(WEAK) from None
