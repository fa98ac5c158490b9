"""How a new hub's folder is furnished: its network, secrets, databases, what stands at the broker; settings last."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from deploy.beginning import configure, make_private
from deploy.commands.admission import new_network
from deploy.commands.own_keys import with_password
from deploy.commands.provision import NetworkSettings, organisations
from deploy.commands.services import make_ready
from deploy.composition import composition_of
from deploy.console import fail
from deploy.doctor.hub import SERVICES, HubSettings
from deploy.key_files import KeySettings
from deploy.watching.settings import WatchSettings
from services.notifications.settings import NotificationsSettings
from services.referral.settings import ReferralSettings
from services.reporting.settings import ReportingSettings, ReportingWebSettings
from shared import files
from shared.messaging.provision import apply, look
from shared.messaging.standing import Kind, Thing, difference, whole_network
from shared.messaging.topology import HUB_USER
from shared.sealing.network_file import NetworkFile, read_network_file
from shared.settings import read, variable

READ_BY_HUB = (
    *(NetworkSettings, ReferralSettings, NotificationsSettings, ReportingWebSettings, ReportingSettings),
    *(HubSettings, KeySettings, WatchSettings),
)
FOLDERS = ("secrets", "data")
SERVICE = "SERVICE"  #: stands in the databases' address for the name of each


def settings_of(folder: Path, told: Mapping[str, str]) -> dict[str, str]:
    """The variables of a hub in that folder: what was told, by the names of settings, and where things lie.

    ``network``, ``broker``, ``broker_management_url`` and ``databases`` are no settings, or are secret.
    """
    lies = {
        "key_file": folder / "network" / "hub.key",
        "network_file": folder / "network" / "network.json",
        "secret_key_file": folder / "secrets" / "secret-key",
        "amqp_url_file": folder / "secrets" / "broker-url",
        "broker_management_url_file": folder / "secrets" / "broker-management-url",
        "broker_vhost": vhost_of(told["broker"]),
    }
    for service in SERVICES:
        if told.get("databases"):
            lies[f"{service}_database_url_file"] = folder / "secrets" / f"{service}-database-url"
        else:
            lies[f"{service}_database_url"] = f"sqlite:///{folder}/data/{service}.db"
    plain = {name: value for name, value in told.items() if name not in NOT_SET}
    return {variable(name): str(value) for name, value in {**plain, **lies}.items()}


NOT_SET = ("network", "broker", "broker_management_url", "databases")


def vhost_of(broker: str) -> str:
    """The virtual host that the address names; the broker's own where it names none."""
    return unquote(urlsplit(broker).path[1:]) or "/"


def furnish(folder: Path, told: Mapping[str, str]) -> NetworkFile:
    """Make what is not there yet: the network, secrets, what must stand at the broker, databases.

    What an earlier one, broken off, has left is used. Raises OSError, ManagementRefused, SettingsWrong.
    """
    make_private(folder, FOLDERS)
    network = _founded(folder / "network", told["network"])
    kept = folder / "secrets"
    files.replace(kept / "broker-management-url", told["broker_management_url"].encode())
    if told.get("databases"):
        for service in SERVICES:
            address = told["databases"].replace(SERVICE, service)
            files.replace(kept / f"{service}-database-url", address.encode())
    os.environ.update(settings_of(folder, told))
    settings = read(NetworkSettings)
    password = _kept_password(kept / "broker-url", told["broker"], settings)
    for service in SERVICES:
        make_ready(service, composition_of(service))
    _provide(settings, password)
    return network


def _founded(folder: Path, name: str) -> NetworkFile:
    if not folder.exists():
        return new_network(folder, name)
    network = read_network_file(folder / "network.json")
    if network.roots.network != name:
        fail(f"{folder} is of the network {network.roots.network}: give that as --network, or another folder")
    return network


def _kept_password(path: Path, broker: str, settings: NetworkSettings) -> str:
    """That of the hub's user, kept before the broker is told, so that whoever goes on knows it as well."""
    if path.exists():
        password = unquote(urlsplit(path.read_text("utf-8")).password or "")
    elif Thing(Kind.USER, (HUB_USER,)) in look(settings.management(), settings.broker_vhost):
        fail(
            f"the broker has a user {HUB_USER} already, and so a hub: name another broker; of a hub that is there "
            "docs/how-to/deploy-the-hub.md says which settings it has"
        )
    else:
        password = secrets.token_urlsafe(24)
    files.replace(path, with_password(broker, HUB_USER, password).encode())
    return password


def _provide(settings: NetworkSettings, password: str) -> None:
    """What must stand at the broker stands there, and the hub's user has this password."""
    management, vhost = settings.management(), settings.broker_vhost
    found = difference(whole_network(organisations(settings)), look(management, vhost))
    apply(management, vhost, found, passwords={HUB_USER: password})


def finish(folder: Path, told: Mapping[str, str]) -> None:
    """Write the configuration file: from then on there is a hub."""
    configure(folder, settings_of(folder, told), READ_BY_HUB)
