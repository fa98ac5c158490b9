"""How commands speak: tables for people, JSON for programs, errors that say what to do, exit codes."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import orjson
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from deploy.configured import CONFIG, JOINS, NOT_JOINED, has_not_joined
from shared.engines import NotUnicode
from shared.messaging.errors import LinkLost, Misconfigured
from shared.messaging.management import ManagementRefused
from shared.schema_version import DatabaseTooNew
from shared.sealing import KeyFileUnusable
from shared.sealing.network_file import NetworkFileUnusable
from shared.settings import EXIT_CODE, SettingsWrong, variable

ERROR, CHECKS_FAILED = 1, 2
BROKEN_PIPE = 141  #: what a shell reports of a program whose reader has gone


def reader_gone() -> NoReturn:
    """End quietly: nobody reads on what is printed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(BROKEN_PIPE)


class Printer(Console):
    """Prints for people, and ends as every other program does when nobody reads on."""

    def on_broken_pipe(self) -> NoReturn:
        """Say no more, and end."""
        reader_gone()


out = Printer(soft_wrap=True, highlight=False)
err = Printer(stderr=True, soft_wrap=True, highlight=False)


def fail(message: str, *, code: int = ERROR) -> NoReturn:
    """Say what is wrong and what to do, and end."""
    err.print("[red]error:[/red]", end=" ")
    err.print(message, markup=False)
    raise SystemExit(code)


def say(text: str) -> None:
    """The text as it is on standard output; ends quietly when nobody reads on."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        reader_gone()


def show_json(value: Any) -> None:
    """One JSON document on standard output."""
    how = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS  # names of columns are a kind of str
    say(orjson.dumps(value, option=how, default=str).decode() + "\n")


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table for people."""
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*[str(value) for value in row])
    out.print(table)


def show(rows: Sequence[Mapping[str, Any]], *, title: str, as_json: bool) -> None:
    """Rows of the same keys, for people or for programs."""
    if as_json:
        show_json([dict(row) for row in rows])
    elif rows:
        show_table(title, list(rows[0]), [list(row.values()) for row in rows])
    else:
        out.print(f"{title}: nothing")


@contextmanager
def explained_errors() -> Iterator[None]:
    """Turn what can go wrong into one clear line and the right exit code; nothing quotes a value."""
    try:
        yield
    except SettingsWrong as wrong:
        fail(_explained(wrong.problems), code=EXIT_CODE)
    except (KeyFileUnusable, NetworkFileUnusable, Misconfigured, DatabaseTooNew, NotUnicode) as unusable:
        fail(str(unusable), code=EXIT_CODE)
    except TimeoutError as late:
        fail(f"{late}; look into the log, then try again")
    except ManagementRefused as refused:
        fail(
            f"the broker refuses {refused}: check the administrator's name, password and rights, and the address"
        )
    except (LinkLost, OSError) as away:
        fail(
            f"the broker or the network does not answer ({type(away).__name__}): check the address and try again"
        )
    except SQLAlchemyError as broken:
        fail(f"the database does not work ({type(broken).__name__}): check its address, rights and disk")


def _explained(problems: Sequence[str]) -> str:
    """Before a node has joined it has no address of the broker, and that is nobody's mistake."""
    if has_not_joined():
        problems = [one for one in problems if not one.startswith(variable("amqp_url"))]
        if not problems:
            return f"{NOT_JOINED}: {JOINS}"
    return f"the settings are not right{_where()}:\n  " + "\n  ".join(problems)


def _where() -> str:
    """Where else than in the environment they are read from."""
    file = os.environ.get(CONFIG)
    return f" (see {file})" if file else ""
