"""What stands where in the demo: folders, ports, secrets, and the environment of each process."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.demo.organisations import ORGANISATIONS, DemoOrganisation
from shared.clock import now
from shared.messaging.message import HUB
from shared.ports import LOOPBACK, free_ports
from shared.sealing import OwnKeys, SigningKey, read_key_file, write_key_file
from shared.sealing.founding import found
from shared.sealing.network_file import write_network_file

HUB_SERVICES = ("referral", "notifications", "reporting")
RESEND_SECONDS = 5
NOTICE_BRAKE_SECONDS = 2


@dataclass(frozen=True)
class NodePlan:
    """One organisation's node."""

    about: DemoOrganisation
    folder: Path
    port: int
    database_url: str

    @property
    def org(self) -> str:
        """The organisation's id."""
        return self.about.org

    @property
    def url(self) -> str:
        """Where its pages are."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def key_file(self) -> Path:
        """Its private key."""
        return self.folder / f"{self.org}.key"


@dataclass(frozen=True)
class Plan:
    """The whole demo. ``databases`` says where each service of the hub keeps what it knows.

    ``besides`` is what a process of that name is told more.
    """

    folder: Path
    nodes: tuple[NodePlan, ...]
    databases: dict[str, str]
    reporting_port: int
    smtp_port: int
    password: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    besides: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def hub_key_file(self) -> Path:
        """The keys of the hub."""
        return self.folder / "hub.key"

    @property
    def network_file(self) -> Path:
        """The register that everybody begins with, and the public half of the network's one root key."""
        return self.folder / "network.json"

    @property
    def reporting_url(self) -> str:
        """Where the coordinator's pages are."""
        return f"http://{LOOPBACK}:{self.reporting_port}"

    @property
    def mail_folder(self) -> Path:
        """Where caught mail is kept."""
        return self.folder / "mail"

    @property
    def logs(self) -> Path:
        """A file for each process."""
        return self.folder / "logs"


def make_plan(
    folder: Path,
    database_url: Callable[[str], str] | None = None,
    *,
    organisations: Sequence[DemoOrganisation] = ORGANISATIONS,
    network: str = "demo",
) -> Plan:
    """Choose ports, make folders and keys. Everything of the demo is below the one folder.

    ``database_url`` gives the address of each database by its name; without it they are SQLite files.
    """
    in_files = database_url or (lambda name: f"sqlite:///{folder / name}.db")
    reporting_port, smtp_port, *web_ports = free_ports(2 + len(organisations))
    for name in ("logs", "mail"):
        (folder / name).mkdir(parents=True, mode=0o700)
    nodes = tuple(
        _node(folder, about, port, in_files(about.org))
        for about, port in zip(organisations, web_ports, strict=True)
    )
    databases = {name: in_files(name) for name in HUB_SERVICES}
    plan = Plan(folder, nodes, databases, reporting_port, smtp_port)
    write_key_file(plan.hub_key_file, OwnKeys.generate())
    _found_network(plan, network)
    return plan


def _found_network(plan: Plan, name: str) -> None:
    """With one root key, which nobody needs any more: all are in the first register."""
    parties = {node.org: (node.about.name, read_key_file(node.key_file).public) for node in plan.nodes}
    parties[HUB] = ("Hub", read_key_file(plan.hub_key_file).public)
    write_network_file(plan.network_file, found(name, [SigningKey.generate()], 1, parties, now()))


def _node(folder: Path, about: DemoOrganisation, port: int, database_url: str) -> NodePlan:
    node = NodePlan(about, folder, port, database_url)
    write_key_file(node.key_file, OwnKeys.generate())
    return node


def hub_environment(plan: Plan, service: str, amqp_url: str) -> dict[str, str]:
    """What a service of the hub is told."""
    told = {
        "AMQP_URL": amqp_url,
        f"{service.upper()}_DATABASE_URL": plan.databases[service],
        "KEY_FILE": str(plan.hub_key_file),
        "NETWORK_FILE": str(plan.network_file),
    }
    if service == "referral":
        told["RESEND_SECONDS"] = str(RESEND_SECONDS)
    if service == "notifications":
        told |= {
            "SMTP_HOST": LOOPBACK,
            "SMTP_PORT": str(plan.smtp_port),
            "SMTP_SECURITY": "none",
            "MAIL_FROM": "notices@demo.invalid",
            "NOTICE_BRAKE_SECONDS": str(NOTICE_BRAKE_SECONDS),
        }
    return _named(told)


def node_environment(plan: Plan, node: NodePlan, amqp_url: str) -> dict[str, str]:
    """What a node's worker is told."""
    return _named(
        {
            "ORG": node.org,
            "AMQP_URL": amqp_url,
            "INTAKE_DATABASE_URL": node.database_url,
            "KEY_FILE": str(node.key_file),
            "NETWORK_FILE": str(plan.network_file),
            "PUBLIC_URL": node.url,
            "RESEND_SECONDS": str(RESEND_SECONDS),
        }
    )


def node_web_environment(node: NodePlan) -> dict[str, str]:
    """What a node's web process is told."""
    return _named(
        {
            "ORG": node.org,
            "ORG_NAME": node.about.name,
            "INTAKE_DATABASE_URL": node.database_url,
            "SECRET_KEY": secrets.token_hex(32),
            "KEY_FILE": str(node.key_file),
            "PUBLIC_URL": node.url,
            "WEB_PORT": str(node.port),
            "SECOND_FACTOR": "optional",
            "UNDO_SECONDS": "0",
        }
    )


def reporting_web_environment(plan: Plan) -> dict[str, str]:
    """What the coordinator's web process is told."""
    return _named(
        {
            "REPORTING_DATABASE_URL": plan.databases["reporting"],
            "SECRET_KEY": secrets.token_hex(32),
            "PUBLIC_URL": plan.reporting_url,
            "WEB_PORT": str(plan.reporting_port),
            "SECOND_FACTOR": "optional",
        }
    )


def _named(told: dict[str, str]) -> dict[str, str]:
    return {f"THROUGHLINE_{name}": value for name, value in told.items()}
