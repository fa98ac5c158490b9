"""The real command within the test's own process: for tests of much that starts, where a new process tells no more."""

import io
import os
import subprocess
import sys
import warnings
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from getpass import GetPassWarning
from unittest.mock import patch

from deploy import cli


def environment_of(settings: Mapping[str, str]) -> dict[str, str]:
    """The environment with these settings and no others."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("THROUGHLINE_")}
    return inherited | {f"THROUGHLINE_{name.upper()}": value for name, value in settings.items()}


def throughline(*words: str, typed: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """What the command says and how it ends, with these settings and no others."""
    said, warned = io.StringIO(), io.StringIO()
    with (
        patch.dict(os.environ, environment_of(settings), clear=True),
        patch.object(sys, "argv", ["throughline", *words]),
        patch.object(sys, "stdin", io.StringIO(typed)),
        redirect_stdout(said),
        redirect_stderr(warned),
        warnings.catch_warnings(action="ignore", category=GetPassWarning),  # what is typed here can be seen
    ):
        code = _ended()
    return subprocess.CompletedProcess(words, code, said.getvalue(), warned.getvalue())


def _ended() -> int:
    try:
        cli.main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0
