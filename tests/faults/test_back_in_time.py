"""A node that was restored from a backup has gone back in time: it learns what it did, and never says it otherwise."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from unittest.mock import patch

import pytest

from deploy.backup import restore
from deploy.composition import open_database
from deploy.demo.network import Hands, SteppedNetwork, open_network
from deploy.demo.plan import HUB_SERVICES
from services.intake.domain import Actor, Case, Role
from services.intake.tests.node import SAFE_HOUSE
from services.intake.usecases.audit_chain import keep_chain
from services.intake.usecases.cases import open_case
from services.intake.usecases.consent import record_consent
from services.intake.usecases.directory import offer_services, own_services
from services.intake.usecases.holding import undo
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.people import register_person
from services.intake.usecases.referrals import ReferralOrder, referral_page, send_referral
from services.intake.usecases.silence import ask_after_silence
from services.referral.directory_storage import listed
from shared.clock import now
from shared.database import Database
from shared.messaging.parked import count_parked
from shared.migrations import upgrade
from shared.schemas.life import Move, State
from shared.sealing import OwnKeys, SigningKey, write_key_file
from shared.sealing.founding import found
from shared.sealing.network_file import write_network_file
from tests.in_process import throughline

HERE, THERE = "harbour-house", "legal-aid"
OURS, THEIRS = Actor("olena", Role.FOCAL_POINT, HERE), Actor("petro", Role.FOCAL_POINT, THERE)


class World:
    """The hub and two nodes; the backup, the loss and the restore of one of them, which is HERE."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.lives = folder, Hands(now()), 0
        self.keys = {name: OwnKeys.generate() for name in (HERE, THERE, "hub")}
        parties = {name: (name, keys.public) for name, keys in self.keys.items()}
        self.founded = found("tests", [SigningKey.generate()], 1, parties, self.clock())
        write_network_file(folder / "network.json", self.founded)
        write_key_file(folder / "node.key", self.keys[HERE])
        self.identity = folder / "identity"
        made = [throughline("backup", "--new-identity", str(folder / name)) for name in ("identity", "other")]
        self.recipients = ";".join(one.stdout.strip() for one in made)
        for name in HUB_SERVICES:
            upgrade(f"services.{name}", self.url(name))
        for name in (HERE, THERE):
            upgrade("services.intake", self.url(name))
        self.network = self._opened()

    def url(self, name: str) -> str:
        life = self.lives if name == HERE else 0
        return f"sqlite:///{self.folder / f'{name}-{life}.db'}"

    def _opened(self) -> SteppedNetwork:
        return open_network(
            self.folder / "bus.db",
            self.clock,
            hub={name: self.url(name) for name in HUB_SERVICES},
            hub_keys=self.keys["hub"],
            nodes={name: (self.url(name), self.keys[name]) for name in (HERE, THERE)},
            network=self.founded,
        )

    def settings(self) -> dict[str, str]:
        return {
            "org": HERE,
            "intake_database_url": self.url(HERE),
            "key_file": str(self.folder / "node.key"),
            "network_file": str(self.folder / "network.json"),
            "backup_recipients": self.recipients,
            "backup_folder": str(self.folder / "backups"),
        }

    def back_up(self) -> Path:
        said = throughline("backup", **self.settings())
        assert said.returncode == 0, said.stderr
        return Path(said.stdout.partition(" was written")[0])

    def lose_and_restore(self, backup: Path) -> None:
        self.network.close()
        self.lives += 1
        now_there = partial(open_database, clock=self.clock)
        with patch.object(restore, "open_database", now_there):
            said = throughline("restore", str(backup), "--identity", str(self.identity), **self.settings())
        assert said.returncode == 0, said.stderr
        self.network = self._opened()
        ask_after_silence(self.ours)
        self.network.settle()

    @property
    def ours(self) -> Database:
        return self.network.databases[HERE]

    @property
    def theirs(self) -> Database:
        return self.network.databases[THERE]

    def parked(self) -> dict[str, int]:
        counts = {}
        for name, database in self.network.databases.items():
            service = name if name in HUB_SERVICES else "intake"
            table = import_module(f"services.{service}.storage").metadata.tables["parked"]
            with database.reading() as tx:
                counts[name] = count_parked(tx, table)
        return {name: count for name, count in counts.items() if count}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    try:
        yield made
    finally:
        made.network.close()


