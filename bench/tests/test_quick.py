"""The measurement itself: a round counts only when every effect of both sides happened exactly once."""

from bench.place import Servers
from bench.rounds import OURS, PEER, QUICK, measure
from shared.testing.broker import Broker
from shared.testing.postgres import Postgres


def test_a_short_round_leaves_every_effect_of_both_sides_exactly_once(
    broker: Broker, postgres: Postgres
) -> None:
    said: list[str] = []
    [counted] = measure(Servers(broker, postgres), QUICK, said.append)
    assert [line.rpartition(", ")[2] for line in said] == ["each exactly once"] * 2
    assert min(counted[OURS].per_second, counted[PEER].per_second) > 0
