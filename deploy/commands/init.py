"""``throughline init``: a new node in a folder of its own; what no flag says is asked for."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.asking import Question, answered, from_file, not_whole, refuse_environment
from deploy.beginning import finish, furnish, refuse_taken, settings_of
from deploy.commands import staff
from deploy.console import err, fail
from services.intake.settings import IntakeSettings, IntakeWebSettings

QUESTIONS = {
    "org": Question("--org", "The organisation's id, as the hub's invitation says it", of=IntakeWebSettings),
    "org_name": Question("--org-name", "The organisation's name, as people know it", of=IntakeWebSettings),
    "public_url": Question(
        "--public-url", "Where people will reach the pages, https://…", of=IntakeWebSettings
    ),
    "intake_database_url": Question(
        "--database-url", "The database, sqlite:///FILE or postgresql://…", "", IntakeWebSettings, not_whole
    ),
    "smtp_host": Question("--smtp-host", "The mail server; nothing: set it up later", "", IntakeSettings),
    "mail_from": Question(
        "--mail-from", "The address that mails come from", "", IntakeSettings, goes_with="smtp_host"
    ),
    "admin": Question(
        "--admin", "The name by which the first administrator signs in", wrong=staff.not_a_username
    ),
    "language": Question(
        "--language",
        "The administrator's language: en, ru, be or uk",
        "en",
        wrong=staff.not_a_language,
    ),
}  #: by the name of the setting
DATABASE = "sqlite:///{folder}/data/node.db"
NEXT = """Above is the first administrator's link, for a password and a second step. It works once, and for an hour.
For another: throughline user recovery-link {admin}

{folder} holds a node. In that folder:
  throughline up --detach                    runs it
  throughline network join ORG.invitation    joins the network: prints a request for the hub, and words to compare
Keep a copy of {folder}/keys where the node is not."""


def init(  # noqa: PLR0913 - a node has that many facts
    folder: Annotated[Path, typer.Argument(help="A folder for the node; it is made.")],
    *,
    org: Annotated[str | None, QUESTIONS["org"].option] = None,
    org_name: Annotated[str | None, QUESTIONS["org_name"].option] = None,
    public_url: Annotated[str | None, QUESTIONS["public_url"].option] = None,
    web_port: Annotated[int, typer.Option(min=1, max=65535, help="The port of the pages here.")] = 8000,
    database_url: Annotated[str | None, QUESTIONS["intake_database_url"].option] = None,
    database_url_file: Annotated[
        Path | None, typer.Option(help="A file that holds the database's address, with its password.")
    ] = None,
    smtp_host: Annotated[str | None, QUESTIONS["smtp_host"].option] = None,
    mail_from: Annotated[str | None, QUESTIONS["mail_from"].option] = None,
    admin: Annotated[str | None, QUESTIONS["admin"].option] = None,
    language: Annotated[str | None, QUESTIONS["language"].option] = None,
) -> None:
    """Set a new node up: settings, secrets, keys, database, and the first administrator, who gets a link.

    What no flag says is asked for. Broken off at any moment, it is to be run again.
    """
    folder = folder.absolute()
    refuse_taken(folder)
    address = from_file("--database-url", database_url, database_url_file)
    said = (org, org_name, public_url, address, smtp_host, mail_from, admin, language)
    answers = answered(QUESTIONS, dict(zip(QUESTIONS, said, strict=True)))
    first, speaks = answers.pop("admin"), answers.pop("language")
    answers["intake_database_url"] = answers["intake_database_url"] or DATABASE.format(folder=folder)
    _set_up(folder, {**answers, "web_port": str(web_port)}, first, speaks)


def _set_up(folder: Path, told: dict[str, str], admin: str, language: str) -> None:
    told = {name: value for name, value in told.items() if value}
    refuse_environment(settings_of(folder, told))
    try:
        furnish(folder, told)
    except OSError as error:
        fail(f"{folder} cannot be furnished ({error.strerror}): name another folder, or see to its rights")
    staff.first(admin, role="admin", language=language, flag=QUESTIONS["admin"].flag)
    finish(folder, told)
    err.print(NEXT.format(folder=folder, admin=admin), markup=False)
