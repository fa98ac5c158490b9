"""The one file from which a node's commands and processes take their settings; the environment wins over it."""

import os
import shlex
import stat
from collections.abc import Iterable, MutableMapping
from difflib import get_close_matches
from pathlib import Path

from shared.settings import PREFIX, SettingsWrong, variable
from shared.texts import is_text

NAME = "throughline.conf"  #: of the file, in the folder where a command is given
CONFIG = variable("config")  #: names another file
OF_A_FILE = "_FILE"
NOT_JOINED = "this node has not joined a network yet"
JOINS = "throughline network join ORG.invitation, with the file that the hub sends"
LINE = "must be NAME=value, with quotation marks around a value that has blanks or quotation marks in it"


def take_settings(environ: MutableMapping[str, str] | None = None) -> None:
    """Put the file's settings into the environment, but for those that are there; raises SettingsWrong.

    The file is the one that THROUGHLINE_CONFIG names, else throughline.conf in the current folder; without either
    nothing is done. Afterwards THROUGHLINE_CONFIG names it whole.
    """
    environ = os.environ if environ is None else environ
    path = Path(environ.get(CONFIG) or NAME).absolute()
    if CONFIG not in environ and not path.exists():
        return
    here = set(environ)
    for name, value in settings_in(path).items():
        if not here & ways_to_say(name):
            environ[name] = value
    environ[CONFIG] = str(path)


def settings_in(path: Path) -> dict[str, str]:
    """The variables of the file; raises SettingsWrong, naming file and line, and never a value."""
    told: dict[str, str] = {}
    problems: list[str] = []
    for number, line in enumerate(_read(path).splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                name, value = _setting(line, told)
                told[name] = value
            except ValueError as wrong:
                problems.append(f"{path}, line {number}: {wrong}")
    if problems:
        raise SettingsWrong(problems)
    return told


def _read(path: Path) -> str:
    """Its text. Others could lead the node to other keys and another database, if they could write here."""
    try:
        found = path.stat()
        writable = stat.S_ISREG(found.st_mode) and found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if writable or found.st_uid not in (0, os.geteuid()):
            raise SettingsWrong(
                [f"{path} can be changed by others: make it your own, and run chmod 600 {path}"]
            )
        content = path.read_text("utf-8-sig")
    except OSError as error:
        raise SettingsWrong([f"{path} cannot be read: {error.strerror}; {CONFIG} names the file"]) from None
    except UnicodeDecodeError:
        content = "\0"
    if not is_text(content):
        raise SettingsWrong([f"{path} is no text: restore it, or write it anew"])
    return content


def _setting(line: str, earlier: Iterable[str]) -> tuple[str, str]:
    """Name and value; raises ValueError, which says what is wrong."""
    try:
        [said] = shlex.split(line)
    except ValueError:
        raise ValueError(LINE) from None
    name, equals, value = said.partition("=")
    if not equals or not name:
        raise ValueError(LINE)
    if problems := strange([name], without=CONFIG):
        raise ValueError(problems[0])
    if ways_to_say(name) & set(earlier):
        raise ValueError(f"{name} is said before: leave one of the two")
    return name, value


def ways_to_say(name: str) -> set[str]:
    """A setting's value, or the file that holds it."""
    return {name, name + OF_A_FILE, name.removesuffix(OF_A_FILE)}


def strange(names: Iterable[str], without: str = "") -> list[str]:
    """What to say of those that are no setting's variable, nor that of a file with its value."""
    from deploy.settings import ALL

    known = {variable(name) for name in ALL} - {without}
    known |= {name + OF_A_FILE for name in known}
    return [_suggest(name, known) for name in sorted(names) if name not in known]


def _suggest(name: str, known: set[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"{name} is not a setting" + (f": did you mean {near[0]}?" if near else ": remove it")


def ours(environ: Iterable[str]) -> list[str]:
    """The variables that can only be meant for us."""
    return [name for name in environ if name.startswith(PREFIX)]


def has_not_joined() -> bool:
    """Whether the settings name the files that ``throughline network join`` makes, and none of them is there."""
    named = [os.environ.get(name) for name in (variable("network_file"), variable("amqp_url") + OF_A_FILE)]
    told = variable("amqp_url") in os.environ
    return not told and all(file is not None and not Path(file).exists() for file in named)


def written(name: str, value: str) -> str:
    """The line of a setting, as it is read here, by a shell, by systemd and by compose."""
    if value == shlex.quote(value):
        return f"{name}={value}"
    if "'" not in value:
        return f"{name}='{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{name}="{escaped}"'
