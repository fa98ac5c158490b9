"""Ratios are taken inside each round, against the best of those that took part; goals are judged by the median."""

from bench.contenders import OURS, Peer
from bench.goals import Goal, Reached
from bench.ratios import (
    ON_POSTGRES,
    ON_SQLITE,
    PROCESSOR_TO_NAMEKO,
    RATE_TO_NAMEKO,
    RATE_TO_ORM,
    judged,
    ratios,
)
from bench.rounds import Figures, Round

NAMEKO_ALONE: list[Round] = [
    {OURS: Figures(1_000, 1.0), Peer.PLAIN_NAMEKO: Figures(100, 10.0)},
    {OURS: Figures(500, 2.0), Peer.PLAIN_NAMEKO: Figures(25, 40.0)},
    {OURS: Figures(900, 1.0), Peer.PLAIN_NAMEKO: Figures(100, 10.0)},
]


def test_the_ratio_is_taken_inside_each_round() -> None:
    taken = ratios(NAMEKO_ALONE)
    assert taken[RATE_TO_NAMEKO].said(1) == "10.0 [9.0 to 20.0]"
    assert taken[PROCESSOR_TO_NAMEKO].said(2) == "0.10 [0.05 to 0.10]"


def test_the_best_peer_of_each_round_counts() -> None:
    rounds: list[Round] = [
        _round({Peer.FASTSTREAM: 100, Peer.DRAMATIQ: 250, Peer.CELERY: 50}),
        _round({Peer.FASTSTREAM: 500, Peer.DRAMATIQ: 20, Peer.CELERY: 50}),
    ]
    assert ratios(rounds)[RATE_TO_ORM].said(1) == "3.0 [2.0 to 4.0]"


def test_nothing_is_the_best_of_those_that_took_no_part() -> None:
    assert RATE_TO_ORM not in ratios([_round({Peer.FASTSTREAM: 100, Peer.DRAMATIQ: 250})])


def test_goals_are_judged_where_their_peers_took_part() -> None:
    assert [(one.goal.aim, one.reached) for one in judged(NAMEKO_ALONE, ON_POSTGRES)] == [
        (12, Reached.FLOOR),
        (18, Reached.NO),
        (1 / 18, Reached.FLOOR),
    ]
    assert [one.goal.floor for one in judged(NAMEKO_ALONE, ON_SQLITE)] == [10, 1 / 10]


def test_a_goal_is_reached_from_its_own_side() -> None:
    more, less = Goal("rate", 7, 12), Goal("cost", 0.2, 0.1, more_is_better=False)
    assert [more.reached_by(figure) for figure in (12, 11.9, 7, 6.9)] == ["aim", "floor", "floor", "no"]
    assert [less.reached_by(figure) for figure in (0.1, 0.15, 0.2, 0.3)] == ["aim", "floor", "floor", "no"]


def _round(rates: dict[Peer, float]) -> Round:
    return {OURS: Figures(1_000, 1.0), **{name: Figures(rate, 1.0) for name, rate in rates.items()}}
