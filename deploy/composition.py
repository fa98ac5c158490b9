"""What each service is made of: its class, its settings, its tables and its place in the network."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, Table

from deploy.clock import refuse_lost_time
from deploy.configured import ours, strange
from deploy.key_files import open_key_file
from deploy.practice.apart import no_practice
from shared.at_rest import StorageKeys
from shared.clock import Clock, now
from shared.database import Database
from shared.messaging.introducing import Party
from shared.messaging.keybook import KeyBook
from shared.messaging.message import HUB
from shared.messaging.outbox import Outbox, Patience
from shared.messaging.scribe import Scribe
from shared.messaging.topology import node_queue
from shared.sealing import KeyFileUnusable, OwnKeys
from shared.sealing.network_file import NetworkFile, read_network_file
from shared.sealing.register import Roots
from shared.settings import SettingsWrong, read


@dataclass(frozen=True)
class Composition:
    """Everything that differs between the services. Names are imported only when they are needed."""

    name: str
    service: str
    settings: Any
    database_url: str
    amqp_url: str
    queue: str
    keys: OwnKeys
    network: NetworkFile
    broker_ca_file: str = ""
    sender: str = HUB
    resend_seconds: float = 60
    poll: float = (
        0.5  #: seconds between looks for rows that another process, or an earlier life, left in the outbox
    )
    own: dict[str, Any] = field(default_factory=dict)

    @property
    def service_class(self) -> type:
        """The nameko class; importing it imports eventlet."""
        found: type = getattr(import_module(f"services.{self.name}.service"), self.service)
        return found

    @property
    def metadata(self) -> MetaData:
        """The service's tables."""
        found: MetaData = import_module(f"services.{self.name}.storage").metadata
        return found

    def open_database(self) -> Database:
        """The service's database, with its outbox."""
        scribe = scribe_of(self.name, self.sender, self.keys, self.network.roots)
        return open_database(
            self.name,
            self.database_url,
            sender=self.sender,
            scribe=scribe,
            resend_seconds=self.resend_seconds,
        )


def _referral() -> Composition:
    from services.referral.settings import ReferralSettings

    settings = read(ReferralSettings)
    return Composition(
        name="referral",
        service="ReferralService",
        settings=settings,
        database_url=settings.referral_database_url,
        amqp_url=settings.amqp_url,
        broker_ca_file=settings.broker_ca_file,
        queue="referral",
        keys=keys_in(settings.key_file),
        network=read_network_file(settings.network_file),
        resend_seconds=settings.resend_seconds,
    )


def _intake() -> Composition:
    from services.intake.interchange.sending import Sender
    from services.intake.settings import IntakeSettings

    settings = read(IntakeSettings)
    keys = keys_in(settings.key_file)
    return Composition(
        name="intake",
        service="IntakeService",
        settings=settings,
        database_url=settings.intake_database_url,
        amqp_url=settings.amqp_url,
        broker_ca_file=settings.broker_ca_file,
        queue=node_queue(settings.org),
        sender=settings.org,
        keys=keys,
        network=read_network_file(settings.network_file),
        resend_seconds=settings.resend_seconds,
        poll=0.02,  # the web process writes here, and somebody waits
        own={"org": settings.org, "ring": keys.ring, "webhooks": Sender(settings.public_url)},
    )


def _notifications() -> Composition:
    from services.notifications.settings import NotificationsSettings

    settings = read(NotificationsSettings)
    return Composition(
        name="notifications",
        service="NotificationsService",
        settings=settings,
        database_url=settings.notifications_database_url,
        amqp_url=settings.amqp_url,
        broker_ca_file=settings.broker_ca_file,
        queue="notifications",
        keys=keys_in(settings.key_file),
        network=read_network_file(settings.network_file),
    )


def _reporting() -> Composition:
    from services.reporting.settings import ReportingSettings

    settings = read(ReportingSettings)
    return Composition(
        name="reporting",
        service="ReportingService",
        settings=settings,
        database_url=settings.reporting_database_url,
        amqp_url=settings.amqp_url,
        broker_ca_file=settings.broker_ca_file,
        queue="reporting",
        keys=keys_in(settings.key_file),
        network=read_network_file(settings.network_file),
    )


COMPOSITIONS: dict[str, Callable[[], Composition]] = {
    "intake": _intake,
    "referral": _referral,
    "notifications": _notifications,
    "reporting": _reporting,
}


