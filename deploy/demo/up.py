"""Bring the demo up and keep it up: broker, past year, processes; and take everything away at the end."""

import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from deploy.configured import CONFIG
from deploy.demo import history
from deploy.demo.broker import DemoBroker, start_broker
from deploy.demo.network import Hands, SteppedNetwork, open_network
from deploy.demo.organisations import COORDINATOR, PASSWORD
from deploy.demo.plan import (
    HUB_SERVICES,
    NodePlan,
    Plan,
    hub_environment,
    make_plan,
    node_environment,
    node_web_environment,
    reporting_web_environment,
)
from deploy.processes import command
from deploy.supervisor import Program, Supervisor
from services.intake.usecases.at_rest import accept_key
from services.intake.usecases.directory import publish_contacts
from services.intake.usecases.node import claim_node
from services.intake.usecases.notices import choose
from services.intake.usecases.staff import NewStaff, add_staff, issue_token
from services.reporting.usecases.staff import add_coordinator
from services.reporting.usecases.staff import issue_token as issue_coordinator_token
from shared.clock import now
from shared.messaging.topology import HUB_USER
from shared.migrations import upgrade
from shared.ports import LOOPBACK, is_listening
from shared.schemas.codes import NOTICE_GROUPS
from shared.sealing import read_key_file
from shared.sealing.network_file import read_network_file

Tell = Callable[[str], None]
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "CI")
UP_MARK = '"event": "link.up"'


@dataclass
class Demo:
    """A demo that runs."""

    plan: Plan
    broker: DemoBroker
    supervisor: Supervisor
    tokens: Mapping[str, str]

    def describe(self) -> dict[str, Any]:
        """Addresses, sign-ins, tokens and processes, as ``--json`` writes them."""
        return {
            "broker": {
                "kind": self.broker.kind,
                "amqp_url": self.broker.url,
                "data_dir": _text(self.broker.data_dir),
            },
            "hub": {"reporting_url": self.plan.reporting_url, "databases": self.plan.databases},
            "nodes": [self._node(node) for node in self.plan.nodes],
            "coordinator": {
                "url": self.plan.reporting_url,
                "username": COORDINATOR,
                "password": PASSWORD,
                "api_token": self.tokens[COORDINATOR],
            },
            "mail": {
                "smtp": f"{LOOPBACK}:{self.plan.smtp_port}",
                "web_url": None,
                "messages_dir": str(self.plan.mail_folder),
            },
            "processes": [*self._broker_process(), *self.supervisor.describe()],
        }

    def _node(self, node: NodePlan) -> dict[str, Any]:
        return {
            "org": node.org,
            "name": node.about.name,
            "url": node.url,
            "api_token": self.tokens[node.org],
            "database": node.database_url,
            "users": [
                {"username": s.username, "password": PASSWORD, "role": s.role} for s in node.about.staff
            ],
        }

    def _broker_process(self) -> list[dict[str, Any]]:
        pid = self.broker.pid()
        return [{"name": "broker", "pid": pid, "log": f"{self.broker.data_dir}/broker.log"}] if pid else []

    def stop(self) -> None:
        """Drain and end every process, then the broker."""
        self.supervisor.stop()
        self.broker.close()


def run_demo(kind: str, *, tell: Tell, ready: Callable[[Demo], None], ended: threading.Event) -> None:
    """Bring it up, say so, keep it up until the event is set, and remove everything."""
    folder = Path(tempfile.mkdtemp(prefix="throughline-demo-"))
    try:
        plan = make_plan(folder)
        orgs = [node.org for node in plan.nodes]
        demo = bring_up(plan, lambda: start_broker(kind, folder, orgs, plan.password), tell=tell)
        try:
            ready(demo)
            _keep_up(demo, ready, ended)
        finally:
            tell("Stopping; what was invented goes away with it.")
            demo.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _keep_up(demo: Demo, changed: Callable[[Demo], None], ended: threading.Event) -> None:
    known = demo.describe()["processes"]
    while not ended.wait(0.5):
        demo.broker.revive()
        if (processes := demo.describe()["processes"]) != known:
            known = processes
            changed(demo)


def bring_up(plan: Plan, start: Callable[[], DemoBroker], *, tell: Tell, past: bool = True) -> Demo:
    """The broker starts while the databases are made and, if there is to be a past, the year is played."""
    with ThreadPoolExecutor(max_workers=1) as side:
        starting = side.submit(start)
        tell("Living through a year of invented work …" if past else "Making the databases …")
        try:
            tokens = make_databases(plan, past=past)
        except BaseException:
            starting.result().close()
            raise
        tell("Waiting for the broker …")
        broker = starting.result()
    demo = Demo(plan, broker, Supervisor(programs(plan, broker.url_of)), tokens)
    try:
        tell(f"Starting the services on {_spoken(broker)} …")
        demo.supervisor.start()
        demo.supervisor.await_ready()
    except BaseException:
        demo.stop()
        raise
    return demo


