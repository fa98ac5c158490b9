"""The referral's life over two nodes and the hub, in whatever order a searching mind lets things happen."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from shared.schemas.life import Move, Party, State, step
from tests.faults.simulation import promise
from tests.faults.simulation.world import ORGS, begin, same_ids_each_time

orgs = st.sampled_from(ORGS)
some = st.integers(0, 999)


class Life(RuleBasedStateMachine):
    """No troubles but those that are ordered: work is done late, links and processes end, the broker is lost."""

    def __init__(self) -> None:
        super().__init__()
        self.ids = same_ids_each_time()
        self.ids.start()
        self.world = begin(0)
        self.world.weather.calm = True

    @rule(org=orgs)
    def send(self, org: str) -> None:
        self.world.send(org)

    @rule(org=orgs, choice=some)
    def move(self, org: str, choice: int) -> None:
        if possible := self.world.allowed(org):
            self.world.move(org, *possible[choice % len(possible)])

    @rule(choice=some, turns=st.integers(1, 4))
    def work(self, choice: int, turns: int) -> None:
        for turn in range(turns):
            self.world.processes[(choice + turn) % len(self.world.processes)].step()

    @rule()
    def all_work(self) -> None:
        self.world.settle()

    @rule(choice=some)
    def kill(self, choice: int) -> None:
        self.world.processes[choice % len(self.world.processes)].restart()

    @rule()
    def lose_the_broker(self) -> None:
        self.world.broker.lose_everything()

    @rule(minutes=st.integers(0, 120))
    def wait(self, minutes: int) -> None:
        self.world.pass_time(timedelta(minutes=minutes))
        self.world.look_at_the_clock()

    @invariant()
    def every_history_is_one_that_the_table_of_moves_allows(self) -> None:
        for referral in self.world.hub.rows("referrals"):
            lines = self.world.hub.rows("moves", referral_id=referral["id"])
            lines.sort(key=lambda line: line["number"])
            assert [line["number"] for line in lines] == list(range(1, referral["number"] + 1))
            assert lines[0]["move"] == Move.SEND
            state = State.SENT
            for line in lines[1:]:
                state = step(state, Move(line["move"]), _party(referral, line))
            assert state == referral["state"]

    def teardown(self) -> None:
        try:
            promise.require(self.world)
        finally:
            self.ids.stop()


def _party(referral: Any, line: Any) -> Party:
    if line["move"] == Move.DELIVER:
        return Party.RECEIVING_NODE
    return Party.SENDER if line["by_org"] == referral["from_org"] else Party.RECEIVER


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=300, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
