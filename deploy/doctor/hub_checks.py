"""Is everything well with the hub? Its databases, its broker, its services, its word to the nodes, its pages."""

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import TypeVar

from sqlalchemy import Table
from sqlalchemy.exc import SQLAlchemyError

from deploy.backup.copies import path_of
from deploy.commands.provision import organisations
from deploy.doctor import configuration, keys, network, pages
from deploy.doctor.check import WELL, Check, Finding, NotApplicable, failed, warning
from deploy.doctor.database import of_durability, off_in, remedy_of
from deploy.doctor.hub import SERVICES, UNANSWERED, Hub
from deploy.doctor.hub_copies import copies
from deploy.doctor.messages import LONG, TOO_LONG
from deploy.doctor.tokens import tokens_of_hub
from services.referral.directory_storage import last_dated
from shared.database import Transaction
from shared.messaging.parked import count_parked
from shared.messaging.provision import look
from shared.messaging.standing import difference, whole_network
from shared.messaging.topology import node_queue
from shared.messaging.waiting import waits_since
from shared.schema_version import newest_of, version_of

DATED = timedelta(
    hours=13
)  #: by then the directory was dated anew: half a day is the longest that can be set

Answer = TypeVar("Answer")


def databases(hub: Hub) -> Finding:
    """Each answers."""
    lost = {}
    for service in hub.databases:
        try:
            with hub.opened(service) as database, database.reading():
                pass
        except SQLAlchemyError as broken:
            lost[f"that of {service} does not answer ({type(broken).__name__})"] = remedy_of(broken)
    return failed("; ".join(lost), "; ".join(dict.fromkeys(lost.values()))) if lost else WELL


def migrations(hub: Hub) -> Finding:
    """Each is of this version."""
    other = {}
    for service in hub.databases:
        try:
            with hub.opened(service) as database, database.reading() as tx:
                version = version_of(tx.connection)
        except SQLAlchemyError:
            raise NotApplicable("databases comes first") from None
        if version != newest_of(f"services.{service}"):
            other[service] = version or ""
    if newer := [service for service, version in other.items() if version > newest_of(f"services.{service}")]:
        return failed(
            f"written by a newer version: {', '.join(newer)}",
            "start that version, or restore the copy of before",
        )
    if other:
        commands = ", ".join(f"throughline migrate {service}" for service in other)
        return failed(f"of an older version, or empty: {', '.join(other)}", commands)
    return WELL


def durability(hub: Hub) -> Finding:
    """PostgreSQL waits for its disk."""
    servers = [service for service, url in hub.databases.items() if path_of(url) is None]
    if not servers:
        raise NotApplicable("SQLite is told so by the services themselves")
    off = [name for service in servers if (name := hub.asked(service, off_in))]
    return of_durability(off[0]) if off else WELL


def broker(hub: Hub) -> Finding:
    """It answers its administrator, members of the cluster run and see each other, and queues are whole with room."""
    try:
        members = hub.management.get("nodes")
        queues = hub.management.get("queues", hub.settings.broker_vhost)
    except UNANSWERED as wrong:
        return failed(
            f"its management does not answer ({type(wrong).__name__})",
            "check THROUGHLINE_BROKER_MANAGEMENT_URL and its user's rights, and that the broker runs",
        )
    if gone := [one["name"] for one in members if not one["running"]]:
        return failed(f"these do not run: {', '.join(gone)}", "docs/how-to/run-three-brokers.md")
    if apart := [one["name"] for one in members if one.get("partitions")]:
        return failed(f"these do not see each other: {', '.join(apart)}", "docs/how-to/run-three-brokers.md")
    if lame := [one for one in queues if len(one.get("online", ())) < len(one.get("members", ()))]:
        return failed(
            f"{len(lame)} queues lack a member",
            "start RabbitMQ anew on the machine that is missing from their members online: "
            "docs/how-to/run-three-brokers.md",
        )
    if full := [one["name"] for one in members if one.get("mem_alarm") or one.get("disk_free_alarm")]:
        return failed(
            f"no room, so nobody can publish: {', '.join(full)}",
            "give the broker memory or disk; see which queue is long, and who does not take from it",
        )
    return WELL


