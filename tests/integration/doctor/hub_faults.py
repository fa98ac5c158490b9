"""What may be wrong with a hub: each fault with the check that finds it, and what its remedy says."""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import text, update

from services.notifications.storage import metadata as notifications
from services.referral.storage import directory_versions
from services.reporting.storage import metadata as reporting
from shared.clock import new_id, now
from shared.messaging.management import Management
from tests.hubs import QUEUE
from tests.integration.doctor.faults import closed_port, token_of
from tests.integration.doctor.hub_site import HEARD, HubSite, await_heard


def set_to(**changed: str) -> Callable[[HubSite], None]:
    return lambda hub: hub.settings.update(changed)


def doing(service: str, statement: Callable[[], Any]) -> Callable[[HubSite], None]:
    return lambda hub: hub.does(service, statement())


def member(**is_so: Any) -> Callable[[HubSite], None]:
    """A member of the cluster that the broker tells of."""

    def plant(hub: HubSite) -> None:
        real = Management.get

        def get(self: Management, *path: str) -> Any:
            found = real(self, *path)
            return [*found, found[0] | {"name": "rabbit@two"} | is_so] if path == ("nodes",) else found

        hub.patch.setattr(Management, "get", get)

    return plant


def lame(hub: HubSite) -> None:
    """The broker tells of a queue that one of its members is not there."""
    real = Management.get

    def get(self: Management, *path: str) -> Any:
        found = real(self, *path)
        return [found[0] | {"members": ["a", "b"], "online": ["a"]}, *found] if path[0] == "queues" else found

    hub.patch.setattr(Management, "get", get)


def ended(queue: str) -> Callable[[HubSite], None]:
    def plant(hub: HubSite) -> None:
        hub.channel.basic_cancel(queue)
        await_heard(hub.settings, *(name for name in HEARD if name != queue))

    return plant


def unbound(hub: HubSite) -> None:
    management, vhost = hub.settings["broker_management_url"], hub.settings["broker_vhost"]
    Management(management).put({"durable": True}, "queues", vhost, "forgotten")


def row_of_outbox(hours: int) -> Any:
    id_ = new_id()
    shifted = type(id_)(int=id_.int - (hours * 3_600_000 << 80))
    table = notifications.tables["outbox"]
    facts = {"exchange": "x", "routing_key": "x", "body": b"{}", "attempts": 3, "due_at": now()}
    return table.insert().values(message_id=shifted, **facts)


def row_of_parked() -> Any:
    facts = {"queue": "x", "routing_key": "x", "body": b"x", "reason": "referral_not_here"}
    return reporting.tables["parked"].insert().values(id=new_id(), message_id=None, parked_at=now(), **facts)


def copy_of(service: str, *, days: float) -> Callable[[HubSite], None]:
    """The last was made so long ago."""

    def plant(hub: HubSite) -> None:
        at = (now() - timedelta(days=days)).timestamp()
        os.utime(hub.folder / "copies" / f"{service}.dump.age", (at, at))

    return plant


def copied_to_nothing(hub: HubSite) -> None:
    (hub.folder / "copies" / "referral.dump.age").write_text("")


FAULTS: dict[str, tuple[str, Callable[[HubSite], Any], str]] = {
    "a setting is missing": (
        "settings",
        lambda hub: hub.settings.pop("reporting_database_url"),
        "settings.md",
    ),
    "the key file is gone": ("key_file", lambda hub: hub.key.unlink(), "restore"),
    "others can write to its folder": ("key_folder", lambda hub: hub.key.parent.chmod(0o777), "chmod"),
    "a database is gone": (
        "databases",
        lambda hub: (hub.folder / "reporting.db").unlink(),
        "address, rights and disk",
    ),
    "a database is damaged": (
        "databases",
        lambda hub: (hub.folder / "notifications.db").write_bytes(b"x" * 9_000),
        "address, rights and disk",
    ),
    "a database is of an older version": (
        "migrations",
        doing("notifications", lambda: text("UPDATE alembic_version SET version_num = '0001'")),
        "throughline migrate notifications",
    ),
    "a database is of a newer version": (
        "migrations",
        doing("reporting", lambda: text("UPDATE alembic_version SET version_num = '9999'")),
        "start that version",
    ),
    "a copy is older than a day": ("copies", copy_of("reporting", days=2), "Keep the hub's databases"),
    "a copy is older than a week": ("copies", copy_of("referral", days=9), "Keep the hub's databases"),
    "a copy is an empty file": ("copies", copied_to_nothing, "Keep the hub's databases"),
    "nobody says where copies lie": ("copies", set_to(hub_copies_folder=""), "THROUGHLINE_HUB_COPIES_FOLDER"),
    "the folder of copies is gone": (
        "copies",
        set_to(hub_copies_folder="/nowhere/at/all"),
        "HUB_COPIES_FOLDER",
    ),
    "the broker's management does not answer": (
        "broker",
        lambda hub: hub.settings.update(broker_management_url=f"http://a:b@127.0.0.1:{closed_port()}/api"),
        "THROUGHLINE_BROKER_MANAGEMENT_URL",
    ),
    "its user is another": (
        "broker",
        lambda hub: hub.settings.update(
            broker_management_url=hub.settings["broker_management_url"].replace("://", "://x", 1)
        ),
        "rights",
    ),
    "a member of the cluster is down": ("broker", member(running=False), "three-brokers"),
    "members do not see each other": ("broker", member(partitions=["rabbit@one"]), "three-brokers"),
    "a queue lacks a member": ("broker", lame, "start RabbitMQ anew"),
    "a member is out of memory": ("broker", member(mem_alarm=True), "memory"),
    "a member is out of disk": ("broker", member(disk_free_alarm=True), "disk"),
    "something stands at the broker that nobody knows": ("standing", unbound, "network provision --check"),
    "a service does not run": ("services", ended("notifications"), "throughline run notifications"),
    "a node is not connected": ("nodes", ended(QUEUE), "call them"),
    "the directory was not dated for long": (
        "directory",
        doing("referral", lambda: update(directory_versions).values(dated_at=now() - timedelta(hours=20))),
        "run referral",
    ),
    "something waits long": ("outbox", doing("notifications", lambda: row_of_outbox(3)), "outbox status"),
    "something waits too long": (
        "outbox",
        doing("notifications", lambda: row_of_outbox(30)),
        "outbox status",
    ),
    "something is parked": ("parked", doing("reporting", row_of_parked), "parked list"),
    "a coordinator's token ends soon": (
        "tokens",
        doing("reporting", lambda: token_of(reporting.tables["api_tokens"], ends_in=29)),
        "user token",
    ),
    "nobody answers at the pages": (
        "public_address",
        lambda hub: hub.settings.update(public_url=f"http://127.0.0.1:{closed_port()}"),
        "throughline web reporting",
    ),
}  #: what is wrong: the check that finds it, how it is planted, and what its remedy says
