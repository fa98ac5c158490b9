"""``throughline init-hub``: a new hub, and so a new network, in a folder of its own; what no flag says is asked for."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.asking import Question, answered, from_file, not_whole, refuse_environment
from deploy.beginning import refuse_taken
from deploy.beginning_hub import SERVICE, finish, furnish, settings_of
from deploy.commands import staff
from deploy.commands.own_keys import with_password
from deploy.commands.provision import NetworkSettings
from deploy.console import err, fail
from services.notifications.settings import NotificationsSettings
from services.referral.settings import ReferralSettings
from services.reporting.settings import ReportingWebSettings
from shared.messaging.topology import HUB_USER
from shared.sealing.words import words_of_network
from shared.settings import problem_with


def _not_an_address(broker: str) -> str:
    if "@" in broker:
        return "it must hold no name and no password: the hub's own user is made now"
    return problem_with(ReferralSettings, "amqp_url", with_password(broker, HUB_USER, "password"))


def _not_of_each(databases: str) -> str:
    if SERVICE not in databases:
        return f"it must have {SERVICE} where the name of each database stands, as in postgresql:///{SERVICE}"
    named = databases.replace(SERVICE, "referral")
    return not_whole(databases) or problem_with(ReferralSettings, "referral_database_url", named)


QUESTIONS = {
    "network": Question("--network", "The network's name; it never changes"),
    "public_url": Question(
        "--public-url", "Where coordinators will reach the pages, https://…", of=ReportingWebSettings
    ),
    "broker": Question(
        "--broker", "The broker's address, as nodes write it, amqps://HOST:5671/%2F", wrong=_not_an_address
    ),
    "broker_management_url": Question(
        "--management-url",
        "Its management with an administrator's name and password, https://NAME:PASSWORD@HOST:15671/api",
        of=NetworkSettings,
    ),
    "broker_ca_file": Question(
        "--ca-file",
        "The file of the authority of its certificate; nothing: a public one",
        "",
        NetworkSettings,
    ),
    "databases": Question(
        "--database-url",
        f"The databases, postgresql://…, with {SERVICE} for the name of each; nothing: SQLite files",
        "",
        wrong=_not_of_each,
    ),
    "smtp_host": Question("--smtp-host", "The mail server", of=NotificationsSettings),
    "mail_from": Question("--mail-from", "The address that mails come from", of=NotificationsSettings),
    "coordinator": Question(
        "--coordinator", "The name by which the first coordinator signs in", wrong=staff.not_a_username
    ),
    "language": Question(
        "--language", "The coordinator's language: en, ru, be or uk", "en", wrong=staff.not_a_language
    ),
}  #: by the name of the setting, where there is one
NEXT = """Above is the first coordinator's link, for a password and a second step. It works once, and for an hour.
For another: throughline user recovery-link {coordinator} --coordinator

{folder} holds a hub, and all it needs stands at the broker. Of the network, to be read to others by voice:
  {words}
In that folder:
  throughline up --detach                                runs it
  throughline doctor --hub                               says whether all is well
  throughline network invite ORG --broker {broker}
Give each of {folder}/network/root-*.key to another person, off line, and delete it here: whoever has two of
them decides who is in the network. Keep a copy of {folder}/network/hub.key where the hub is not."""


def init_hub(  # noqa: PLR0913 - a hub has that many facts
    folder: Annotated[Path, typer.Argument(help="A folder for the hub; it is made.")],
    *,
    network: Annotated[str | None, QUESTIONS["network"].option] = None,
    public_url: Annotated[str | None, QUESTIONS["public_url"].option] = None,
    web_port: Annotated[int, typer.Option(min=1, max=65535, help="The port of the pages here.")] = 8000,
    broker: Annotated[str | None, QUESTIONS["broker"].option] = None,
    management_url_file: Annotated[
        Path | None,
        typer.Option(help="A file that holds the address of its management; else it is asked for."),
    ] = None,
    ca_file: Annotated[str | None, QUESTIONS["broker_ca_file"].option] = None,
    database_url: Annotated[str | None, QUESTIONS["databases"].option] = None,
    database_url_file: Annotated[
        Path | None, typer.Option(help="A file that holds the databases' address, with its password.")
    ] = None,
    smtp_host: Annotated[str | None, QUESTIONS["smtp_host"].option] = None,
    mail_from: Annotated[str | None, QUESTIONS["mail_from"].option] = None,
    coordinator: Annotated[str | None, QUESTIONS["coordinator"].option] = None,
    language: Annotated[str | None, QUESTIONS["language"].option] = None,
) -> None:
    """Found a network and set its hub up: keys, secrets, what stands at the broker, databases, the first coordinator.

    What no flag says is asked for. Broken off at any moment, it is to be run again.
    """
    folder = folder.absolute()
    refuse_taken(folder)
    management = from_file("--management-url", None, management_url_file)
    databases = from_file("--database-url", database_url, database_url_file)
    authority = str(Path(ca_file).absolute()) if ca_file else ca_file
    said = (network, public_url, broker, management, authority, databases, smtp_host, mail_from)
    told = dict(zip(QUESTIONS, (*said, coordinator, language), strict=True))
    answers = answered(QUESTIONS, told)
    first, speaks = answers.pop("coordinator"), answers.pop("language")
    _set_up(folder, {**answers, "web_port": str(web_port)}, first, speaks)


def _set_up(folder: Path, told: dict[str, str], coordinator: str, language: str) -> None:
    told = {name: value for name, value in told.items() if value}
    refuse_environment(settings_of(folder, told))
    try:
        found = furnish(folder, told)
    except OSError as error:
        why = error.strerror or type(error).__name__
        fail(
            f"{folder} cannot be furnished ({why}): see to its rights, and whether the broker's management answers"
        )
    staff.first(coordinator, role="coordinator", language=language, flag=QUESTIONS["coordinator"].flag)
    finish(folder, told)
    words = words_of_network(found.roots)
    err.print(
        NEXT.format(folder=folder, coordinator=coordinator, words=words, broker=told["broker"]), markup=False
    )
