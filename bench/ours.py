"""Our side: the real services as real processes, with users of their own at the broker."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from uuid import UUID

from bench.effects import Effect, Effects
from bench.place import Place
from bench.processes import START_PATIENCE, Processes
from bench.side import CLIENTS, Load, Side
from deploy.composition import open_database
from deploy.demo.broker import HUB_USER, given
from deploy.demo.plan import HUB_SERVICES, NodePlan, Plan, hub_environment, make_plan, node_environment
from services.intake.domain import Actor, Role
from services.intake.usecases.cases import open_case
from services.intake.usecases.consent import record_consent
from services.intake.usecases.directory import organisations
from services.intake.usecases.people import register_person
from services.referral.usecases.directory import add_organisation
from shared.database import Database
from shared.messaging.message import HUB
from shared.migrations import upgrade
from shared.polling import poll_until
from shared.sealing.keys import read_keys

UP = '"event": "link.up"'  #: what a worker logs when it has its queue
#: Where no receiving node runs, a referral that is sent again would be a second one to count.
UNHURRIED = {"THROUGHLINE_RESEND_SECONDS": "3600"}
SHARED = ("alias", "age_band")  #: the fields that are ticked
BY_HUB = "sender = 'hub'"  #: not what nodes say of themselves
PERSON = {"alias": "Invented", "age_band": "24--26"}


@contextmanager
def ours(place: Place, load: Load) -> Iterator[Side]:
    """Two organisations, the hub, and the clients of the first; all up, and knowing each other."""
    plan = make_plan(place.folder / "ours", place.database_url)
    sender, receiver, _ = plan.nodes
    nodes = (sender, receiver) if load.receiver else (sender,)
    _admit(plan, sender, receiver)
    with closing(_effects(plan, load)) as effects, closing(Processes(place.folder / "logs")) as processes:
        _start(processes, plan, nodes, place)
        cases = _open_cases(sender, receiver, load.clients)
        processes.start(CLIENTS, "bench.clients")
        told = {"database": sender.database_url, "org": sender.org, "to_org": receiver.org}
        processes.tell(CLIENTS, told | {"cases": [str(case) for case in cases]})
        yield Side(processes, effects)


def _admit(plan: Plan, *nodes: NodePlan) -> None:
    upgrade("services.referral", plan.databases["referral"])
    with closing(open_database("referral", plan.databases["referral"], sender=HUB)) as database:
        for node in nodes:
            public = read_keys(node.key_file)[0].public
            add_organisation(database, node.org, name=node.about.name, public_key=public)


def _start(processes: Processes, plan: Plan, nodes: tuple[NodePlan, ...], place: Place) -> None:
    orgs = [node.org for node in plan.nodes]
    broker = given(place.broker_url, place.management_url, orgs, plan.password)
    for service in HUB_SERVICES:
        environment = hub_environment(plan, service, broker.url_of(HUB_USER))
        _run(processes, service, service, environment)
    for node in nodes:
        _run(processes, node.org, "intake", node_environment(node, broker.url_of(node.org)))
    for name in (*HUB_SERVICES, *(node.org for node in nodes)):
        processes.await_mark(name, UP)
    for node in nodes:
        _await_directory(node)


def _run(processes: Processes, name: str, service: str, environment: dict[str, str]) -> None:
    resend = {key: value for key, value in UNHURRIED.items() if key in environment}
    processes.start(name, "deploy.cli", "run", service, environment=environment | resend)


def _node_database(node: NodePlan) -> Database:
    return open_database("intake", node.database_url, sender=node.org)


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
    moves, notices = (2, 1) if load.receiver else (1, 0)
    unsent = "true" if load.receiver else "awaits IS NULL OR awaits LIKE 'received:%'"
    return Effects(
        [
            Effect("heard by reporting", reporting, "inbox", "message_id", moves, BY_HUB),
            Effect("counted by reporting", reporting, "referrals", "referral_id"),
            Effect("heard by notifications", notifications, "inbox", "message_id", moves, BY_HUB),
            Effect("notices", notifications, "notices", "id", notices),
            Effect("moves at the hub", referral, "moves", "move_id", moves),
            Effect("referrals at the hub", referral, "referrals", "id"),
            Effect("referrals sent", node, "referrals", "id"),
            Effect("left in the node's outbox", node, "outbox", "message_id", 0, unsent),
            Effect("left in the hub's outbox", referral, "outbox", "message_id", 0, unsent),
            *(Effect("parked", url, "parked", "id", 0) for url in (node, *plan.databases.values())),
        ]
    )
