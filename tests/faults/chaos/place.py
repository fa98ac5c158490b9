"""A network of real parts in which everything can be broken: a broker behind proxies, PostgreSQL, SQLite nodes."""

import random
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from deploy.demo import plan as plans
from deploy.demo.broker import RABBITMQ, DemoBroker, given
from deploy.demo.plan import HUB_SERVICES, Plan, make_plan
from shared.messaging.private_broker import PrivateBroker
from shared.messaging.topology import HUB_USER
from shared.testing.postgres import fresh_database
from shared.testing.private_postgres import PrivatePostgres
from shared.testing.proxy import Proxy
from tests.network import Network, running

A, B = "harbour-house", "legal-aid-centre"
RESEND_SECONDS = 2  #: the first time; it doubles
CONNECTIONS = 20_000  #: in a proxy's life
WORKERS = (f"intake.{A}", f"intake.{B}", "referral", "notifications", "reporting")
WEB = (f"web.{A}", f"web.{B}")


@dataclass
class Place:
    """What can be broken, and the dice that say how."""

    network: Network
    broker: PrivateBroker
    proxies: dict[str, Proxy]
    dice: random.Random
    forgot: bool = False  #: whether the broker was made to lose what it had confirmed

    @property
    def plan(self) -> Plan:
        """Where everything is."""
        return self.network.plan

    def provision(self) -> None:
        """What an operator does with an empty broker."""
        orgs = [node.org for node in self.plan.nodes]
        given(self.broker.amqp_url, self.broker.management_url, orgs, self.plan.password)


@contextmanager
def stormy_place(folder: Path, seed: int) -> Iterator[Place]:
    """The hub's databases in PostgreSQL, the nodes' in SQLite files; each user's link goes through a proxy."""
    with ExitStack() as stack:
        stack.enter_context(patch.object(plans, "RESEND_SECONDS", RESEND_SECONDS))
        postgres = stack.enter_context(closing(PrivatePostgres()))
        broker = stack.enter_context(closing(PrivateBroker(folder / "broker")))

        def database_url(name: str) -> str:
            in_file = f"sqlite:///{folder / name}.db"
            return stack.enter_context(fresh_database(postgres)) if name in HUB_SERVICES else in_file

        plan = make_plan(folder, database_url)
        proxies: dict[str, Proxy] = {}

        def start() -> DemoBroker:
            orgs = [node.org for node in plan.nodes]
            users = given(broker.amqp_url, broker.management_url, orgs, plan.password)
            for user in (HUB_USER, *orgs):
                proxies[user] = stack.enter_context(Proxy(users.url_of(user), most=CONNECTIONS))
            return DemoBroker(RABBITMQ, broker.amqp_url, lambda user: proxies[user].url, broker.directory)

        network = stack.enter_context(running(plan, start))
        yield Place(network, broker, proxies, random.Random(seed))  # noqa: S311 - a storm is to be had again
