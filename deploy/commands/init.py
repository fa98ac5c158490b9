"""``throughline init``: a new node in a folder of its own; what no flag says is asked for."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

import typer
from typer.models import OptionInfo

from deploy.beginning import finish, furnish, settings_of
from deploy.commands import staff
from deploy.composition import web_of
from deploy.configured import CONFIG, NAME, ways_to_say
from deploy.console import err, fail
from services.intake.settings import IntakeSettings, IntakeWebSettings
from services.intake.usecases.staff import LANGUAGES, USERNAME, list_staff
from shared.settings import EXIT_CODE, SettingsWrong, problem_with


@dataclass(frozen=True)
class Question:
    """What is asked, by which flag it is answered before; without a default it must be. Some settings have one."""

    flag: str
    asks: str
    default: str | None = None
    of: type | None = IntakeWebSettings


QUESTIONS = {
    "org": Question("--org", "The organisation's id, as the hub's invitation says it"),
    "org_name": Question("--org-name", "The organisation's name, as people know it"),
    "public_url": Question("--public-url", "Where people will reach the pages, https://…"),
    "intake_database_url": Question("--database-url", "The database, sqlite:///FILE or postgresql://…", ""),
    "smtp_host": Question("--smtp-host", "The mail server; nothing: set it up later", "", IntakeSettings),
    "mail_from": Question("--mail-from", "The address that mails come from", "", IntakeSettings),
    "admin": Question("--admin", "The name by which the first administrator signs in", of=None),
    "language": Question("--language", "The administrator's language: en, ru, be or uk", "en", of=None),
}  #: by the name of the setting
DATABASE = "sqlite:///{folder}/data/node.db"
NEXT = """Above is the first administrator's link, for a password and a second step. It works once, and for an hour.
For another: throughline user recovery-link {admin}

{folder} holds a node. In that folder:
  throughline up --detach                    runs it
  throughline network join ORG.invitation    joins the network: prints a request for the hub, and words to compare
Keep a copy of {folder}/keys where the node is not."""


def _flag(name: str) -> OptionInfo:
    option: OptionInfo = typer.Option(help=QUESTIONS[name].asks)
    return option


def init(  # noqa: PLR0913 - a node has that many facts
    folder: Annotated[Path, typer.Argument(help="A folder for the node; it is made.")],
    *,
    org: Annotated[str | None, _flag("org")] = None,
    org_name: Annotated[str | None, _flag("org_name")] = None,
    public_url: Annotated[str | None, _flag("public_url")] = None,
    web_port: Annotated[int, typer.Option(min=1, max=65535, help="The port of the pages here.")] = 8000,
    database_url: Annotated[str | None, _flag("intake_database_url")] = None,
    database_url_file: Annotated[
        Path | None, typer.Option(help="A file that holds the database's address, with its password.")
    ] = None,
    smtp_host: Annotated[str | None, _flag("smtp_host")] = None,
    mail_from: Annotated[str | None, _flag("mail_from")] = None,
    admin: Annotated[str | None, _flag("admin")] = None,
    language: Annotated[str | None, _flag("language")] = None,
) -> None:
    """Set a new node up: settings, secrets, keys, database, and the first administrator, who gets a link.

    What no flag says is asked for. Broken off at any moment, it is to be run again.
    """
    folder = folder.absolute()
    if (folder / NAME).exists():
        fail(f"{folder} holds a node already, and nothing was changed: name another folder")
    address = _address(database_url, database_url_file)
    said = (org, org_name, public_url, address, smtp_host, mail_from, admin, language)
    told = dict(zip(QUESTIONS, said, strict=True))
    answers = _answered(told)
    first, speaks = answers.pop("admin"), answers.pop("language")
    answers["intake_database_url"] = answers["intake_database_url"] or DATABASE.format(folder=folder)
    _set_up(folder, {**answers, "web_port": str(web_port)}, first, speaks)


def _address(url: str | None, file: Path | None) -> str | None:
    if url and (urlsplit(url).password or "password" in parse_qs(urlsplit(url).query)):
        fail(
            "a password on the command line can be read by everybody on this machine: put the address into a file, "
            "and name that in --database-url-file"
        )
    if file is None:
        return url
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        fail(f"--database-url-file: {file} cannot be read as text: check the path and its rights")


def _answered(told: dict[str, str | None]) -> dict[str, str]:
    """What was told and what is answered now; ends, naming the flag, for what is wrong or missing."""
    missing = [
        QUESTIONS[name].flag
        for name, value in told.items()
        if value is None and QUESTIONS[name].default is None
    ]
    if missing and not sys.stdin.isatty():
        fail(f"{', '.join(missing)} must be given, or this run at a terminal, where it is asked for")
    answers: dict[str, str] = {}
    for name, value in told.items():
        is_open = value is None and missing and (name != "mail_from" or answers["smtp_host"])
        answers[name] = _asked(name) if is_open else value or QUESTIONS[name].default or ""
        if problem := _problem(name, answers[name]):
            fail(f"{QUESTIONS[name].flag}: {problem}", code=EXIT_CODE)
    if answers["smtp_host"] and not answers["mail_from"]:
        fail("--mail-from must be given with --smtp-host", code=EXIT_CODE)
    return answers


def _asked(name: str) -> str:
    """What is typed, once it is right; where mails come from is asked only of whoever has a mail server."""
    question = QUESTIONS[name]
    default = None if name == "mail_from" else question.default
    while True:
        answer: str = typer.prompt(question.asks, default=default, show_default=bool(default), err=True)
        problem = _problem(name, answer)
        if not problem:
            return answer
        err.print(problem, markup=False)


def _problem(name: str, value: str) -> str:
    """What is wrong with an answer; empty for nothing."""
    question = QUESTIONS[name]
    if not value.strip():
        return "" if question.default is not None else "it must not be empty"
    if not value.isprintable():
        return "it must be one line of text"
    if name == "admin" and not USERNAME.fullmatch(value):
        return staff.WHY["not_a_username"]
    if name == "intake_database_url" and not _is_whole(value):
        return "it must name the file from the root on, as in sqlite:////srv/node.db"
    if name == "language" and value not in LANGUAGES:
        return f"it must be one of: {', '.join(LANGUAGES)}"
    return problem_with(question.of, name, value) if question.of else ""


def _is_whole(address: str) -> bool:
    """Else it would be another file for whoever stands in another folder."""
    return not address.startswith("sqlite") or address.partition("///")[2].startswith("/")


def _set_up(folder: Path, told: dict[str, str], admin: str, language: str) -> None:
    told = {name: value for name, value in told.items() if value}
    _refuse_environment(settings_of(folder, told))
    try:
        furnish(folder, told)
    except OSError as error:
        fail(f"{folder} cannot be furnished ({error.strerror}): name another folder, or see to its rights")
    _greet(admin, language)
    finish(folder, told)
    err.print(NEXT.format(folder=folder, admin=admin), markup=False)


def _refuse_environment(said: dict[str, str]) -> None:
    """What is set there would win over the file, here and later."""
    found = [name for name in os.environ if name == CONFIG or any(name in ways_to_say(one) for one in said)]
    if found:
        raise SettingsWrong(
            [f"{name} is set in the environment, and would win over the new file: unset it" for name in found]
        )


def _greet(admin: str, language: str) -> None:
    """Add the administrator and print the link; another link, if one that was broken off had added them."""
    there = [one.username for one in list_staff(web_of("intake").open_database())]
    if admin in there:
        staff.recovery_link(admin)
    elif there:
        fail(f"there are people in that database already: give one of them as --admin, such as {there[0]}")
    else:
        staff.add(admin, role="admin", language=language, link=True)
