"""The measurement itself: a round counts only when every effect of every side happened exactly once."""

from bench.contenders import OURS, Peer
from bench.place import Servers
from bench.rounds import QUICK, measure
from shared.testing.broker import Broker
from shared.testing.postgres import Postgres


def test_a_short_round_leaves_every_effect_of_each_side_exactly_once(
    broker: Broker, postgres: Postgres
) -> None:
    said: list[str] = []
    [counted] = measure(Servers(broker, postgres), QUICK, said.append)
    assert [line.rpartition(", ")[2] for line in said] == ["each exactly once"] * 8
    assert set(counted) == {OURS, *Peer}
    assert min(figures.per_second for figures in counted.values()) > 0
