"""The page of a node's counts, and the coordinators' page of releases, in a browser and in every language."""

from datetime import timedelta

import pytest

from deploy.composition import open_database
from services.intake.storage import masking as at_node
from services.intake.storage.counts_sent import Sent, add_sent
from services.reporting.domain.periods import parse_period
from services.reporting.storage import masked
from services.reporting.storage.contributed import Contribution, keep_contributions
from services.reporting.usecases.releasing import approve_release, propose_release
from services.reporting.usecases.staff import add_coordinator
from shared.database import Database, Transaction
from shared.messaging.message import HUB
from tests.e2e.conftest import COORDINATOR, Visit
from tests.e2e.test_pages import LANGUAGES, A, look
from tests.network import Network

PERIOD = "2020-Q1"  #: closed long ago
TABLES = ["persons_by_means", "persons_by_gender_and_age"]
CELLS = [
    ("persons_identified", ("presumed_victim", "Woman", "18--20"), 90),
    ("persons_by_means", ("presumed_victim", "meansThreats"), 60),
    ("persons_by_means", ("presumed_victim", "any"), 80),
    ("persons_by_means", ("presumed_victim", "unknown"), 10),
]


@pytest.fixture(scope="module")
def released(network: Network) -> None:
    """Two coordinators have released a quarter of five organisations."""
    told = network.demo.supervisor.programs["reporting"].environment
    url = told["THROUGHLINE_REPORTING_DATABASE_URL"]
    database = open_database("reporting", url, sender=HUB)
    with database.transaction() as tx:
        orgs = ("oak", "bridge", "river", "north", "lantern")
        keep_contributions(tx, [Contribution(org, parse_period(PERIOD), 2, 1, CELLS) for org in orgs])
        _roster(tx)
    _release(database)
    database.close()


def _roster(tx: Transaction) -> None:
    """One that waits for somebody, and somebody who contributes nothing."""
    members = dict.fromkeys(("bridge", "lantern", "north", "oak", "river"), "1:")
    masked.add_roster(tx, masked.Roster(900, PERIOD, "demo", 2, "0" * 64, members, tx.at))
    masked.put_said(tx, masked.Said(900, "oak", 1, tx.at))
    masked.put_said(tx, masked.Said(900, "river", 0, tx.at, refused="roster_key"))


@pytest.fixture(scope="module")
def masked_at_node(network: Network) -> None:
    """A node has sent counts for a roster, and nothing for another."""
    node = next(node for node in network.plan.nodes if node.org == "harbour-house")
    database = open_database("intake", node.database_url, sender=node.org)
    with database.transaction() as tx:
        cell = {"table": "needs", "codes": ["food", "met"], "count": 7}
        at_node.keep_decision(tx, 900, "2027-Q1")
        at_node.add_roster(tx, at_node.Roster(900, PERIOD, 5, tx.at, seed=b"seed"))
        at_node.add_roster(tx, at_node.Roster(901, PERIOD, 4, tx.at, refused="roster_small"))
        add_sent(tx, Sent(PERIOD, 900, 2, [cell], tx.at, roster=900))
    database.close()


def _release(database: Database) -> None:
    for name in ("ona", "petr"):
        add_coordinator(database, name, f"seven quiet lanterns {name}")
    number = propose_release(database, PERIOD, TABLES, 900, "ona", open_for=timedelta())
    approve_release(database, number, "petr", open_for=timedelta())
    propose_release(database, PERIOD, TABLES[:1], 50, "ona", open_for=timedelta())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_node_shows_what_it_counted(visit: Visit, masked_at_node: None, language: str) -> None:
    visitor = visit(A, language=language, width=390 if language == "ru" else 1280)
    visitor.signs_in("harbour-admin").speaks(language)
    look(visitor.goes_to("/counts"))
    visitor.fills(prevention="20000", awareness="1").presses("main form.questions [type=submit]")
    look(visitor)
    visitor.fills(prevention="2", awareness="1").presses("main form.questions [type=submit]")
    look(visitor)


@pytest.mark.parametrize("language", LANGUAGES)
def test_coordinators_see_what_was_released(visit: Visit, released: None, language: str) -> None:
    visitor = visit(COORDINATOR, language=language, width=390 if language == "ru" else 1280)
    visitor.signs_in(COORDINATOR).speaks(language)
    look(visitor.goes_to("/releases"))
    assert PERIOD in visitor.page.inner_text("main")
