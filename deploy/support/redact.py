"""What may leave: settings, words of checks and lines of logs, each by a list of what may, never of what may not."""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from deploy.composition import COMPOSITIONS, WEB
from deploy.settings import all_settings
from shared.settings import value_of, variable

WORDS = frozenset(
    {"closure_approval", "passwords", "second_factor", "smtp_security"}
)  #: settings of few values
NUMBERS = (int, float, bool)  #: settings of these kinds are shown
SAID = frozenset(
    {
        *(
            "settings",
            "secret_files",
            "clock",
            "clock_of_hub",
            "key_file",
            "key_folder",
            "key_apart",
            "key_age",
            "key_fits",
        ),
        *(
            "network_file",
            "database",
            "databases",
            "migrations",
            "durability",
            "data_rights",
            "disk",
            "staff",
            "tokens",
        ),
        *(
            "certificate",
            "broker_tls",
            "public_address",
            "pages_certificate",
            "pages_tls",
            "pages_in_the_clear",
            "pages_room",
            "directory",
            "worker",
            "processes",
            "versions",
            "outbox",
            "parked",
        ),
        *(
            "joined",
            "copies",
            "backup_settings",
            "backup",
            "restore_drill",
            "backup_of_keys",
            "standing",
            "services",
        ),
    }
)  #: checks whose words are of this machine alone; of the others only the verdict is told, and what to do

KEPT = frozenset(
    {
        *(
            "attempt",
            "batch",
            "check",
            "code",
            "count",
            "error",
            "event",
            "kind",
            "level",
            "logger",
            "message_id",
        ),
        *(
            "method",
            "number",
            "outcome",
            "pid",
            "port",
            "process",
            "reason",
            "retry_in",
            "revision",
            "seconds",
        ),
        *("service", "state", "status", "timestamp", "type", "version", "where"),
    }
)  #: keys of a line of the log
SERVICES = frozenset(COMPOSITIONS) | {f"{name}.web" for name in WEB}
EVENT = re.compile(r"[a-z_]+\.[a-z_]+")
CODE = re.compile(r"[\w.:+-]{1,60}")  #: what a value looks like that is no text
HIDDEN = "…"
SHORTEST = 3  #: letters of a value that is looked for in a text


def settings(environ: Mapping[str, str] = os.environ) -> dict[str, object]:
    """Every setting with its value where that is a number or one of few words; of the others whether it is set."""
    declared = {one.name: one for _, one in all_settings()}
    return {variable(name): _shown(one, environ) for name, one in sorted(declared.items())}


def _shown(declared: Any, environ: Mapping[str, str]) -> object:
    name = variable(declared.name)
    if name not in environ and f"{name}_FILE" not in environ:
        return "not set"
    if declared.type not in NUMBERS and declared.name not in WORDS:
        return "set"
    try:
        return value_of(declared, environ)
    except ValueError:
        return "wrong"


def words(text: str, environ: Mapping[str, str] = os.environ) -> str:
    """A text of ours in which the name of a setting stands for what it says, unless that is shown anyway."""
    hidden = {name for name, value in settings(environ).items() if value == "set"}
    names = [name for name in environ if {name, name.removesuffix("_FILE")} & hidden]
    found = {part: name for name in names for part in _parts(environ[name])}
    for part in sorted(found, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", f"<{found[part]}>", text)
    return text


def _parts(value: str) -> set[str]:
    """It, the path or the host that stands in an address, and the folder of a path."""
    split = urlsplit(value)
    path = f"/{split.path.lstrip('/')}" if split.scheme else split.path
    found = {value, split.hostname or "", path, str(Path(path).parent)}
    return {part for part in found if len(part) >= SHORTEST}


def lines(log: Iterable[str]) -> Iterator[str]:
    """Those that a process of ours has written, with what is on the list; a value that is a text is hidden."""
    for line in log:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if (
            isinstance(entry, dict)
            and entry.get("service") in SERVICES
            and EVENT.fullmatch(str(entry.get("event")))
        ):
            yield json.dumps(
                {key: _code(value) for key, value in entry.items() if key in KEPT}, ensure_ascii=False
            )


def _code(value: object) -> object:
    if value is None or isinstance(value, NUMBERS):
        return value
    return value if isinstance(value, str) and CODE.fullmatch(value) else HIDDEN
