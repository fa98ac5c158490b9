"""A node's audit is proven from the command line, with what a partner's own command printed."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import update

from deploy.composition import open_database, scribe_of
from services.intake.domain import Action, Actor, Role
from services.intake.storage import audit as rows
from services.intake.storage.audit_tables import entries, witnessed
from services.intake.tests.test_audit_chain import letter_of
from services.intake.usecases import audit
from services.intake.usecases.audit_chain import keep_chain
from shared.database import Database
from shared.messaging.witness import witness
from shared.migrations import upgrade
from shared.schemas.intake import AuditCheckpointMade
from shared.sealing import OwnKeys, write_key_file
from tests.in_process import throughline
from tests.integration.test_command_line import network_file

HERE, THERE = "harbour-house", "legal-aid"


class Place:
    """A node with a few entries, and a partner who witnessed its checkpoint."""

    def __init__(self, folder: Path) -> None:
        self.keys = OwnKeys.generate()
        write_key_file(folder / f"{HERE}.key", self.keys)
        write_key_file(folder / f"{THERE}.key", OwnKeys.generate())
        self.folder, self.file = folder, folder / "witness.json"
        for org in (HERE, THERE):
            upgrade("services.intake", self.settings(org)["intake_database_url"])
        with self.opened(HERE) as database:
            self._happens(database)
        self.file.write_text(self.says(THERE, "witnessed", HERE).stdout)

    def _happens(self, database: Database) -> None:
        for _ in range(3):
            with database.transaction() as tx:
                audit.did(tx, Actor("olena", Role.CASE_WORKER, HERE), Action.INBOX_READ)
        keep_chain(database)
        with database.reading() as tx:
            made = rows.all_checkpoints(tx)[0]
        event = AuditCheckpointMade(number=made.number, hash=made.hash, made_at=made.made_at)
        with self.opened(THERE) as partner, partner.transaction() as tx:
            witness(tx, witnessed, HERE, event, letter_of(event, self.keys, HERE))

    def settings(self, org: str) -> dict[str, str]:
        return {
            "org": org,
            "amqp_url": f"amqp://{org}:x@127.0.0.1:1/",
            "intake_database_url": f"sqlite:///{self.folder / org}.db",
            "key_file": str(self.folder / f"{org}.key"),
            "network_file": str(network_file(self.folder)),
            "public_url": "https://node.example",
        }

    def opened(self, org: str) -> Any:
        scribe = scribe_of("intake", org, self.keys)
        return closing(
            open_database("intake", self.settings(org)["intake_database_url"], sender=org, scribe=scribe)
        )

    def says(self, org: str, *words: str) -> Any:
        return throughline("audit", *words, **self.settings(org))

    def verifies(self, *words: str) -> tuple[int, dict[str, Any]]:
        said = self.says(HERE, "verify", "--json", *words)
        return said.returncode, json.loads(said.stdout)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_what_nobody_changed_is_proven(place: Place) -> None:
    code, found = place.verifies("--witness", str(place.file))

    assert (code, found["entries"], found["witnessed"], found["problems"]) == (0, 3, 3, [])
    said = place.says(HERE, "verify")
    assert "3 entries in the chain, 0 that wait" in said.stdout
    assert "entries up to 0 are witnessed" in said.stdout
    assert "Nothing is wrong." in said.stdout


def test_the_first_entry_that_was_changed_is_named(place: Place) -> None:
    with place.opened(HERE) as database, database.transaction() as tx:
        tx.execute(update(entries).where(entries.c.number == 2).values(username="someone.else"))

    code, found = place.verifies()

    assert (code, found["problems"]) == (2, [{"entry": 2, "reason": "entry_changed"}])
    assert "wrong at entry 2: entry_changed" in place.says(HERE, "verify").stdout


def test_a_witness_prints_what_it_holds_and_nothing_of_others(place: Place) -> None:
    held = orjson.loads(place.file.read_bytes())

    assert (held["org"], held["held_by"], len(held["checkpoints"])) == (HERE, THERE, 1)
    assert orjson.loads(place.says(THERE, "witnessed", "clinic").stdout)["checkpoints"] == []


@pytest.mark.parametrize(
    ("written", "remedy"),
    [("{", "get it anew"), ('{"org": "harbour-house"}', "get it anew"), (None, "check the path")],
)
def test_a_file_that_is_none(place: Place, written: str | None, remedy: str) -> None:
    file = place.folder / "other.json"
    if written is not None:
        file.write_text(written)

    said = place.says(HERE, "verify", "--witness", str(file))

    assert (said.returncode, remedy in said.stderr, "Traceback" in said.stderr) == (1, True, False)


def test_another_organisations_file_proves_nothing(place: Place) -> None:
    place.file.write_text(place.says(THERE, "witnessed", "clinic").stdout)

    said = place.says(HERE, "verify", "--witness", str(place.file))

    assert (said.returncode, "about another organisation" in said.stderr) == (1, True)
