"""The folder of a node or a hub: its configuration lies there, and what its processes leave while they run."""

import fcntl
import json
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.configured import CONFIG, NAME
from deploy.processes import identity, send
from deploy.supervisor import STOP_PATIENCE
from shared import files
from shared.polling import poll_until
from shared.settings import SettingsWrong

LOCK, STATE = "lock", "processes.json"
Noted = dict[
    str, Any
]  #: name, pid and identity of a process; of those of services also since, version and log


class Taken(Exception):
    """The processes of this folder run already."""


@dataclass(frozen=True)
class Place:
    """The folder that the configuration file lies in."""

    folder: Path

    @classmethod
    def of_configuration(cls) -> "Place":
        """That of this command's settings; raises SettingsWrong where no file was read."""
        if CONFIG not in os.environ:
            told = f"there is no {NAME} here: go to its folder, name it in {CONFIG}, or run throughline init"
            raise SettingsWrong([told])
        return cls(Path(os.environ[CONFIG]).resolve().parent)

    def inside(self, name: str) -> Path:
        """A folder in it, its owner's alone; raises SettingsWrong where nothing can be written."""
        folder = self.folder / name
        with suppress(OSError):
            folder.mkdir(mode=0o700, exist_ok=True)
        if not (folder.is_dir() and os.access(folder, os.W_OK)):
            raise SettingsWrong(
                [f"{folder} cannot be written to: see to its rights and disk, or whose node this is"]
            )
        return folder

    def log(self, name: str) -> Path:
        """Where that process says what it does."""
        return self.inside("logs") / f"{name}.log"

    def note(self, running: Sequence[Noted]) -> None:
        """Keep which processes are ours: this one, which keeps the others running, and those."""
        me = {"name": "supervisor", "pid": os.getpid(), "identity": identity(os.getpid())}
        files.replace(self.inside("run") / STATE, json.dumps([me, *running]).encode())

    def noted(self) -> list[Noted]:
        """The one that keeps the others running, then these; nothing where none was started."""
        try:
            kept: list[Noted] = json.loads((self.folder / "run" / STATE).read_bytes())
        except (OSError, ValueError):
            return []
        return kept

    def supervisor(self) -> Noted | None:
        """The process that keeps the others running, if it does."""
        return next((one for one in self.noted()[:1] if lives(one)), None)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the only one that runs the processes of this folder; raises Taken. What a dead one left is ended first."""
        descriptor = os.open(self.inside("run") / LOCK, os.O_RDWR | os.O_CREAT, files.PRIVATE)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Taken from None
            end(self.noted())
            yield
            (self.folder / "run" / STATE).unlink(missing_ok=True)
        finally:
            os.close(descriptor)


def lives(one: Noted) -> bool:
    """Whether that very process does."""
    return bool(one["identity"]) and identity(one["pid"]) == one["identity"]


def end(noted: Sequence[Noted], patience: float = STOP_PATIENCE) -> list[Noted]:
    """Let those of them that live finish, or end them after so many seconds; returns which they were."""
    living = [one for one in noted if lives(one)]
    for number in (signal.SIGTERM, signal.SIGKILL):
        for one in living:
            send(number, one["pid"], one["identity"])
        try:
            poll_until(lambda: not any(map(lives, living)), seconds=patience, what="the processes to end")
        except TimeoutError:
            continue
        break
    return living
