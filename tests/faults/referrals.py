"""Send referrals while something breaks, and see that each arrived, once, everywhere."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import httpx
from sqlalchemy import create_engine, text

from shared.polling import poll_until
from tests.affairs import affairs_of
from tests.network import Client, Network

COUNT = 200
A, B = "harbour-house", "legal-aid-centre"
HEALED_WITHIN = 90.0  #: seconds


@dataclass(frozen=True)
class Breakage:
    """What is broken, and how many referrals are sent before each time."""

    do: Callable[[Network], None]
    times: int = 4


def send_while_breaking(network: Network, breakage: Breakage) -> list[str]:
    """Two hundred referrals from A to B; meanwhile things break, one after the other, evenly as far as that goes."""
    sender, sent = network.node(A), []
    case_id = _patiently(lambda: sender.case([B]))
    every = COUNT // (breakage.times + 1)
    with ThreadPoolExecutor(max_workers=1) as one_at_a_time:
        breaking = []
        for number in range(1, COUNT + 1):
            sent.append(_send(sender, case_id))
            if number % every == 0 and len(breaking) < breakage.times:
                breaking.append(one_at_a_time.submit(breakage.do, network))
        for one in breaking:
            one.result(HEALED_WITHIN)
    return sent


def send_one_by_one(network: Network, count: int) -> list[str]:
    """So many referrals from A to B."""
    sender = network.node(A)
    case_id = _patiently(lambda: sender.case([B]))
    return [_send(sender, case_id) for _ in range(count)]


def _send(sender: Client, case_id: str) -> str:
    return _patiently(lambda: str(sender.refer(case_id, B)["id"]))


def _patiently(ask: Callable[[], str]) -> str:
    """A web process that was just killed refuses the connection: nothing was shown as done, so it is tried again."""

    def attempt() -> str | None:
        try:
            return ask()
        except httpx.TransportError:
            return None

    return str(poll_until(attempt, seconds=HEALED_WITHIN, what="the node's pages"))


def expect_each_once(network: Network, sent: list[str]) -> None:
    """Progress first: all arrive. Then nothing is there twice, in any database."""
    try:
        _expect_each_once(network, sent)
    except TimeoutError as error:
        raise AssertionError(f"{error}\n{affairs_of(network)}") from None


def _expect_each_once(network: Network, sent: list[str]) -> None:
    for place, query in EVERYWHERE.items():
        poll_until(
            partial(_all_there, network, place[0], query, sent),
            seconds=HEALED_WITHIN,
            what=f"all at {place[1]}",
        )
    here = set(sent)
    moves = Counter(
        id_ for id_ in ids_in(network, "referral", "select referral_id from moves") if id_ in here
    )
    assert Counter(moves.values()) == {2: len(sent)}, "each was sent once and delivered once"
    for place, query in EVERYWHERE.items():
        found = Counter(id_ for id_ in ids_in(network, place[0], query) if id_ in here)
        assert set(found.values()) == {1}, place
    poll_until(partial(_noticed_once, network), seconds=HEALED_WITHIN, what="one notice for each")
    for org in (A, B, *network.plan.databases):
        assert ids_in(network, org, "select reason from parked where due_at is null") == [], org


EVERYWHERE = {
    (B, "the receiver"): "select id from referrals where state = 'delivered' and direction = 'in'",
    (A, "the sender"): "select id from referrals where state = 'delivered' and direction = 'out'",
    ("referral", "the hub"): "select id from referrals where state = 'delivered'",
    ("reporting", "the report"): "select referral_id from referrals where delivered_at is not null",
}


def _all_there(network: Network, place: str, query: str, sent: list[str]) -> bool:
    return set(sent) <= set(ids_in(network, place, query))


def _noticed_once(network: Network) -> bool:
    """Each delivery brings one notice, to the receiver; there are no other moves here."""
    notices = len(ids_in(network, "notifications", "select id from notices"))
    delivered = len(ids_in(network, "referral", "select id from referrals where state = 'delivered'"))
    assert notices <= delivered
    return notices == delivered


def ids_in(network: Network, place: str, query: str) -> list[str]:
    """What a query of a node's, or of a hub's service's, database finds in its first column."""
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
