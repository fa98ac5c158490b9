"""``throughline network``: what the hub's operator does once, and for each organisation that joins."""

import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from deploy.commands import admission, own_keys
from deploy.composition import database_of
from deploy.console import show, show_json
from deploy.policies import set_policies
from services.referral.directory_storage import listed
from shared.messaging import provision
from shared.messaging.management import Management
from shared.messaging.topology import HUB_RIGHTS, node_rights
from shared.sealing.key_file import complete_key_file
from shared.settings import DATABASE_URL, Secret, read, setting

app = typer.Typer(help="The hub's broker and the organisations of the network.", no_args_is_help=True)
admission.attach(app)
own_keys.attach(app)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@dataclass(frozen=True)
class NetworkSettings:
    """Settings of the hub's operator for ``throughline network``."""

    broker_admin_url: Secret = setting("the broker's address with an administrator's name, amqps://…")
    broker_management_url: Secret = setting(
        "the broker's management API, https://user:password@host:15671/api"
    )
    referral_database_url: str = setting("the referral service's own database", DATABASE_URL)


@app.command("key")
def key(file: Annotated[Path, typer.Argument(help="Where to keep the private keys.")]) -> None:
    """Make the keys of a node or of the hub, or add what is missing; prints their public halves, one line."""
    sys.stdout.write(f"{complete_key_file(file).public}\n")


@app.command("provision")
def provision_hub() -> None:
    """Make the hub's exchanges, queues, policies and user at the broker; doing it again changes nothing."""
    settings = read(NetworkSettings)
    provision.provision_hub(settings.broker_admin_url)
    management, password = Management(settings.broker_management_url), secrets.token_urlsafe(24)
    set_policies(management)
    provision.admit(management, "hub", password, HUB_RIGHTS)
    show_json({"user": "hub", "password": password})


@app.command("add")
def add(
    org: Annotated[str, typer.Argument(help="The organisation's id: small letters, digits, hyphens.")],
) -> None:
    """Make an organisation's queue and its user at the broker, before it is published. Prints its password once."""
    admission.check_organisation(org)
    settings = read(NetworkSettings)
    provision.provision_node(settings.broker_admin_url, org)  # first, so that it hears of the directory
    password = secrets.token_urlsafe(24)
    provision.admit(Management(settings.broker_management_url), org, password, node_rights(org))
    show_json({"user": org, "password": password})


@app.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """The organisations that have a node."""
    with database_of("referral").transaction() as tx:
        rows = [{"org": o.org, "name": o.name} for o in listed(tx) if o.public_key]
    show(rows, title="Organisations", as_json=as_json)
