"""Who has a turn when, and with how many referrals."""

from bench.contenders import CONTENDERS, OURS, Peer
from bench.rounds import Order
from bench.side import Load


def test_each_round_begins_with_the_next_side() -> None:
    order = Order(peers=(Peer.PLAIN_NAMEKO, Peer.LIMIT))
    assert [order.sides(number) for number in range(4)] == [
        [OURS, "plain-nameko", "limit"],
        ["plain-nameko", "limit", OURS],
        ["limit", OURS, "plain-nameko"],
        [OURS, "plain-nameko", "limit"],
    ]


def test_slow_peers_get_fewer_referrals_but_one_for_each_client() -> None:
    many, few = Order(referrals=10_000), Order(referrals=100, load=Load(clients=16))
    nameko = CONTENDERS[Peer.PLAIN_NAMEKO]
    assert many.referrals_of(CONTENDERS[OURS]) == 10_000
    assert many.referrals_of(nameko) == 10_000 * nameko.share
    assert few.referrals_of(nameko) == 16