def _spoken(broker: DemoBroker) -> str:
    return "RabbitMQ" if broker.kind == "rabbitmq" else "the embedded bus (for trying out only)"


def make_databases(plan: Plan, *, past: bool) -> dict[str, str]:
    """Make the databases, admit everybody, play the year; returns the API tokens by organisation."""
    upgrade_databases(plan)
    with (
        tempfile.TemporaryDirectory(dir=plan.folder) as bus,
        closing(stepped(plan, Path(bus) / "past.db", Hands(history.beginning(now())))) as network,
    ):
        open_network_of(plan, network)
        if past:
            history.play(network, now())
        network.clock.go_to(now())
        return _tokens(plan, network)


def upgrade_databases(plan: Plan) -> None:
    """Make every database of the plan."""
    for service in HUB_SERVICES:
        upgrade(f"services.{service}", plan.databases[service])
    for node in plan.nodes:
        upgrade("services.intake", node.database_url)


def stepped(plan: Plan, bus: Path, clock: Hands) -> SteppedNetwork:
    """The plan's network in this process, over a bus in that file."""
    nodes = {node.org: (node.database_url, read_key_file(node.key_file)) for node in plan.nodes}
    keys = read_key_file(plan.hub_key_file)
    network = read_network_file(plan.network_file)
    return open_network(bus, clock, hub=plan.databases, hub_keys=keys, nodes=nodes, network=network)


def open_network_of(plan: Plan, network: SteppedNetwork) -> None:
    """Add everybody's staff, and let all say what they offer."""
    for node in plan.nodes:
        _open_node(network, node)
    add_coordinator(network.databases["reporting"], COORDINATOR, PASSWORD, display_name="Coordinator")
    history.open_for_business(network, [node.about for node in plan.nodes])


def _tokens(plan: Plan, network: SteppedNetwork) -> dict[str, str]:
    """A token of the API for each organisation and the coordinator, which lasts a year from now."""
    made = {
        node.org: issue_token(network.databases[node.org], node.about.staff[0].username)
        for node in plan.nodes
    }
    return made | {COORDINATOR: issue_coordinator_token(network.databases["reporting"], COORDINATOR)}


def _open_node(network: SteppedNetwork, node: NodePlan) -> None:
    database = network.databases[node.org]
    claim_node(database, node.org)
    accept_key(database)
    for member in node.about.staff:
        address = f"{member.username}@{node.org}.invalid"
        new = NewStaff(member.username, PASSWORD, member.role, member.display_name, address, member.language)
        added = add_staff(database, new, org=node.org)
        if added.actor.sees_cases:
            choose(
                database, dict.fromkeys(NOTICE_GROUPS, "instant"), added.actor
            )  # so that mail is seen to come
    publish_contacts(database, inbox_url=f"{node.url}/inbox")


def programs(plan: Plan, url_of: Callable[[str], str]) -> list[Program]:
    """Every process of the demo, each with its own environment and log."""
    hub = [
        _worker(plan, service, service, hub_environment(plan, service, url_of(HUB_USER)))
        for service in HUB_SERVICES
    ]
    nodes = [
        _worker(plan, f"intake.{n.org}", "intake", node_environment(plan, n, url_of(n.org)))
        for n in plan.nodes
    ]
    pages = [_web(plan, f"web.{n.org}", "intake", node_web_environment(n), n.url) for n in plan.nodes]
    reporting = _web(plan, "web.reporting", "reporting", reporting_web_environment(plan), plan.reporting_url)
    return [_mail(plan), *hub, *nodes, *pages, reporting]


def _worker(plan: Plan, name: str, service: str, told: Mapping[str, str]) -> Program:
    log = plan.logs / f"{name}.log"
    return Program(
        name,
        command("run", service),
        _environment({**told, **plan.besides.get(name, {})}),
        log,
        lambda: UP_MARK in log.read_text("utf-8", "replace"),
    )


def _web(plan: Plan, name: str, service: str, told: Mapping[str, str], url: str) -> Program:
    environment = _environment({**told, **plan.besides.get(name, {})})
    return Program(
        name, command("web", service), environment, plan.logs / f"{name}.log", lambda: is_healthy(url)
    )


def _mail(plan: Plan) -> Program:
    words = command("demo", "catch-mail", str(plan.mail_folder), str(plan.smtp_port))
    log = plan.logs / "mail.log"
    return Program("mail", words, _environment({}), log, lambda: is_listening(plan.smtp_port))


def _environment(told: Mapping[str, str]) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {**inherited, CONFIG: os.devnull, **told}


def is_healthy(url: str) -> bool:
    """Whether the web process there says that all is well."""
    try:
        with build_opener(ProxyHandler({})).open(f"{url}/health", timeout=5) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's OK
    except (URLError, OSError):
        return False


def _text(path: Path | None) -> str | None:
    return str(path) if path else None
