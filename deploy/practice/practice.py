"""The practice network while it runs: one process, a bus in a file, pages on this machine's loopback, one clock."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select, update

from deploy.demo.network import SteppedNetwork
from deploy.demo.plan import NodePlan, Plan, make_plan
from deploy.demo.up import open_network_of, stepped, upgrade_databases
from deploy.practice.apart import NETWORK
from deploy.practice.clock import Ahead
from deploy.practice.kept import EVERY, Kept, keep, kept_in
from deploy.practice.organisations import ORGANISATIONS
from services.intake.domain import Actor, Direction, Referral, Role
from services.intake.storage.tables import sessions as node_sessions
from services.intake.usecases.audit_chain import keep_chain
from services.intake.usecases.freshness import watch_freshness
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.node import beat
from services.intake.usecases.referrals import ReferralFile, list_referrals, referral_page
from services.intake.usecases.silence import ask_how_it_went
from services.referral.usecases.dating import date_directory
from services.referral.usecases.overdue import flag_overdue
from services.reporting.storage.tables import sessions as coordinators_sessions
from shared.clock import now
from shared.database import Database
from shared.schemas.life import Move

ANSWERS = (
    Move.ACKNOWLEDGE,
    Move.ACCEPT,
    Move.REJECT,
    Move.ASK_FOR_INFORMATION,
    Move.START,
    Move.COMPLETE,
)  #: what a facilitator can let another organisation do; to stay silent is to do nothing
TICK = 0.3  #: seconds between two looks at what there is to do
DATED = timedelta(hours=1)
START = datetime.min.replace(tzinfo=UTC)  #: when nothing was kept yet


@dataclass(frozen=True)
class Waiting:
    """A referral at an organisation that the facilitator plays, and what that one can do."""

    node: NodePlan
    referral: Referral
    answers: tuple[Move, ...]


@dataclass
class Practice:
    """The network, its clock, and since when what was overdue."""

    plan: Plan
    network: SteppedNetwork
    clock: Ahead
    overdue: dict[UUID, datetime] = field(default_factory=dict)
    _kept_at: datetime = START
    _ended: threading.Event = field(default_factory=threading.Event)
    _one_at_a_time: threading.RLock = field(default_factory=threading.RLock)

    @classmethod
    def begin(cls, folder: Path) -> "Practice":
        """A new one, with everything in that empty folder."""
        plan = make_plan(folder, organisations=ORGANISATIONS, network=NETWORK)
        upgrade_databases(plan)
        clock = Ahead(now())
        network = stepped(plan, folder / "bus.db", clock)
        open_network_of(plan, network)
        practice = cls(plan, network, clock)
        practice.tick()
        return practice

    @classmethod
    def resume(cls, folder: Path) -> "Practice":
        """The one of that folder, at the moment at which it stood still; raises NotThere."""
        plan, kept = kept_in(folder)
        upgrade_databases(plan)
        clock = Ahead(kept.at)
        clock.ahead = kept.at - now()
        practice = cls(plan, stepped(plan, folder / "bus.db", clock), clock, dict(kept.overdue))
        practice.tick()
        return practice

    def go_on(self) -> None:
        """Let things happen until ``end``."""
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while not self._ended.wait(TICK):
            self.tick()

    def end(self) -> None:
        """Nothing happens any more."""
        self._ended.set()
        with self._one_at_a_time:
            self._keep()
            self.network.close()

    def tick(self) -> None:
        """What the services do by their clocks, and all that follows from it."""
        with self._one_at_a_time:
            if self._ended.is_set():
                return
            if self.clock() >= self._kept_at + EVERY:
                self._keep()
            flag_overdue(self.network.databases["referral"])
            date_directory(self.network.databases["referral"], DATED)
            for node in self.plan.nodes:
                self._tick(self.database(node))
            self.network.settle()
            for node in self.plan.nodes:
                for referral in self.sent(node):
                    if referral.overdue:
                        self.overdue.setdefault(referral.id, self.clock())

    def _keep(self) -> None:
        self._kept_at = self.clock()
        keep(self.plan, Kept(self._kept_at, self.overdue))

    @staticmethod
    def _tick(database: Database) -> None:
        beat(database, "running")
        keep_chain(database)
        ask_how_it_went(database)
        watch_freshness(database)

    def pass_time(self, hours: int) -> None:
        """Hour by hour, so that each deadline and each rung of the ladder has its time; nobody is signed out by it."""
        with self._one_at_a_time:
            for _ in range(hours):
                self.clock.pass_time(hours=1)
                self._keep()
                self._keep_signed_in()
                self.tick()

    def _keep_signed_in(self) -> None:
        for node in self.plan.nodes:
            _put_forward(self.database(node), node_sessions)
        _put_forward(self.network.databases["reporting"], coordinators_sessions)

    def database(self, node: NodePlan) -> Database:
        """The node's."""
        return self.network.databases[node.org]

    def sent(self, node: NodePlan) -> Sequence[Referral]:
        """What the organisation sent, newest first."""
        return list_referrals(self.database(node), played(node), direction=Direction.OUT, limit=200)[0]

    def waiting(self) -> list[Waiting]:
        """What came to any organisation and is not over."""
        found = []
        for node in self.plan.nodes:
            came, _ = list_referrals(self.database(node), played(node), direction=Direction.IN, limit=200)
            found += [Waiting(node, one, _answers(one)) for one in came if one.is_open]
        return found

    def answer(self, org: str, referral_id: UUID, move: str, question: str) -> None:
        """Let that organisation answer; raises LookupError for what cannot be."""
        possible = {(one.node.org, one.referral.id): one for one in self.waiting()}
        waiting = possible[org, referral_id]
        if move not in waiting.answers:
            raise LookupError(move)
        said: dict[str, Any] = {
            Move.REJECT: {"reason": "no_capacity"},
            Move.ASK_FOR_INFORMATION: {"note": question},
        }.get(Move(move), {})
        make_move(self.database(waiting.node), referral_id, MoveOrder(move, **said), played(waiting.node))
        self.tick()

    def debriefing(self) -> list[tuple[NodePlan, ReferralFile]]:
        """Everything that was sent, the oldest first, with its whole history."""
        files = [
            (node, referral_page(self.database(node), one.id, played(node)))
            for node in self.plan.nodes
            for one in self.sent(node)
        ]
        return sorted(files, key=lambda found: found[1].referral.sent_at)


def played(node: NodePlan) -> Actor:
    """As whom the facilitator acts there."""
    return Actor(node.about.staff[1].username, Role.FOCAL_POINT, node.org)


def _answers(referral: Referral) -> tuple[Move, ...]:
    return tuple(move for move in ANSWERS if move in referral.allowed)


def _put_forward(database: Database, sessions: Table) -> None:
    c = sessions.c
    with database.transaction() as tx:
        for row in tx.execute(select(c.token_sha256, c.begun_at, c.seen_at)).all():
            later = {
                "begun_at": row.begun_at + timedelta(hours=1),
                "seen_at": row.seen_at + timedelta(hours=1),
            }
            tx.execute(update(sessions).where(c.token_sha256 == row.token_sha256).values(**later))
