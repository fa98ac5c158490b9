"""Commands that die between any two lines of what writes, each time a little later."""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any
from unittest.mock import patch

from deploy import cli

SURELY = 20  #: deaths of each command at the least: else nothing was tried


def deaths_of(*words: str, writing: Sequence[ModuleType], every: int = 1, **settings: str) -> Iterator[int]:
    """Run the command again and again, and let it die later each time; ends when it has lived.

    It dies at a line of these modules, ``every`` so many lines later than the time before.
    """
    places = frozenset(str(module.__file__) for module in writing)
    for death in count(1):
        pid = os.fork()
        if pid == 0:
            _live_until(death * every, places, words, settings)
        status = os.waitpid(pid, 0)[1]
        if not os.WIFSIGNALED(status):
            assert os.waitstatus_to_exitcode(status) == 0
            assert death > SURELY
            return
        assert os.WTERMSIG(status) == signal.SIGKILL
        yield death


def _live_until(line: int, places: frozenset[str], words: tuple[str, ...], settings: dict[str, str]) -> None:
    """In a process of its own: be the command, and never come back."""
    lines = count(1)

    def counting(frame: FrameType, event: str, _: Any) -> Callable[..., Any] | None:
        if frame.f_code.co_filename not in places:
            return None
        if event == "line" and next(lines) == line:
            os.kill(os.getpid(), signal.SIGKILL)
        return counting

    told = {f"THROUGHLINE_{name.upper()}": value for name, value in settings.items()}
    with patch.dict(os.environ, told), patch.object(sys, "argv", ["throughline", *words]):
        sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - it ends with the process
        sys.settrace(counting)
        try:
            cli.main()
        except SystemExit as end:
            os._exit(int(end.code or 0))
        except BaseException:  # noqa: BLE001 - the test's own process must not go on twice
            os._exit(99)
    os._exit(0)
