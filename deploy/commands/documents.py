"""What commands read from files of others: as text, with a limit, and on whose behalf."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from deploy.console import fail
from services.intake.domain import Actor, Via
from services.intake.usecases.staff import find_staff
from shared.database import Database
from shared.texts import is_text

LARGEST = 1_000_000  #: bytes of one file, as of one request

As = Annotated[str, typer.Option("--as", help="The member of staff who works on it from now on.")]


def text_in(path: Path, *, largest: int = LARGEST) -> str:
    """The file's text, UTF-8 with or without its mark; ends the command for what is none, or too much."""
    try:
        with path.open("rb") as file:
            read = file.read(largest + 1)
        text = read.decode("utf-8-sig")
    except OSError:
        fail(f"{path} cannot be read: check the path and its rights")
    except UnicodeDecodeError:
        fail(f"{path} is no text in UTF-8: save it as UTF-8")
    if len(read) > largest:
        fail(f"{path} has more than {largest:,} bytes: divide it")
    if not is_text(text):
        fail(f"{path} contains signs that cannot be kept: save it anew as UTF-8")
    return text


def actor_named(database: Database, username: str) -> Actor:
    """Whoever the command acts for; ends it where nobody has that name, or sees no cases."""
    member = find_staff(database, username)
    if member is None:
        fail(f"there is no {username}: see throughline user list")
    if not member.actor.sees_cases:
        fail(f"{username} works with no cases: name a case worker or a focal point")
    return replace(member.actor, via=Via.COMMAND)
