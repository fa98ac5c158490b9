"""Two nodes and the hub under one sky: the real services over a broker, disks and clocks that a seed spoils."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from typing import Any
from unittest.mock import patch
from uuid import UUID

from sqlalchemy.exc import OperationalError

from services.intake import storage as intake_storage
from services.intake.domain import Actor, ConsentMissing, Role
from services.intake.usecases import hearing
from services.intake.usecases.cases import open_case
from services.intake.usecases.consent import record_consent, withdraw_consent
from services.intake.usecases.erasures import decide_own_records
from services.intake.usecases.forwarding import ForwardOrder, forward_referral
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.people import register_person
from services.intake.usecases.refusals import Conflict
from services.intake.usecases.sending import ReferralOrder, send_referral
from services.intake.usecases.silence import ask_after_silence
from services.notifications import storage as notices_storage
from services.notifications.usecases.hear import hear as hear_notifications
from services.referral import storage as referral_storage
from services.referral.usecases.hear import hear as hear_referral
from services.referral.usecases.overdue import flag_overdue
from services.reporting import storage as counts_storage
from services.reporting.usecases.hear import hear as hear_reporting
from shared import clock as clocks
from shared.messaging.message import HUB
from shared.messaging.topology import HUB_QUEUES, node_bindings, node_queue
from shared.schemas.life import Move, Party, State, allowed, needs, requests
from tests.faults.simulation.broker import SimulatedBroker
from tests.faults.simulation.process import KEYS, ORGS, Process
from tests.faults.simulation.weather import Crash, Weather

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HEALING = timedelta(minutes=20)  #: between two looks while all is well again
HEALED = (
    60  #: looks after which everything must have come to rest; the longest pause of anything is six hours
)
QUIET = 500  #: turns of every loop within which nothing may be left to do
PARTY = {"out": Party.SENDER, "in": Party.RECEIVER}
CONSENT = {
    "given_by": "individual",
    "purposes": ["referral"],
    "organisations": list(ORGS),
    "fields": ["alias"],
}
SKEW = 24 * 3600  #: seconds by which a clock may be off


def worker(org: str) -> Actor:
    """Who acts at the organisation."""
    return Actor("worker", Role.CASE_WORKER, org)


@dataclass
class World:
    """Everything there is. ``sent`` and ``moved`` are what somebody was told is done."""

    weather: Weather
    time: datetime = START
    sent: list[UUID] = field(default_factory=list)
    moved: list[tuple[str, UUID, UUID]] = field(default_factory=list)
    cases: dict[str, UUID] = field(default_factory=dict)
    people: dict[str, UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        bound = {queue: tuple(bindings) for queue, bindings in HUB_QUEUES.items()}
        bound |= {node_queue(org): node_bindings(org) for org in ORGS}
        self.broker = SimulatedBroker(self.weather, bound)
        self.nodes = {org: self._node(org) for org in ORGS}
        self.hub = self._process("referral", "referral", HUB, hear_referral)
        self.notices = self._process("notifications", "notifications", HUB, hear_notifications)
        count = partial(hear_reporting, open_for=timedelta())
        self.counts = self._process("reporting", "reporting", HUB, count)
        self.processes = [*self.nodes.values(), self.hub, self.notices, self.counts]

    def _node(self, org: str) -> Process:
        hear = partial(hearing.hear, ring=KEYS[org].ring, org=org)
        return self._process("intake", node_queue(org), org, hear)

    def _process(self, service: str, queue: str, sender: str, hear: Callable[..., None]) -> Process:
        process = Process(service, queue, sender, hear, broker=self.broker, time=lambda: self.time)
        process.skew = timedelta(seconds=self.weather.dice.uniform(-SKEW, SKEW))
        return process

    def send(self, org: str) -> None:
        """Somebody refers a person to the other organisation."""
        order = ReferralOrder(
            case_id=self.cases[org],
            to_org=next(other for other in ORGS if other != org),
            service_type="legal_assistance",
            urgency="urgent",
            reason="Simulated.",
            fields=("alias",),
            safe_contact="in_person",
        )
        with perhaps(self.nodes[org]), suppress(ConsentMissing):
            self.sent.append(send_referral(self.nodes[org].database, order, worker(org)).id)

    def move(self, org: str, referral_id: UUID, move: Move) -> None:
        """Somebody moves a referral on."""
        if move is Move.FORWARD:
            return self.forward(org, referral_id)
        given: dict[str, Any] = {"reason": "other", "note": "Simulated.", "scheduled_for": START}
        order = MoveOrder(move, **{name: given[name] for name in needs(move)})
        with perhaps(self.nodes[org]), suppress(Conflict):
            make_move(self.nodes[org].database, referral_id, order, worker(org))
            self.moved.append((org, referral_id, self._last_line(org, referral_id)))
        return None

    def forward(self, org: str, referral_id: UUID) -> None:
        """Somebody sends on what came, with fresh consent; there is only one to send it to."""
        order = ForwardOrder(
            to_org=next(other for other in ORGS if other != org),
            urgency="normal",
            reason="Simulated.",
            fields=("alias",),
            safe_contact="in_person",
            given_by="individual",
        )
        with perhaps(self.nodes[org]), suppress(Conflict):
            self.sent.append(forward_referral(self.nodes[org].database, referral_id, order, worker(org)).id)
            self.moved.append((org, referral_id, self._last_line(org, referral_id)))

    def withdraw(self, org: str) -> None:
        """A person takes consent back, and gives it anew another time."""
        node = self.nodes[org].database
        with perhaps(self.nodes[org]):
            withdraw_consent(node, self.people[org], worker(org))
            record_consent(node, self.people[org], CONSENT, worker(org))

    def decide(self, org: str) -> None:
        """Whoever has looked at what was withdrawn says that nothing of it was written down."""
        undecided = [row for row in self.nodes[org].rows("withdrawals") if row["own"] == "undecided"]
        for row in undecided:
            with perhaps(self.nodes[org]):
                decide_own_records(self.nodes[org].database, row["referral_id"], "nothing", None, worker(org))

    def _last_line(self, org: str, referral_id: UUID) -> UUID:
        lines = self.nodes[org].rows("moves", referral_id=referral_id, by_org=org)
        return max(lines, key=lambda line: line["position"])["move_id"]

    def allowed(self, org: str) -> list[tuple[UUID, Move]]:
        """What somebody at the organisation could do now."""
        referrals = [row for row in self.nodes[org].rows("referrals") if not row["refused"]]
        return [
            (row["id"], move)
            for row in sorted(referrals, key=lambda row: row["id"])
            for find in (allowed, requests)
            for move in find(State(row["shown_state"]), PARTY[row["direction"]])
        ]

    def look_at_the_clock(self) -> None:
        """What services do by themselves from time to time."""
        for org in ORGS:
            with perhaps(self.nodes[org]):
                ask_after_silence(self.nodes[org].database)
            self.decide(org)
        with perhaps(self.hub):
            flag_overdue(self.hub.database)

    def pass_time(self, time: timedelta) -> None:
        """For all."""
        self.time += time

    def settle(self) -> None:
        """Let all loops run until nothing is left to do."""
        for _ in range(QUIET):
            worked = [process.step() for process in self.processes]
            if not any(worked):
                return
        raise AssertionError("the loops do not come to rest")

    def heal(self, find_wrong: Callable[[], str | None]) -> str | None:
        """All troubles end; then everything must come to rest by itself. Returns what is wrong even so, if anything."""
        self.weather.calm = True
        wrong = None
        for _ in range(HEALED):
            self.settle()
            if (wrong := find_wrong()) is None:
                break
            self.pass_time(HEALING)
            self.look_at_the_clock()
        return wrong


@contextmanager
def perhaps(process: Process) -> Iterator[None]:
    """Whoever meets a crash or a locked database is told that it is not done."""
    with suppress(OperationalError):
        try:
            yield
        except Crash:
            process.restart()


def begin(seed: int) -> World:
    """The world of that seed: the organisations know each other, and each has a case."""
    kept, cases = _first_day()
    world = World(Weather(seed))
    for process, contents in zip(world.processes, kept, strict=True):
        process.database.is_as(contents)
    world.cases = {org: case for org, (_, case) in cases.items()}
    world.people = {org: person for org, (person, _) in cases.items()}
    return world


@cache
def _first_day() -> tuple[list[bytes], dict[str, tuple[UUID, UUID]]]:
    """Made once: what every world begins with, under ids of its own."""
    with patch.object(clocks, "uuid7", _Ids()):
        return _lived_through()


def _lived_through() -> tuple[list[bytes], dict[str, tuple[UUID, UUID]]]:
    world = World(Weather(0, calm=True))
    for process in world.processes:
        process.skew = timedelta()
    for org in ORGS:
        intake_storage.metadata.create_all(world.nodes[org].database.engine)
    referral_storage.metadata.create_all(world.hub.database.engine)
    notices_storage.metadata.create_all(world.notices.database.engine)
    counts_storage.metadata.create_all(world.counts.database.engine)
    for process in world.processes:
        process.introduce()
    world.settle()
    cases = {org: _case(world, org) for org in ORGS}
    return [process.database.contents() for process in world.processes], cases


def _case(world: World, org: str) -> tuple[UUID, UUID]:
    """The person and the case."""
    database = world.nodes[org].database
    person = register_person(database, {"alias": "Simulated"}, worker(org))
    record_consent(database, person.id, CONSENT, worker(org))
    return person.id, open_case(database, person.id, worker(org)).id


AFTER_THE_FIRST_DAY = 1_000_000  #: more than there are ids in it


@dataclass
class _Ids:
    """Identifiers that ascend and are the same each time a seed is played."""

    last: int = 0

    def __call__(self) -> UUID:
        self.last += 1
        return UUID(int=(1_772_442_000_000 << 80) | (7 << 76) | (2 << 62) | self.last)


def same_ids_each_time() -> Any:
    """While this is in force, new identifiers depend on nothing but their number."""
    return patch.object(clocks, "uuid7", _Ids(AFTER_THE_FIRST_DAY))