@dataclass(frozen=True)
class WebComposition:
    """What a web process is made of. ``keys`` are those of a node."""

    name: str
    settings: Any
    database_url: str
    sender: str
    address: str
    port: int
    keys: OwnKeys | None = None

    def open_database(self) -> Database:
        """The service's database, with its outbox."""
        scribe = scribe_of(self.name, self.sender, self.keys) if self.keys else None
        return open_database(self.name, self.database_url, sender=self.sender, scribe=scribe)


def _intake_web() -> WebComposition:
    from services.intake.settings import IntakeWebSettings

    settings = read(IntakeWebSettings)
    return WebComposition(
        "intake",
        settings,
        settings.intake_database_url,
        settings.org,
        settings.web_address,
        settings.web_port,
        keys_in(settings.key_file),
    )


def _reporting_web() -> WebComposition:
    from services.reporting.settings import ReportingWebSettings

    settings = read(ReportingWebSettings)
    return WebComposition(
        "reporting",
        settings,
        settings.reporting_database_url,
        HUB,
        settings.web_address,
        settings.web_port,
    )


SEALED = ("intake", "notifications")  #: whose databases hold people, or addresses of staff

WEB: dict[str, Callable[[], WebComposition]] = {"intake": _intake_web, "reporting": _reporting_web}


def keys_in(path: Path) -> OwnKeys:
    """The keys of that file; raises KeyFileUnusable also for one that lacks a kind, as those of 0.1.0 do."""
    keys = open_key_file(path)
    if not keys.is_complete:
        raise KeyFileUnusable(
            f"{path} lacks the key to sign with: run throughline network key {path}, then throughline network join"
        )
    return keys


def scribe_of(service: str, name: str, keys: OwnKeys, roots: Roots | None = None) -> Scribe:
    """Where a party of that name writes and reads. Who only writes need not know the network's roots."""
    table = import_module(f"services.{service}.storage").metadata.tables["keys"]
    return Scribe(name, keys, KeyBook(name, table, roots))


def party_of(service: str, name: str, keys: OwnKeys) -> Party:
    """How that service introduces itself; of those that share the hub's keys, the referral service says them."""
    metadata = import_module(f"services.{service}.storage").metadata
    if service == "referral":
        from services.referral.usecases.directory import begin, take_statement

        return Party(metadata, name, keys, begin, lambda tx, event: take_statement(tx, name, event))
    if service == "intake":
        from services.intake.usecases.directory import say_keys

        return Party(metadata, name, keys, say=say_keys)
    return Party(metadata, name, keys)


def open_database(  # noqa: PLR0913 - a database has that many circumstances
    service: str,
    url: str,
    *,
    sender: str,
    scribe: Scribe | None = None,
    resend_seconds: float = 60,
    clock: Clock = now,
) -> Database:
    """A service's database, with the outbox in which it speaks as its sender.

    Without a scribe nothing can be sent from here that needs a signature of its own, and nothing can be read that
    lies sealed in a node's.
    """
    tables = import_module(f"services.{service}.storage").metadata.tables
    patience = Patience(receipt=resend_seconds)
    outbox = Outbox(tables["outbox"], sender=sender, patience=patience, scribe=scribe)
    at_rest = StorageKeys(scribe.keys.storage) if scribe and service in SEALED else None
    return Database(url, clock=clock, outbox=outbox, at_rest=at_rest)


def composition_of(service: str) -> Composition:
    """The service's composition from this process's environment; raises SettingsWrong."""
    refuse_misspelt()
    refuse_lost_time()
    return no_practice(COMPOSITIONS[service]())


def web_of(service: str) -> WebComposition:
    """The web process's composition from its environment; raises SettingsWrong."""
    refuse_misspelt()
    refuse_lost_time()
    return no_practice(WEB[service]())


def database_of(service: str) -> Database:
    """The service's database, with its outbox."""
    return composition_of(service).open_database()


def tables_of(service: str) -> dict[str, Table]:
    """The service's tables by name."""
    return dict(composition_of(service).metadata.tables)


def refuse_misspelt() -> None:
    """A variable of ours that no setting has is a mistake, and silence about it would be another."""
    if problems := strange(ours(os.environ)):
        raise SettingsWrong(problems)
