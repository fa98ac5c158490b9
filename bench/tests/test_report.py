"""The ratio is taken inside each round, and the median of all is told with its range."""

from bench.report import summary
from bench.rounds import OURS, PEER, Figures


def test_the_ratio_is_taken_inside_each_round() -> None:
    rounds = [
        {OURS: Figures(1_000, 1.0), PEER: Figures(100, 10.0)},
        {OURS: Figures(500, 2.0), PEER: Figures(25, 40.0)},
        {OURS: Figures(900, 1.0), PEER: Figures(100, 10.0)},
    ]

    ratio = summary(rounds)["ratio"]

    assert ratio["per_second"].said(1) == "10.0 [9.0 to 20.0]"
    assert ratio["processor_ms"].said(2) == "0.10 [0.05 to 0.10]"
