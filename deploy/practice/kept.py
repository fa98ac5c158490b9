"""What a practice network keeps beside its databases, so that it goes on where it was: its ports, and its clock."""

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import orjson

from deploy.demo.plan import HUB_SERVICES, NodePlan, Plan
from deploy.practice.organisations import ORGANISATIONS
from shared import files
from shared.ports import free_ports, is_listening

MARK = "practice-network"  #: stands in every folder of one, from its first moment; whoever runs it holds it
KEPT = "kept.json"  #: is there once it has begun to its end
EVERY = timedelta(seconds=2)  #: how often its clock is kept
GOES_ON_AFTER = timedelta(minutes=1)  #: of what was kept: later than whatever was done before it was killed


class NotThere(Exception):
    """There is no practice network that can go on."""


@dataclass(frozen=True)
class Kept:
    """When it stood still, and since when what was overdue."""

    at: datetime
    overdue: Mapping[UUID, datetime] = field(default_factory=dict)


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """The folder is ours alone while this goes on, and marked as a practice network's; raises BlockingIOError."""
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder / MARK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def is_free(folder: Path) -> bool:
    """Whether a new one may begin there: it is not there, or is empty."""
    return not folder.exists() or (folder.is_dir() and {path.name for path in folder.iterdir()} <= {MARK})


def keep(plan: Plan, kept: Kept) -> None:
    """In one step, so that a process that is killed leaves one or the other."""
    said = {
        "ports": [plan.reporting_port, plan.smtp_port, *(node.port for node in plan.nodes)],
        "at": kept.at,
        "overdue": {str(id_): since for id_, since in kept.overdue.items()},
    }
    files.replace(plan.folder / KEPT, orjson.dumps(said))


def kept_in(folder: Path) -> tuple[Plan, Kept]:
    """The network of that folder, as it stood; at other ports where somebody else has taken one. Raises NotThere."""
    try:
        said = orjson.loads((folder / KEPT).read_bytes())
        overdue = {UUID(id_): datetime.fromisoformat(since) for id_, since in said["overdue"].items()}
        kept = Kept(datetime.fromisoformat(said["at"]) + GOES_ON_AFTER, overdue)
        ports = [int(port) for port in said["ports"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise NotThere from None
    if len(ports) != 2 + len(ORGANISATIONS):
        raise NotThere
    if any(map(is_listening, ports)):
        ports = list(free_ports(len(ports)))
    return _plan(folder, ports), kept


def _plan(folder: Path, ports: list[int]) -> Plan:
    reporting_port, smtp_port, *web_ports = ports
    known = zip(ORGANISATIONS, web_ports, strict=True)
    nodes = tuple(NodePlan(about, folder, port, _database(folder, about.org)) for about, port in known)
    databases = {name: _database(folder, name) for name in HUB_SERVICES}
    return Plan(folder, nodes, databases, reporting_port, smtp_port)


def _database(folder: Path, name: str) -> str:
    return f"sqlite:///{folder / name}.db"
