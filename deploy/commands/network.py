"""``throughline network``: what the hub's operator does once, and for each organisation that joins."""

import re
import secrets
import sys
from pathlib import Path
from typing import Annotated

import typer

from deploy.commands.ca import ca
from deploy.commands.provision import NetworkSettings, provision
from deploy.composition import database_of
from deploy.console import fail, show, show_json
from deploy.key_files import new_passphrase, passphrase_of
from services.referral.directory_storage import listed
from services.referral.usecases.directory import OrganisationTaken, add_organisation
from shared.messaging.provision import look
from shared.messaging.provision import provision as make_stand
from shared.messaging.standing import Kind, Thing, node_places, node_user
from shared.schemas.rules import ORGANISATION
from shared.sealing import PublicKeys
from shared.sealing.key_file import complete_key_file
from shared.settings import read

app = typer.Typer(help="The hub's broker and the organisations of the network.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
RESERVED = frozenset({"hub", "all", "guest", "administrator"})

app.command("provision")(provision)
app.command("ca")(ca)


@app.command("key")
def key(
    file: Annotated[Path, typer.Argument(help="Where to keep the private keys.")],
    *,
    passphrase: Annotated[
        bool, typer.Option("--passphrase", help="Protect the file by a passphrase, which is asked for.")
    ] = False,
) -> None:
    """Make the keys of a node or of the hub, or add what is missing; prints their public halves, one line."""
    known = passphrase_of(file)
    chosen = new_passphrase() if passphrase and known is None else known
    sys.stdout.write(f"{complete_key_file(file, chosen).public}\n")


@app.command("add")
def add(
    org: Annotated[str, typer.Argument(help="The organisation's id: small letters, digits, hyphens.")],
    *,
    name: Annotated[str, typer.Option(help="Its name as people know it.")],
    public_key: Annotated[str, typer.Option(help="What throughline network key printed at the node.")],
) -> None:
    """Admit an organisation: its queue, its user, its place in the directory. Prints its password once."""
    keys = _checked(org, public_key)
    settings = read(NetworkSettings)
    management, vhost = settings.management(), settings.broker_vhost
    make_stand(management, vhost, node_places(org))  # first, so that it hears of the directory
    try:
        add_organisation(database_of("referral"), org, name=name, keys=keys)
    except OrganisationTaken:
        fail(f"{org} is in the directory with other keys: keys are not replaced by admitting again")
    show_json({"user": org} | _named(make_stand(management, vhost, node_user(org)), org))


@app.command("password")
def password(user: Annotated[str, typer.Argument(help="The organisation's id, or hub.")]) -> None:
    """Give a user of the broker a new password, and end who is there with the old one. Prints it once."""
    settings = read(NetworkSettings)
    management = settings.management()
    known = look(management, settings.broker_vhost).get(Thing(Kind.USER, (user,)))
    if known is None or known["tags"]:
        fail(f"{user} is no user of this network: see throughline network list")
    made = secrets.token_urlsafe(24)
    management.create_user(user, made)
    management.close_connections(user)
    show_json({"user": user, "password": made})


def _named(told: dict[str, str], org: str) -> dict[str, str]:
    if org in told:
        return {"password": told[org]}
    return {"note": f"it keeps its password; for another: throughline network password {org}"}


def _checked(org: str, public_key: str) -> PublicKeys:
    if not re.match(ORGANISATION, org) or org in RESERVED:
        fail("an organisation's id has 2 to 31 small letters, digits and hyphens and begins with a letter")
    try:
        return PublicKeys.parse(public_key)
    except ValueError:
        fail("the public key is not one: copy the whole line that throughline network key printed")


@app.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """The organisations that have a node."""
    with read(NetworkSettings).database().transaction() as tx:
        rows = [{"org": o.org, "name": o.name} for o in listed(tx) if o.public_key]
    show(rows, title="Organisations", as_json=as_json)
