"""After the storm: everybody is told of everything once, and everybody is counted once."""

from shared.polling import poll_until
from tests.faults.chaos.place import A
from tests.faults.referrals import ids_in
from tests.network import Network

WITHIN = 120.0  #: seconds


def require_told_and_counted(network: Network) -> None:
    """Wait until nothing is left to be mailed or counted, then that the sums are right; raises AssertionError."""
    network.demo.supervisor.kill(f"intake.{A}")  # a worker that starts tells its counts
    poll_until(
        lambda: _number(network, "notifications", "tellings", "state = 'waiting'") == 0,
        seconds=WITHIN,
        what="all mails",
    )
    people = len(ids_in(network, A, "select distinct person_id from cases"))
    poll_until(lambda: _counted(network) == people, seconds=WITHIN, what=f"{people} people to be counted")
    poll_until(lambda: _unanswered(network) == 0, seconds=WITHIN, what="an answer to all counts")
    assert _counted(network) == people, "somebody is counted twice"
    mailed = _sum(network, "notifications", "select sum(count) from mails where state = 'sent'")
    told = _number(network, "notifications", "tellings", "state = 'sent'")
    assert mailed == told, f"mails tell of {mailed} notices, and {told} were told"


def _counted(network: Network) -> int:
    """How many people the network's statistics know of."""
    return _sum(network, "reporting", "select sum(count) from cube where name = 'persons_identified'")


def _unanswered(network: Network) -> int:
    return _number(network, A, "outbox", "awaits like 'counts:%'")


def _number(network: Network, place: str, table: str, condition: str) -> int:
    return _sum(network, place, f"select count(*) from {table} where {condition}")  # noqa: S608 - our own words


def _sum(network: Network, place: str, query: str) -> int:
    [found] = ids_in(network, place, query)
    return 0 if found == "None" else int(found)
