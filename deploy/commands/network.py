"""``throughline network``: what the hub's operator does once, and for each organisation that joins."""

import secrets
from pathlib import Path
from typing import Annotated

import typer

from deploy.commands import admission, own_keys
from deploy.commands.ca import ca
from deploy.commands.provision import NetworkSettings, provision
from deploy.commands.round_trip import round_trip
from deploy.console import fail, say, show, show_json
from deploy.key_files import new_passphrase, passphrase_of
from services.referral.directory_storage import listed
from shared.messaging.provision import look
from shared.messaging.provision import provision as make_stand
from shared.messaging.standing import Kind, Thing, node_places, node_user
from shared.sealing.key_file import complete_key_file
from shared.settings import read

app = typer.Typer(help="The hub's broker and the organisations of the network.", no_args_is_help=True)
admission.attach(app)
own_keys.attach(app)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

app.command("provision")(provision)
app.command("ca")(ca)
app.command("test")(round_trip)


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
    say(f"{complete_key_file(file, chosen).public}\n")


@app.command("add")
def add(
    org: Annotated[str, typer.Argument(help="The organisation's id: small letters, digits, hyphens.")],
) -> None:
    """Make an organisation's queue and its user at the broker, before it is published. Prints its password once."""
    admission.check_organisation(org)
    settings = read(NetworkSettings)
    management, vhost = settings.management(), settings.broker_vhost
    make_stand(management, vhost, node_places(org))  # first, so that it hears of the directory
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


@app.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """The organisations that have a node."""
    with read(NetworkSettings).database().transaction() as tx:
        rows = [{"org": o.org, "name": o.name} for o in listed(tx) if o.public_key]
    show(rows, title="Organisations", as_json=as_json)
