"""What a release leaves behind: the events it wrote, the contract it read by, a database of each of its services."""

import gzip
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from deploy.demo.plan import Plan
from shared.sealing import OwnKeys
from shared.sealing.key_file import complete_key_file

KEPT = Path(__file__).parent / "kept"
EXAMPLES = Path(__file__).parents[2] / "shared" / "schemas" / "examples"
META = "\\"  #: begins a line of a dump that speaks to psql, not to the server


@dataclass(frozen=True)
class Release:
    """A folder of ``kept``. ``name`` of a database is a service of the hub or an organisation."""

    folder: Path

    @property
    def version(self) -> str:
        """As in the change log."""
        return self.folder.name

    @property
    def contract(self) -> dict[str, Any]:
        """Its AsyncAPI document."""
        return dict(json.loads((self.folder / "asyncapi.json").read_text("utf-8")))

    @property
    def events(self) -> list[Path]:
        """An example of each event, as it wrote it."""
        return sorted((self.folder / "events").iterdir())

    @property
    def ended(self) -> datetime:
        """The moment at which its databases were left."""
        return datetime.fromisoformat(json.loads((self.folder / "ended.json").read_text("utf-8")))

    def dump(self, name: str, engine: str) -> Path:
        """A database as SQL."""
        return self.folder / "databases" / engine / f"{name}.sql.gz"

    def databases(self, engine: str) -> list[str]:
        """Their names."""
        return sorted(path.name.split(".")[0] for path in (self.folder / "databases" / engine).iterdir())

    def restore(self, name: str, url: str) -> None:
        """Fill an empty database with what was in that one."""
        parsed = make_url(url)
        script = gzip.decompress(self.dump(name, parsed.get_backend_name()).read_bytes()).decode()
        if parsed.get_backend_name() == "sqlite":
            return _run_in_file(str(parsed.database), script)
        plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute("\n".join(_for_the_server(script)).encode())
        return None

    def keys(self, org: str, place: Path) -> OwnKeys:
        """The organisation's keys, from a copy that only we can read, completed as an upgrade does."""
        copied = place / f"{org}.key"
        shutil.copy(self.folder / "keys" / copied.name, copied)
        copied.chmod(0o600)
        return complete_key_file(copied)


def releases() -> list[Release]:
    """All that are kept, oldest first."""
    return [Release(folder) for folder in sorted(KEPT.iterdir(), key=_number)]


def _number(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in folder.name.split("."))


def _run_in_file(path: str, script: str) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()


def _for_the_server(script: str) -> Iterator[str]:
    return (line for line in script.splitlines() if not line.startswith(META))


def databases_of(plan: Plan) -> dict[str, str]:
    """The address of each database of a network, by its name."""
    return plan.databases | {node.org: node.database_url for node in plan.nodes}


Dump = Callable[[str], str]  #: a database as SQL, from its address


def dump_file(url: str) -> str:
    """Of an SQLite file."""
    connection = sqlite3.connect(str(make_url(url).database))
    try:
        return "\n".join(connection.iterdump()) + "\n"
    finally:
        connection.close()
