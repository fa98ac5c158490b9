"""Two coordinators release a period's figures by command, on both engines; the ledger says what it cost."""

import json
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from deploy.composition import open_database
from services.reporting.domain.periods import parse_period, quarter_of
from services.reporting.storage import metadata
from services.reporting.storage.contributed import Contribution, keep_contributions
from services.reporting.usecases.staff import add_coordinator
from shared.messaging.message import HUB
from shared.migrations import upgrade
from shared.sealing import OwnKeys
from tests.in_process import throughline

PASSWORD = "harbour lamp seven rivers"
PERIOD = "2025-Q1"  #: closed long ago
CELLS = [
    ("persons_by_recruiter", ("presumed_victim", "Family"), 300),
    ("persons_by_recruiter", ("unknown", "unknown"), 90),
]


@pytest.fixture
def hub(database_url: str) -> dict[str, str]:
    """The hub's reports: two coordinators, and five organisations that have contributed."""
    upgrade("services.reporting", database_url)
    database = open_database("reporting", database_url, sender=HUB)
    for name in ("anna", "boris"):
        add_coordinator(database, name, PASSWORD)
    with database.transaction() as tx:
        orgs = ("harbour", "lantern", "bridge", "oak", "river")
        keep_contributions(tx, [Contribution(org, parse_period(PERIOD), 2, 1, CELLS) for org in orgs])
        keep_contributions(tx, [Contribution("oak", parse_period(PERIOD), 2, 2, CELLS[:1])])
    database.close()
    told = {"public_url": "http://127.0.0.1", "secret_key": "0" * 32, "second_factor": "optional"}
    return {"reporting_database_url": database_url} | told


def says(hub: dict[str, str], *words: str, typed: str = f"{PASSWORD}\n") -> subprocess.CompletedProcess[str]:
    return throughline("report", *words, typed=typed, **hub)


def test_a_release_needs_two_coordinators_and_is_in_the_ledger(hub: dict[str, str]) -> None:
    asked = says(
        hub, "release", PERIOD, "--as", "anna", "--epsilon", "0.4", "--table", "persons_by_recruiter"
    )
    assert asked.returncode == 0, asked.stderr
    alone = says(hub, "approve", "1", "--as", "anna")
    assert (alone.returncode, "somebody else" in alone.stderr) == (1, True)
    assert json.loads(says(hub, "ledger", "--json").stdout)["entries"] == []

    made = says(hub, "approve", "1", "--as", "boris")
    assert made.returncode == 0, made.stderr
    ledger = json.loads(says(hub, "ledger", "--json").stdout)
    assert ledger["spent"] == {PERIOD: 400}
    [entry] = ledger["entries"]
    assert (entry["asked_by"], entry["approved_by"], entry["organisations"]) == ("anna", "boris", 5)
    assert entry["finished_at"]


def test_rules_change_by_two_and_bind_the_next_release(hub: dict[str, str]) -> None:
    assert says(hub, "change-settings", "--as", "anna", "--epsilon", "0.3").returncode == 0
    shown = json.loads(says(hub, "settings", "--json").stdout)
    assert (shown["rules"]["epsilon"], len(shown["proposals"])) == (1000, 1)
    assert says(hub, "approve", "1", "--as", "boris").returncode == 0
    assert json.loads(says(hub, "settings", "--json").stdout)["rules"]["epsilon"] == 300

    refused = says(hub, "release", PERIOD, "--as", "anna", "--epsilon", "0.4")
    assert refused.returncode == 1
    assert "0.3" in refused.stderr


def test_whoever_does_not_know_the_password_asks_for_nothing(hub: dict[str, str]) -> None:
    refused = says(hub, "release", PERIOD, "--as", "anna", typed="a wrong guess\n")
    assert refused.returncode == 1
    assert json.loads(says(hub, "settings", "--json").stdout)["proposals"] == []


def test_a_period_that_is_still_open_is_refused(hub: dict[str, str]) -> None:
    year = datetime.now(UTC).year + 1
    refused = says(hub, "release", f"{year}-Q1", "--as", "anna")
    assert (refused.returncode, "still takes counts" in refused.stderr) == (1, True)


def test_without_a_second_step_nobody_decides_where_one_is_required(hub: dict[str, str]) -> None:
    refused = says(hub | {"second_factor": "required"}, "release", PERIOD, "--as", "anna")
    assert (refused.returncode, "second step" in refused.stderr) == (1, True)


def test_a_roster_is_signed_by_two_or_says_what_is_missing(hub: dict[str, str]) -> None:
    quarter = str(quarter_of(quarter_of(datetime.now(UTC)).begins - timedelta(days=1)))
    hub |= {"period_open_days": "100"}  # whatever day it is today
    early = says(hub, "roster", quarter, "--as", "anna")
    assert (early.returncode, "do not leave masked" in early.stderr) == (1, True)
    wrong = says(hub, "change-settings", "--as", "anna", "--masked-from", "soon")
    assert (wrong.returncode, "2026-Q4" in wrong.stderr) == (1, True)
    assert says(hub, "change-settings", "--as", "anna", "--masked-from", quarter).returncode == 0
    assert says(hub, "approve", "1", "--as", "boris").returncode == 0
    lonely = says(hub, "roster", quarter, "--as", "anna")
    assert (lonely.returncode, "as many organisations as a release" in lonely.stderr) == (1, True)

    in_the_register(hub, "harbour", "lantern", "bridge", "oak", "river", "shore")
    stranger = says(hub, "roster", quarter, "--as", "anna", "--without", "nobody")
    assert (stranger.returncode, "not in the register" in stranger.stderr) == (1, True)
    assert says(hub, "roster", quarter, "--as", "anna", "--without", "oak").returncode == 0
    alone = says(hub, "approve", "2", "--as", "anna")
    assert (alone.returncode, "somebody else" in alone.stderr) == (1, True)
    signed = says(hub, "approve", "2", "--as", "boris")
    assert signed.returncode == 0, signed.stderr
    assert "bridge, harbour, lantern, river, shore" in signed.stdout


def in_the_register(hub: dict[str, str], *orgs: str) -> None:
    database = open_database("reporting", hub["reporting_database_url"], sender=HUB)
    with database.transaction() as tx:
        known = [(org, OwnKeys.generate().public) for org in orgs]
        rows = [{"party": org, "sealing": k.sealing, "signing": k.signing, "version": 1} for org, k in known]
        tx.execute(insert(metadata.tables["keys"]), rows)
    database.close()
