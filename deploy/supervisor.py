"""Keeps processes running: starts them, restarts what dies, ends what it started."""

import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from deploy.processes import identity
from shared.clock import now
from shared.polling import poll_until

LOOK_EVERY = 0.2  #: seconds between two looks at the processes
STOP_PATIENCE = 25.0  #: seconds for a drain
START_PATIENCE = 90.0  #: seconds until a process says it is ready
STEADY = 60.0  #: seconds after which a process did not die young
FIRST_PAUSE = 1.0  #: seconds before one that died young is started again; then twice as many each time


@dataclass(frozen=True)
class Program:
    """One process. By a change of ``sign``, where there is one, it shows that it is well; an older one is removed."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    is_ready: Callable[[], bool]
    sign: Path | None = None


@dataclass
class Life:
    """One life of a program, in which version of the software it is led, and how many before it ended young."""

    process: subprocess.Popen[bytes]
    began: datetime
    version: str
    died_young: int = 0
    next_at: float | None = None  #: when the next one may begin, once this one has ended

    def ended(self, longest_pause: float) -> bool:
        """Whether it has, and the next one may begin: at once, or after the pause."""
        if self.process.poll() is None:
            return False
        if self.next_at is None:
            is_young = (now() - self.began).total_seconds() < STEADY
            self.died_young = self.died_young + 1 if is_young else 0
            pause = FIRST_PAUSE * 2.0 ** min(self.died_young - 1, 16) if is_young else 0.0
            self.next_at = time.monotonic() + min(pause, longest_pause)
        return time.monotonic() >= self.next_at


class Supervisor:
    """Owns processes; only what it started is ever ended, by its id.

    ``longest_pause`` is the most seconds before what died young, again and again, is started anew.
    """

    def __init__(self, programs: Sequence[Program], longest_pause: float = 0.0) -> None:
        self.programs = {program.name: program for program in programs}
        self._longest_pause = longest_pause
        self._running: dict[str, Life] = {}
        self._ending = threading.Event()
        self._changing = threading.RLock()
        self._watch = threading.Thread(target=self._keep_running, daemon=True)

    def start(self) -> None:
        """Start everything."""
        for program in self.programs.values():
            self._running[program.name] = self._spawn(program)
        self._watch.start()

    def await_ready(self) -> None:
        """Wait until everything is ready; raises TimeoutError naming what is not."""
        for program in self.programs.values():
            poll_until(program.is_ready, seconds=START_PATIENCE, what=f"{program.name} (see {program.log})")

    def _spawn(self, program: Program, died_young: int = 0) -> Life:
        software = version("throughline")
        if program.sign:
            program.sign.unlink(missing_ok=True)
        with program.log.open("ab") as log:
            process = subprocess.Popen(
                program.command,
                env=dict(program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return Life(process, now(), software, died_young)

    def _keep_running(self) -> None:
        while not self._ending.wait(LOOK_EVERY):
            for name, life in list(self._running.items()):
                if life.ended(self._longest_pause):
                    with suppress(OSError, PackageNotFoundError):  # a full disk, or an upgrade: tried again
                        self._restart(name)

    def _restart(self, name: str) -> None:
        with self._changing:
            life = self._running[name]
            if not self._ending.is_set() and life.process.poll() is not None:
                self._running[name] = self._spawn(self.programs[name], life.died_young)

    def pid(self, name: str) -> int:
        """The process now running under that name."""
        return self._running[name].process.pid

    def kill(self, name: str) -> None:
        """End one at once, as a crash would; it is restarted, as is one that has just ended by itself."""
        self._running[name].process.kill()

    def live_once(self, name: str, environment: Mapping[str, str]) -> int:
        """End it, and give it one life in another environment, after which all is as before; returns its process."""
        with self._changing:
            self._running[name].process.kill()
            self._running[name].process.wait()
            self._running[name] = self._spawn(replace(self.programs[name], environment=environment))
            return self._running[name].process.pid

    def describe(self) -> list[dict[str, object]]:
        """Name, process id and log of each."""
        return [{"name": one["name"], "pid": one["pid"], "log": one["log"]} for one in self.lives()]

    def lives(self) -> list[dict[str, object]]:
        """Of each process what is needed to know it again, and since when it runs in which version."""
        return [
            {
                "name": name,
                "pid": life.process.pid,
                "identity": identity(life.process.pid),
                "since": life.began.isoformat(),
                "version": life.version,
                "log": str(self.programs[name].log),
            }
            for name, life in self._running.items()
        ]

    def stop(self) -> None:
        """Drain and end everything."""
        self._ending.set()
        with self._changing:
            for life in self._running.values():
                if life.process.poll() is None:
                    life.process.terminate()
        end = time.monotonic() + STOP_PATIENCE
        for life in self._running.values():
            self._await_end(life.process, end)

    @staticmethod
    def _await_end(process: subprocess.Popen[bytes], end: float) -> None:
        try:
            process.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
