"""Passwords that a command is told: typed, or read from a file or from standard input, and never from its words."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from deploy.console import fail

PasswordFile = Annotated[
    Path | None, typer.Option(help="A file whose first line is the password; - is standard input.")
]
PASSWORD = "Password"  # noqa: S105 - the prompt


def told_password(file: Path | None, *, is_new: bool) -> str:
    """What is typed, a new one twice; or the first line of the file."""
    if file is None:
        return str(typer.prompt(PASSWORD, hide_input=True, confirmation_prompt=is_new))
    if str(file) == "-":
        return sys.stdin.readline().rstrip("\n")
    try:
        return file.read_text("utf-8").partition("\n")[0]
    except (OSError, UnicodeDecodeError):
        fail(f"{file} cannot be read as text: check the path and its rights")