def has_case(database: Database, by: Actor, to: str) -> Case:
    person = register_person(database, {"alias": "Test", "given_name": "Sample"}, by)
    consent = {
        "given_by": "individual",
        "purposes": ["referral"],
        "organisations": [to],
        "fields": ["given_name"],
    }
    record_consent(database, person.id, consent, by)
    return open_case(database, person.id, by)


def order(case: Case, to: str) -> ReferralOrder:
    return ReferralOrder(
        case_id=case.id,
        to_org=to,
        service_type="legal_assistance",
        urgency="normal",
        reason="Needs advice.",
        fields=["given_name"],
        safe_contact="in_person",
    )


def test_what_it_did_since_it_learns_from_the_hub(world: World) -> None:
    came = send_referral(world.theirs, order(has_case(world.theirs, THEIRS, HERE), HERE), THEIRS).id
    went = send_referral(world.ours, order(has_case(world.ours, OURS, THERE), THERE), OURS).id
    world.network.settle()
    backup = world.back_up()
    make_move(world.ours, came, MoveOrder(Move.ACCEPT), OURS)
    make_move(world.theirs, went, MoveOrder(Move.ACCEPT), THEIRS)
    world.network.settle()

    world.lose_and_restore(backup)

    for about in (came, went):
        ours, theirs = (referral_page(d, about, by) for d, by in ((world.ours, OURS), (world.theirs, THEIRS)))
        assert ours.referral.state is theirs.referral.state is State.ACCEPTED
        assert [line.number for line in ours.history] == [line.number for line in theirs.history]
    make_move(world.ours, came, MoveOrder(Move.START), OURS)
    world.network.settle()
    assert referral_page(world.theirs, came, THEIRS).referral.state is State.IN_PROGRESS
    assert world.parked() == {}


def test_what_is_sent_again_has_one_effect(world: World) -> None:
    """Its outbox held what left after the backup, and the hub holds what was not yet confirmed."""
    went = send_referral(world.ours, order(has_case(world.ours, OURS, THERE), THERE), OURS).id
    backup = world.back_up()
    world.network.settle()
    came = send_referral(world.theirs, order(has_case(world.theirs, THEIRS, HERE), HERE), THEIRS).id
    for (pump, link), name in zip(world.network.pumps, [*HUB_SERVICES, HERE, THERE], strict=True):
        if name != HERE:
            while pump.step(link, 0):
                pass

    world.lose_and_restore(backup)

    for about, (there, by) in {went: (world.theirs, THEIRS), came: (world.ours, OURS)}.items():
        assert [line.move for line in referral_page(there, about, by).history] == [Move.SEND, Move.DELIVER]
    assert world.parked() == {}


def test_what_it_says_anew_is_not_taken_for_old(world: World) -> None:
    offer_services(world.ours, [SAFE_HOUSE], OURS)
    world.network.settle()
    backup = world.back_up()
    for _ in range(2):
        offer_services(world.ours, [], OURS)
        offer_services(world.ours, [SAFE_HOUSE], OURS)
    offer_services(world.ours, [], OURS)
    world.network.settle()

    world.lose_and_restore(backup)
    offer_services(world.ours, own_services(world.ours), OURS)
    world.network.settle()

    with world.network.databases["referral"].reading() as tx:
        [about] = [one for one in listed(tx) if one.org == HERE]
    assert len(about.services) == 1


def test_no_place_in_the_audit_is_given_twice(world: World) -> None:
    keep_chain(world.ours)
    backup = world.back_up()
    for _ in range(3):
        has_case(world.ours, OURS, THERE)
    world.clock.pass_time(hours=2)
    keep_chain(world.ours)
    world.network.settle()

    for _ in range(2):
        world.lose_and_restore(backup)
        has_case(world.ours, OURS, THERE)
        world.clock.pass_time(hours=2)
        keep_chain(world.ours)
        world.network.settle()

    assert world.parked() == {}, "the hub and the partner would refuse another hash for a number"


def test_what_was_undone_since_can_be_undone_again(world: World) -> None:
    case, waits = has_case(world.ours, OURS, THERE), timedelta(minutes=10)
    held = send_referral(world.ours, order(case, THERE), OURS, waits).id
    backup = world.back_up()
    undo(world.ours, held, OURS)
    world.clock.pass_time(minutes=11)

    world.lose_and_restore(backup)

    undo(world.ours, held, OURS)
    world.clock.pass_time(days=1)
    world.network.settle()
    assert world.parked() == {}
    with pytest.raises(Exception, match="referral_not_found"):
        referral_page(world.theirs, held, THEIRS)
