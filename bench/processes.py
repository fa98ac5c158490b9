"""The processes of one side: started from lists of arguments, told what to do, ended by their ids."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.polling import poll_until
from shared.settings import PREFIX

ROOT = Path(__file__).parents[1]
START_PATIENCE = 90.0  #: seconds until a process says that it is ready
STOP_PATIENCE = 30.0  #: seconds for a drain
LOG_LINES = 15  #: of the log of a process that ended by itself, told with the error


class ProcessEnded(RuntimeError):
    """A process ended by itself; the message says what it said last."""


class Processes:
    """Python programs with a log each. Whoever ends before ``close`` is an error."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True)
        self._running: dict[str, subprocess.Popen[str]] = {}

    @property
    def pids(self) -> dict[str, int]:
        """Their process ids, by name."""
        return {name: process.pid for name, process in self._running.items()}

    def start(self, name: str, *program: str, environment: Mapping[str, str] | None = None) -> None:
        """Run ``python -m <program>``, without any setting of ours but those given."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
        with self._log(name).open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-W", "ignore::DeprecationWarning", "-m", *program],
                cwd=ROOT,
                env=inherited | dict(environment or {}),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    def tell(self, name: str, what: Any) -> None:
        """Write a line of JSON to the process's standard input."""
        told = self._running[name].stdin
        assert told is not None  # noqa: S101 - it was started with one
        print(json.dumps(what), file=told, flush=True)

    def await_mark(self, name: str, mark: str) -> None:
        """Wait until the process has written that to its log."""
        poll_until(lambda: self._has_said(name, mark), seconds=START_PATIENCE, what=f"{name} to say {mark}")

    def said(self, name: str) -> str:
        """All that is in the process's log."""
        return self._log(name).read_text("utf-8", "replace")

    def refuse_ended(self) -> None:
        """Raise ProcessEnded if one did."""
        for name, process in self._running.items():
            if process.poll() is not None:
                last = "\n".join(self.said(name).splitlines()[-LOG_LINES:])
                raise ProcessEnded(f"{name} ended with {process.returncode}; it said last:\n{last}")

    def end(self, name: str) -> None:
        """Let one finish what it has begun, and end it; if it is started again, its log begins anew."""
        process = self._running.pop(name)
        process.terminate()
        _await_end(process)
        self._log(name).unlink()

    def close(self) -> None:
        """Let each finish what it has begun, and end it."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            _await_end(process)

    def _has_said(self, name: str, mark: str) -> bool:
        self.refuse_ended()
        return mark in self.said(name)

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"


def _await_end(process: subprocess.Popen[str]) -> None:
    try:
        process.wait(STOP_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
