"""Keeps the demo's processes running: starts them, restarts what dies, ends what it started."""

import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from shared.polling import poll_until

LOOK_EVERY = 0.2  #: seconds between two looks at the processes
STOP_PATIENCE = 25.0  #: seconds for a drain
START_PATIENCE = 90.0  #: seconds until a process says it is ready


@dataclass(frozen=True)
class Program:
    """One process of the demo. It is ready when its log holds the mark, or the question is answered."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    is_ready: Callable[[], bool]


class Supervisor:
    """Owns processes; only what it started is ever ended, by its id."""

    def __init__(self, programs: Sequence[Program]) -> None:
        self.programs = {program.name: program for program in programs}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._ending = threading.Event()
        self._changing = threading.RLock()
        self._watch = threading.Thread(target=self._keep_running, daemon=True)

    def start(self) -> None:
        """Start everything and wait until everything is ready; raises TimeoutError naming what is not."""
        for program in self.programs.values():
            self._running[program.name] = self._spawn(program)
        self._watch.start()
        for program in self.programs.values():
            poll_until(program.is_ready, seconds=START_PATIENCE, what=f"{program.name} (see {program.log})")

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        with program.log.open("ab") as log:
            return subprocess.Popen(
                program.command,
                env=dict(program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _keep_running(self) -> None:
        while not self._ending.wait(LOOK_EVERY):
            for name, process in list(self._running.items()):
                if process.poll() is not None:
                    self._restart(name)

    def _restart(self, name: str) -> None:
        with self._changing:
            if not self._ending.is_set() and self._running[name].poll() is not None:
                self._running[name] = self._spawn(self.programs[name])

    def pid(self, name: str) -> int:
        """The process now running under that name."""
        return self._running[name].pid

    def kill(self, name: str) -> None:
        """End one at once, as a crash would; it is restarted, as is one that has just ended by itself."""
        self._running[name].kill()

    def live_once(self, name: str, environment: Mapping[str, str]) -> int:
        """End it, and give it one life in another environment, after which all is as before; returns its process."""
        with self._changing:
            self._running[name].kill()
            self._running[name].wait()
            self._running[name] = self._spawn(replace(self.programs[name], environment=environment))
            return self._running[name].pid

    def describe(self) -> list[dict[str, object]]:
        """Name, process id and log of each."""
        return [{"name": n, "pid": p.pid, "log": str(self.programs[n].log)} for n, p in self._running.items()]

    def stop(self) -> None:
        """Drain and end everything."""
        self._ending.set()
        with self._changing:
            for process in self._running.values():
                if process.poll() is None:
                    process.terminate()
        end = time.monotonic() + STOP_PATIENCE
        for process in self._running.values():
            self._await_end(process, end)

    @staticmethod
    def _await_end(process: subprocess.Popen[bytes], end: float) -> None:
        try:
            process.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
