"""Send referrals while something breaks, and see that each arrived, once, everywhere."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import create_engine, text

from shared.polling import poll_until
from tests.network import Network

COUNT = 200
A, B = "harbour-house", "legal-aid-centre"
HEALED_WITHIN = 90.0  #: seconds


@dataclass(frozen=True)
class Breakage:
    """What is broken, and how many referrals are sent before each time."""

    do: Callable[[Network], None]
    times: int = 4


def send_while_breaking(network: Network, breakage: Breakage) -> list[str]:
    """Two hundred referrals from A to B; the breakage happens in between, evenly."""
    sender, sent = network.node(A), []
    case_id = sender.case([B])
    every = COUNT // (breakage.times + 1)
    breaking: list[threading.Thread] = []
    for number in range(COUNT):
        if number and number % every == 0 and len(breaking) < breakage.times:
            breaking.append(threading.Thread(target=breakage.do, args=(network,)))
            breaking[-1].start()
        sent.append(_send(sender, case_id))
    for thread in breaking:
        thread.join(HEALED_WITHIN)
    return sent


def _send(sender: object, case_id: str) -> str:
    """A web process that was just killed refuses the connection: nothing was shown as sent, so it is tried again."""
    from httpx import TransportError

    def attempt() -> str | None:
        try:
            return str(sender.refer(case_id, B)["id"])  # type: ignore[attr-defined]
        except TransportError:
            return None

    return str(poll_until(attempt, seconds=HEALED_WITHIN, what="the node's pages"))


def expect_each_once(network: Network, sent: list[str]) -> None:
    """Progress first: all arrive. Then nothing is there twice, in any database."""
    poll_until(lambda: _delivered(network, B) >= len(sent), seconds=HEALED_WITHIN, what="all at the receiver")
    poll_until(
        lambda: _confirmed(network) >= len(sent), seconds=HEALED_WITHIN, what="all receipts at the sender"
    )
    poll_until(lambda: _notices(network) >= len(sent), seconds=HEALED_WITHIN, what="all notices")
    poll_until(lambda: _observed(network) >= len(sent), seconds=HEALED_WITHIN, what="all counts")
    assert sorted(_ids(network, "referral", "select id from referrals")) == sorted(sent)
    moves = Counter(_ids(network, "referral", "select referral_id from moves"))
    assert set(moves.values()) == {2}, "each was sent once and delivered once"
    assert sorted(_ids(network, B, "select id from referrals where direction = 'in'")) == sorted(sent)
    assert _notices(network) == len(sent)
    assert _observed(network) == len(sent)
    for place in (A, B, *network.plan.databases):
        assert _ids(network, place, "select reason from parked") == [], place


def _delivered(network: Network, org: str) -> int:
    return len(_ids(network, org, "select id from referrals where state = 'delivered'"))


def _confirmed(network: Network) -> int:
    return len(_ids(network, A, "select id from referrals where state = 'delivered' and direction = 'out'"))


def _notices(network: Network) -> int:
    return len(_ids(network, "notifications", "select id from notices"))


def _observed(network: Network) -> int:
    return len(_ids(network, "reporting", "select referral_id from observed where delivered_at is not null"))


def _ids(network: Network, place: str, query: str) -> list[str]:
    nodes = {node.org: node.database_url for node in network.plan.nodes}
    engine = create_engine((nodes | network.plan.databases)[place])
    try:
        with engine.connect() as connection:
            return [_uuid(row[0]) for row in connection.execute(text(query))]
    finally:
        engine.dispose()


def _uuid(stored: object) -> str:
    """SQLite keeps an id as 32 hexadecimal digits."""
    shown = str(stored)
    return (
        f"{shown[:8]}-{shown[8:12]}-{shown[12:16]}-{shown[16:20]}-{shown[20:]}" if len(shown) == 32 else shown
    )
