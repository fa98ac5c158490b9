"""What a command that sets something up must know: told by flags, else asked for, and refused when it is wrong."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import typer
from typer.models import OptionInfo

from deploy.configured import CONFIG, ways_to_say
from deploy.console import err, fail
from shared.settings import EXIT_CODE, SettingsWrong, problem_with


def nothing(_: str) -> str:
    """Is wrong."""
    return ""


@dataclass(frozen=True)
class Question:
    """What is asked, by which flag it is answered before; without a default it must be. Some settings have one.

    ``of`` is the class of settings that has the rule for the answer, ``wrong`` says what else is wrong with one, and
    ``goes_with`` is another answer without which this one is of no use.
    """

    flag: str
    asks: str
    default: str | None = None
    of: type | None = None
    wrong: Callable[[str], str] = nothing
    goes_with: str = ""

    @property
    def option(self) -> OptionInfo:
        """Its flag's help."""
        made: OptionInfo = typer.Option(help=self.asks)
        return made

    def problem(self, name: str, value: str) -> str:
        """What is wrong with an answer; empty for nothing."""
        if not value.strip():
            return "" if self.default is not None else "it must not be empty"
        if not value.isprintable():
            return "it must be one line of text"
        return self.wrong(value) or (problem_with(self.of, name, value) if self.of else "")

    def ask(self, name: str) -> str:
        """What is typed, once it is right; what goes with another answer must be said then."""
        default = None if self.goes_with else self.default
        while True:
            answer: str = typer.prompt(self.asks, default=default, show_default=bool(default), err=True)
            problem = self.problem(name, answer)
            if not problem:
                return answer
            err.print(problem, markup=False)


def answered(questions: Mapping[str, Question], told: Mapping[str, str | None]) -> dict[str, str]:
    """What was told and what is answered now, by name; ends, naming the flag, for what is wrong or missing."""
    missing = [
        questions[name].flag
        for name, value in told.items()
        if value is None and questions[name].default is None
    ]
    if missing and not sys.stdin.isatty():
        fail(f"{', '.join(missing)} must be given, or this run at a terminal, where it is asked for")
    answers: dict[str, str] = {}
    for name, value in told.items():
        question, other = questions[name], questions[name].goes_with
        is_open = value is None and missing and (not other or answers[other])
        answers[name] = question.ask(name) if is_open else value or question.default or ""
        if problem := question.problem(name, answers[name]):
            fail(f"{question.flag}: {problem}", code=EXIT_CODE)
        if other and answers[other] and not answers[name]:
            fail(f"{question.flag} must be given with {questions[other].flag}", code=EXIT_CODE)
    return answers


def from_file(flag: str, url: str | None, file: Path | None) -> str | None:
    """An address, told or in a file; ends for one with a password that was told."""
    if url and (urlsplit(url).password or "password" in parse_qs(urlsplit(url).query)):
        fail(
            "a password on the command line can be read by everybody on this machine: put the address into a file, "
            f"and name that in {flag}-file"
        )
    if file is None:
        return url
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        fail(f"{flag}-file: {file} cannot be read as text: check the path and its rights")


def not_whole(address: str) -> str:
    """What is wrong with a file's address that would be another file for whoever stands in another folder."""
    is_whole = not address.startswith("sqlite") or address.partition("///")[2].startswith("/")
    return "" if is_whole else "it must name the file from the root on, as in sqlite:////srv/node.db"


def refuse_environment(said: Mapping[str, str]) -> None:
    """What is set there would win over the file, here and later; raises SettingsWrong."""
    found = [name for name in os.environ if name == CONFIG or any(name in ways_to_say(one) for one in said)]
    if found:
        raise SettingsWrong(
            [f"{name} is set in the environment, and would win over the new file: unset it" for name in found]
        )
