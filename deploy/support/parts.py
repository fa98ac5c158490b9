"""The parts of a bundle for whoever helps, each a text: what is installed, how it is set, and how it is."""

import platform
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from deploy.backup.copies import path_of
from deploy.doctor.check import Check, Machine, NotApplicable
from deploy.support import redact
from deploy.watching.state import State
from shared.clock import now
from shared.database import Database
from shared.schema_version import newest_of, version_of

LAST = 1_000  #: lines of each log
BUILT_ON = ("sqlalchemy", "kombu", "nameko", "flask", "granian", "cryptography", "psycopg", "eventlet")


def parts_of(
    machine: type[Machine], checks: Sequence[Check], logs: Sequence[Path]
) -> Iterator[tuple[str, str]]:
    """Of each its name and its text."""
    yield "about.json", _json(_about())
    yield "settings.json", _json(redact.settings())
    yield "doctor.json", _json([_told(check, machine()) for check in checks])
    for service, url in _databases(machine()).items():
        yield f"{service}.json", _json(_of_database(service, url))
    for number, log in enumerate(logs, 1):
        with log.open(encoding="utf-8", errors="replace") as file:
            yield f"log-{number}.jsonl", "".join(f"{line}\n" for line in redact.lines(deque(file, LAST)))


def _json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n"


def _about() -> dict[str, object]:
    return {
        "made_at": f"{now():%Y-%m-%dT%H:%M:%SZ}",
        "version": version("throughline"),
        "python": platform.python_version(),
        "system": platform.system(),
        "kernel": platform.release(),
        "machine": platform.machine(),
        "libraries": {name: version(name) for name in BUILT_ON},
    }


def _told(check: Check, machine: Machine) -> dict[str, str]:
    found = check.of(machine)
    says = redact.words(found.says) if check.name in redact.SAID else redact.HIDDEN
    return {
        "name": check.name,
        "verdict": found.verdict.value,
        "says": says if found.says else "",
        "remedy": redact.words(found.remedy),
    }


def _databases(machine: Machine) -> dict[str, str]:
    with suppress(NotApplicable):
        return machine.databases
    return {}


def _of_database(service: str, url: str) -> dict[str, Any]:
    """Its engine, the revision of its schema and the newest, and what its metrics say: counts and ages."""
    path = path_of(url)
    told = {"engine": "sqlite" if path else "postgresql", "newest": newest_of(f"services.{service}")}
    if path is not None and not path.is_file():
        return told | {"revision": "not there"}
    registry = CollectorRegistry()
    with closing(Database(url)) as database:
        registry.register(State(service, database, import_module(f"services.{service}.storage").metadata))
        metrics = generate_latest(registry).decode().splitlines()
        try:
            with database.reading() as tx:
                revision = version_of(tx.connection) or "none"
        except SQLAlchemyError as broken:
            revision = type(broken).__name__
    return told | {"revision": revision, "metrics": [line for line in metrics if not line.startswith("#")]}