def services(hub: Hub) -> Finding:
    """Somebody takes from the queue of each."""
    if silent := [service for service in SERVICES if service not in hub.heard]:
        commands = ", ".join(f"throughline run {service}" for service in silent)
        return failed(
            f"nobody takes from the queue of {', '.join(silent)}", f"start {commands}; see their logs"
        )
    return WELL


def nodes(hub: Hub) -> Finding:
    """The node of each organisation is connected."""
    hub.asked("referral", last_dated)
    away = [org for org in organisations(hub.settings) if node_queue(org) not in hub.heard]
    if away:
        return warning(
            f"the nodes of these are not connected: {', '.join(away)}",
            "what is for them waits; if it lasts, call them: throughline doctor at their node",
        )
    return WELL


def standing(hub: Hub) -> Finding:
    """All stands at the broker that must, and nothing else."""
    hub.asked("referral", last_dated)
    wanted = whole_network(organisations(hub.settings))
    try:
        found = difference(wanted, look(hub.management, hub.settings.broker_vhost))
    except UNANSWERED:
        raise NotApplicable("broker comes first") from None
    if not found:
        return WELL
    count = len([*found.missing, *found.changed, *found.unalterable, *found.unknown])
    return warning(f"{count} things are not as they must be", "throughline network provision --check")


def directory(hub: Hub) -> Finding:
    """Nodes were lately told which is the newest."""
    at = hub.asked("referral", last_dated)
    if at is not None and hub.at - at < DATED:
        return WELL
    says = (
        f"nodes were told last at {at:%Y-%m-%d %H:%M} UTC"
        if at
        else "nodes were never told which is the newest"
    )
    return failed(says, "see that throughline run referral runs, and its log: nodes warn after a day")


def outbox(hub: Hub) -> Finding:
    """What is to leave leaves."""
    since = _of_each(hub, "outbox", waits_since)
    late = {service: at for service, at in since.items() if at is not None and hub.at - at > LONG}
    if not late:
        return WELL
    says = "; ".join(
        f"in {service} something waits since {at:%Y-%m-%d %H:%M} UTC" for service, at in late.items()
    )
    remedy = "throughline outbox status --service NAME; a node that is not connected lets it wait"
    return failed(says, remedy) if hub.at - min(late.values()) > TOO_LONG else warning(says, remedy)


def parked(hub: Hub) -> Finding:
    """Nothing waits for a person."""
    counts = _of_each(hub, "parked", count_parked)
    if waiting := [f"{count} in {service}" for service, count in counts.items() if count]:
        return warning(
            f"messages wait for a person: {', '.join(waiting)}",
            "throughline parked list --service NAME; docs/how-to/mend-what-waits.md",
        )
    return WELL


def _of_each(hub: Hub, table: str, question: Callable[[Transaction, Table], Answer]) -> dict[str, Answer]:
    """What each service's database says of its table of that name."""
    found = {}
    for service in SERVICES:
        its: Table = import_module(f"services.{service}.storage").metadata.tables[table]
        found[service] = hub.asked(service, lambda tx, its=its: question(tx, its))  # type: ignore[misc]
    return found


CHECKS = (
    *(check for check in configuration.CHECKS if check.name in ("settings", "secret_files")),
    Check("clock", configuration.clock),
    *(check for check in keys.CHECKS if check.name in ("key_file", "key_folder", "key_age", "network_file")),
    Check("databases", databases),
    Check("migrations", migrations),
    Check("durability", durability),
    Check("copies", copies),
    Check("broker", broker),
    Check("certificate", network.certificate),
    Check("broker_tls", network.broker_tls),
    Check("standing", standing),
    Check("services", services),
    Check("nodes", nodes),
    Check("directory", directory),
    Check("outbox", outbox),
    Check("parked", parked),
    *pages.CHECKS,
    Check("tokens", tokens_of_hub),
)
