"""A page of the documentation as a newcomer walks it: its commands, one after another, in one shell."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

SECTION = re.compile(r"^## (\d+)\. .*\n", re.MULTILINE)
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PATIENCE = 120.0  #: seconds for a command


def sections(text: str) -> dict[int, list[str]]:
    """The commands below each heading with a number; 0 is what stands before the first."""
    before, *rest = SECTION.split(text)
    numbers = [0, *map(int, rest[::2])]
    return {
        number: list(_commands(part)) for number, part in zip(numbers, [before, *rest[1::2]], strict=True)
    }


def _commands(part: str) -> Iterator[str]:
    """Each line is a command; what a here-document holds belongs to the line that opens it."""
    for block in COMMANDS.findall(part):
        lines = iter(block.splitlines())
        for line in lines:
            command = [line]
            while "<<END" in command[0] and command[-1] != "END":
                command.append(next(lines))
            yield "\n".join(command)


class Shell:
    """Keeps folder and variables from one command to the next; without a terminal, ``types`` says what is typed."""

    def __init__(self, folder: Path, environ: dict[str, str], types: Callable[[str], str]) -> None:
        self.cwd, self.environ, self._types = folder, environ, types
        self._state = folder / ".variables"
        self.commands = self.answers = 0

    def walks(self, commands: list[str]) -> str:
        """What they print; raises AssertionError for one that does not end well."""
        return "".join(map(self.run, commands))

    def run(self, command: str) -> str:
        typed = self._types(command)
        self.commands += 1
        self.answers += typed.count("\n")
        kept = f'{command}\nended=$?; export -n ended; env -0 > "{self._state}"; exit $ended'
        done = subprocess.run(
            ["bash", "-o", "allexport", "-c", kept],  # noqa: S607 - the newcomer's own
            cwd=self.cwd,
            env=self.environ,
            input=typed,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            start_new_session=True,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        told = self._state.read_bytes().rstrip(b"\0").split(b"\0")
        self.environ = dict(os.fsdecode(one).split("=", 1) for one in told)
        self.cwd = Path(self.environ["PWD"])
        return done.stdout + done.stderr
