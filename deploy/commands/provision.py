"""``throughline network provision``: what must stand at the hub's broker, what does, and how the two are made one."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from sqlalchemy import inspect

from deploy.composition import open_database
from deploy.console import ERROR, err, fail, out, show_json
from services.referral.directory_storage import listed
from shared.database import Database
from shared.messaging.management import Management
from shared.messaging.message import HUB
from shared.messaging.provision import apply, look
from shared.messaging.provision import renew as make_anew
from shared.messaging.standing import Difference, Kind, Properties, Thing, difference, whole_network
from shared.messaging.tls import ca_file_setting
from shared.messaging.topology import HUB_USER
from shared.settings import DATABASE_URL, MANAGEMENT_URL, Secret, read, setting

REMEDY = (
    "cannot be changed while it stands. --renew makes a queue anew once it is empty; remove an exchange by hand, and "
    "provision again"
)
TOLD_WHOLE = (Kind.POLICY, Kind.RIGHTS, Kind.TOPICS, Kind.LIMIT)
UNKNOWN = "is not of this network. It is left as it is; if nobody needs it, remove it"


@dataclass(frozen=True)
class NetworkSettings:
    """Settings of the hub's operator for ``throughline network``."""

    broker_management_url: Secret = setting(
        "the broker's management API with an administrator's name, https://user:password@host:15671/api",
        MANAGEMENT_URL,
    )
    referral_database_url: str = setting("the referral service's own database", DATABASE_URL)
    broker_vhost: str = setting("the network's virtual host at the broker", default="/")
    broker_ca_file: str = ca_file_setting()

    def management(self) -> Management:
        """The broker's management API."""
        return Management(self.broker_management_url, ca_file=self.broker_ca_file)

    def database(self) -> Database:
        """The referral service's database, to look at the directory."""
        return open_database("referral", self.referral_database_url, sender=HUB)


def provision(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 if there is a difference.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    renew: Annotated[
        bool, typer.Option("--renew", help="Make queues anew that cannot be changed as they stand.")
    ] = False,
    new_password: Annotated[
        bool, typer.Option("--new-password", help="A new password for the hub's user.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON; needs --yes or --check.")] = False,
) -> None:
    """Show what differs at the broker from what the hub and its organisations need, ask, and make it so.

    A second time there is nothing to change. New passwords are printed once, and kept nowhere.
    """
    if as_json and not (check or yes):
        fail("--json asks nothing: add --yes to change what differs, or --check to look only")
    settings = read(NetworkSettings)
    management, wanted = settings.management(), whole_network(organisations(settings))
    found = difference(wanted, look(management, settings.broker_vhost))
    if not as_json:
        _tell(found, new_password=new_password)
    told: Mapping[str, str] = {}
    left = set(found.unalterable)
    if not check and (found.missing or found.changed or new_password or (renew and left)):
        if not yes and not typer.confirm("Change this?"):
            fail("nothing was changed")
        passwords = {HUB_USER: secrets.token_urlsafe(24)} if new_password else {}
        told = apply(management, settings.broker_vhost, found, passwords=passwords)
        if renew and left:
            left -= make_anew(management, settings.broker_vhost, wanted, found)
            _tell_left(left)
    _show_passwords(told, found if as_json else None)
    if found if check else left:
        raise typer.Exit(ERROR)


def organisations(settings: NetworkSettings) -> list[str]:
    """Those in the directory that have a node; none as long as there is no directory."""
    database = settings.database()
    with database.reading() as tx:
        if not inspect(tx.connection).has_table("organisations"):
            return []
        return [one.org for one in listed(tx) if one.public_key]


def _tell(found: Difference, *, new_password: bool) -> None:
    """The difference for people, one line each."""
    for line in _lines(found):
        out.print(line, markup=False)
    if not found:
        out.print("Everything stands at the broker as it must.")
    if new_password:
        out.print(f"~ {Thing(Kind.USER, (HUB_USER,))}: a new password; the old one lets nobody in any more")


def _tell_left(left: Iterable[Thing]) -> None:
    """For people, and beside what programs read."""
    for thing in sorted(left):
        err.print(
            f"! {thing} stands as before: it holds messages. Run this again when it is empty", markup=False
        )


def _lines(found: Difference) -> Iterable[str]:
    yield from (f"+ {thing}{_detail(thing, must)}" for thing, must in found.missing.items())
    yield from (f"~ {thing}: {change}" for thing, change in found.changed.items())
    yield from (f"! {thing}: {change}: {REMEDY}" for thing, change in found.unalterable.items())
    yield from (f"? {thing}{_detail(thing, how)} {UNKNOWN}" for thing, how in found.unknown.items())


def _detail(thing: Thing, properties: Properties) -> str:
    """What a right or a limit allows; of the rest the name says enough."""
    if thing.kind not in TOLD_WHOLE:
        return ""
    return ": " + "; ".join(f"{name} {value}" for name, value in properties.items())


def _show_passwords(told: Mapping[str, str], found: Difference | None = None) -> None:
    """Once, here; with the difference, for programs."""
    if found is not None:
        show_json(_as_json(found) | {"passwords": told})
        return
    for user, password in told.items():
        out.print(f"New password of {user}, shown this once: {password}", markup=False)


def _as_json(found: Difference) -> dict[str, Any]:
    def named(things: Iterable[Thing]) -> list[str]:
        return [str(thing) for thing in things]

    return {
        "missing": named(found.missing),
        "changed": {str(thing): str(change) for thing, change in found.changed.items()},
        "unalterable": {str(thing): str(change) for thing, change in found.unalterable.items()},
        "unknown": named(found.unknown),
    }
