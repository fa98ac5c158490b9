"""Our side: the real services as real processes, with users of their own at the broker."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text

from bench.effects import Effect, Effects
from bench.place import Place
from bench.processes import START_PATIENCE, Processes
from bench.side import CLIENTS, PATIENCE, Load, Side
from deploy.composition import open_database, scribe_of
from deploy.demo.broker import DemoBroker, given
from deploy.demo.plan import HUB_SERVICES, NodePlan, Plan, hub_environment, make_plan, node_environment
from services.intake.domain import Actor, Role
from services.intake.usecases.cases import open_case
from services.intake.usecases.consent import record_consent
from services.intake.usecases.directory import organisations
from services.intake.usecases.people import register_person
from shared.database import Database
from shared.messaging.topology import HUB_USER
from shared.polling import poll_until
from shared.sealing import read_key_file

UP = '"event": "link.up"'  #: what a worker logs when it has its queue
#: Where no receiving node runs, a referral that is sent again would be a second one to count.
UNHURRIED = {"THROUGHLINE_RESEND_SECONDS": "3600"}
SHARED = ("alias", "age_band")  #: the fields that are ticked
BY_HUB = "sender = 'hub'"  #: not what nodes say of themselves
_UNHEARD = text("SELECT 1 FROM referrals WHERE unconfirmed LIMIT 1")
_ASK_NOTHING = text("UPDATE referrals SET quiet_until = NULL WHERE quiet_until IS NOT NULL")
PERSON = {"alias": "Invented", "age_band": "24--26"}


@dataclass(kw_only=True)
class OurSide(Side):
    """Our side, whose workers can be ended and started one by one: the hub's by service, a node's by organisation."""

    plan: Plan
    broker: DemoBroker

    def start(self, name: str) -> None:
        """Start that worker; it is up when it has said so."""
        node = next((node for node in self.plan.nodes if node.org == name), None)
        if node is None:
            told = hub_environment(self.plan, name, self.broker.url_of(HUB_USER))
        else:
            told = node_environment(self.plan, node, self.broker.url_of(name))
        resend = {key: value for key, value in UNHURRIED.items() if key in told}
        service = name if node is None else "intake"
        self.processes.start(name, "deploy.cli", "run", service, environment=told | resend)

    def await_up(self, name: str) -> None:
        """Wait until that worker has its queue."""
        self.processes.await_mark(name, UP)

    def hush(self) -> None:
        """Let the sending node ask no more about what it has sent so far.

        Where no receiving node runs, nothing is ever delivered, and it would ask about each referral after a minute.
        """
        with closing(_node_database(self.plan.nodes[0])) as node:
            poll_until(
                lambda: not _first(node, _UNHEARD), seconds=PATIENCE, what="the node to hear of all it sent"
            )
            with node.transaction() as tx:
                tx.execute(_ASK_NOTHING)


def _first(database: Database, query: TextClause) -> Any:
    with database.reading() as tx:
        return tx.execute(query).first()


@contextmanager
def ours(place: Place, load: Load) -> Iterator[OurSide]:
    """Two organisations, the hub, and the clients of the first; all up, and knowing each other."""
    plan = make_plan(place.folder / "ours", place.database_url)
    sender, receiver, _ = plan.nodes
    nodes = (sender, receiver) if load.receiver else (sender,)
    with closing(_effects(plan, load)) as effects, closing(Processes(place.folder / "logs")) as processes:
        side = OurSide(processes, effects, plan=plan, broker=_broker(place, plan))
        _start(side, nodes)
        cases = _open_cases(sender, receiver, load.clients)
        processes.start(CLIENTS, "bench.clients")
        told = {"database": sender.database_url, "key_file": str(sender.key_file), "org": sender.org}
        processes.tell(CLIENTS, told | {"to_org": receiver.org, "cases": [str(case) for case in cases]})
        yield side


def _broker(place: Place, plan: Plan) -> DemoBroker:
    orgs = [node.org for node in plan.nodes]
    return given(place.broker_url, place.management_url, orgs, plan.password)


def _start(side: OurSide, nodes: tuple[NodePlan, ...]) -> None:
    names = (*HUB_SERVICES, *(node.org for node in nodes))
    for name in names:
        side.start(name)
    for name in names:
        side.await_up(name)
    for node in nodes:
        _await_directory(node)


def _node_database(node: NodePlan) -> Database:
    scribe = scribe_of("intake", node.org, read_key_file(node.key_file))
    return open_database("intake", node.database_url, sender=node.org, scribe=scribe)


def _await_directory(node: NodePlan) -> None:
    with closing(_node_database(node)) as database:
        both = lambda: len(organisations(database)) > 1  # noqa: E731 - a name for one question
        poll_until(both, seconds=START_PATIENCE, what=f"the directory to reach {node.org}")


def _open_cases(sender: NodePlan, receiver: NodePlan, count: int) -> list[UUID]:
    """One for each client: two that send about one person wait for each other."""
    worker = Actor("bench", Role.CASE_WORKER, sender.org)
    consent = {
        "given_by": "individual",
        "purposes": ["referral"],
        "organisations": [receiver.org],
        "fields": list(SHARED),
    }
    with closing(_node_database(sender)) as database:
        people = [register_person(database, PERSON, worker).id for _ in range(count)]
        for person in people:
            record_consent(database, person, consent, worker)
        return [open_case(database, person, worker).id for person in people]


def _effects(plan: Plan, load: Load) -> Effects:
    """With the receiver each referral is delivered too, and only then is there something to be told."""
    node, (referral, notifications, reporting) = plan.nodes[0].database_url, plan.databases.values()
    published = 1  # version of the directory, with all organisations in it
    moves, notices = (2, 1) if load.receiver else (1, 0)
    unsent = "true" if load.receiver else "awaits IS NULL OR awaits LIKE 'received:%'"
    return Effects(
        [
            Effect("heard by reporting", reporting, "inbox", "message_id", moves, BY_HUB, published),
            Effect("counted by reporting", reporting, "referrals", "referral_id"),
            Effect("heard by notifications", notifications, "inbox", "message_id", moves, BY_HUB, published),
            Effect("notices", notifications, "notices", "id", notices),
            Effect("moves at the hub", referral, "moves", "move_id", moves),
            Effect("referrals at the hub", referral, "referrals", "id"),
            Effect("referrals sent", node, "referrals", "id"),
            Effect("left in the node's outbox", node, "outbox", "message_id", 0, unsent),
            Effect("left in the hub's outbox", referral, "outbox", "message_id", 0, unsent),
            *(Effect("parked", url, "parked", "id", 0) for url in (node, *plan.databases.values())),
        ],
        on_the_way=[Effect("letters of the sender", node, "letters", "hash")],
    )
