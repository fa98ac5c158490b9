"""The register in a whole network: what waits under old keys arrives, and who is revoked is heard no more."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from deploy.composition import open_database, party_of
from deploy.demo.network import Hands, SteppedNetwork, open_network
from services.intake.domain import Actor, Role
from services.intake.storage.tables import metadata as node_tables
from services.intake.storage.tables import parked as node_parked
from services.intake.usecases.cases import open_case
from services.intake.usecases.consent import record_consent
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.people import register_person
from services.intake.usecases.referrals import ReferralOrder, referral_page, send_referral
from services.intake.usecases.refusals import Invalid
from services.referral.storage import metadata as hub_tables
from services.referral.usecases.directory import publish_directory, publish_register
from shared.messaging.introducing import as_event, own_standing, own_statement
from shared.messaging.parked import list_parked
from shared.messaging.registers import kept_register
from shared.migrations import upgrade
from shared.schemas.life import Move, State
from shared.sealing import OwnKeys, SigningKey
from shared.sealing.founding import found
from shared.sealing.network_file import NetworkFileUnusable
from shared.sealing.register import Register, SignedRegister
from shared.sealing.rotation import rotated

HARBOUR, CLINIC = "harbour-house", "clinic"
BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
ROOT = SigningKey.generate()


@dataclass
class Land:
    """The places and keys of a network whose processes can be started anew."""

    folder: Path
    clock: Hands = field(default_factory=lambda: Hands(BEGAN))
    keys: dict[str, OwnKeys] = field(
        default_factory=lambda: {party: OwnKeys.generate(BEGAN) for party in ("hub", HARBOUR, CLINIC)}
    )

    def __post_init__(self) -> None:
        parties = {party: (party, keys.public) for party, keys in self.keys.items()}
        self.network = found("north", [ROOT], 1, parties, BEGAN)
        for name in ("referral", "notifications", "reporting", HARBOUR, CLINIC):
            package = name if name in ("referral", "notifications", "reporting") else "intake"
            upgrade(f"services.{package}", self.url(name))

    def url(self, name: str) -> str:
        return f"sqlite:///{self.folder / name}.db"

    @contextmanager
    def running(self) -> Iterator[SteppedNetwork]:
        """Every process is started, with the keys that its file holds now."""
        hub = {name: self.url(name) for name in ("referral", "notifications", "reporting")}
        nodes = {org: (self.url(org), self.keys[org]) for org in (HARBOUR, CLINIC)}
        bus = self.folder / "bus.db"
        opened = open_network(
            bus, self.clock, hub=hub, hub_keys=self.keys["hub"], nodes=nodes, network=self.network
        )
        with closing(opened):
            yield opened

    def rotate(self, party: str, *, days: int = 0) -> None:
        """As the command does, with what the party itself follows, while nothing runs."""
        self.clock.pass_time(days=days, minutes=5)
        service, tables = ("referral", hub_tables) if party == "hub" else ("intake", node_tables)
        url = self.url("referral" if party == "hub" else party)
        with closing(open_database(service, url, sender=party)) as database, database.reading() as tx:
            standing = own_standing(tx, tables, party)
        assert standing
        done = rotated(self.keys[party], registered=standing.keys, at=self.clock(), at_once=not days)
        self.keys[party] = done.keys


@pytest.fixture
def land(tmp_path: Path) -> Land:
    return Land(tmp_path)


def worker(org: str) -> Actor:
    return Actor("alena", Role.FOCAL_POINT, org)


def sends(network: SteppedNetwork) -> UUID:
    """Harbour House refers somebody to the clinic."""
    database = network.databases[HARBOUR]
    person = register_person(database, {"alias": "Sample"}, worker(HARBOUR))
    consent = {
        "given_by": "individual",
        "purposes": ["referral"],
        "organisations": [CLINIC],
        "fields": ["alias"],
    }
    record_consent(database, person.id, consent, worker(HARBOUR))
    order = ReferralOrder(
        open_case(database, person.id, worker(HARBOUR)).id,
        CLINIC,
        service_type="legal_assistance",
        urgency="normal",
        reason="Needs advice.",
        fields=("alias",),
        safe_contact="in_person",
    )
    return send_referral(database, order, worker(HARBOUR)).id


def state(network: SteppedNetwork, org: str, referral_id: UUID) -> State:
    return referral_page(network.databases[org], referral_id, worker(org)).referral.state


def parked(network: SteppedNetwork) -> list[str]:
    found = []
    for name, database in network.databases.items():
        table = node_parked if name in (HARBOUR, CLINIC) else hub_tables.tables["parked"]
        with database.reading() as tx:
            found += [one.reason for one in list_parked(tx, table)]
    return found


def test_what_waits_under_old_keys_arrives(land: Land) -> None:
    with land.running() as network:
        first = sends(network)
        network.settle()
        make_move(network.databases[CLINIC], first, MoveOrder(Move.ACCEPT), worker(CLINIC))  # it waits there
        second = sends(network)
    old = land.keys[CLINIC].public
    land.rotate(CLINIC)

    with land.running() as network:
        assert state(network, HARBOUR, first) is State.ACCEPTED
        assert state(network, HARBOUR, second) is State.DELIVERED
        with network.databases[HARBOUR].reading() as tx:
            standing = own_standing(tx, node_tables, CLINIC)
        assert standing
        assert standing.keys == land.keys[CLINIC].public
        assert standing.keys.signing != old.signing
        assert parked(network) == []


@pytest.mark.parametrize("party", ["hub", HARBOUR, CLINIC])
def test_keys_follow_keys_for_years_and_nothing_is_lost(land: Land, party: str) -> None:
    before = land.keys[party].public
    for _ in range(3):
        with land.running() as network:
            sends(network)
        land.rotate(party)
        with land.running():
            pass
        land.rotate(party, days=31)
        assert len(land.keys[party].sealing) == len(land.keys[party].signing) == 1

    with land.running() as network:
        sent = sends(network)
        network.settle()
        assert state(network, HARBOUR, sent) is State.DELIVERED
        assert parked(network) == []
        with network.databases["referral"].reading() as tx:
            _, said = kept_register(tx, hub_tables) or (None, [])
        assert len(said) == 3
    assert land.keys[party].public != before


def publish(network: SteppedNetwork, land: Land, change: Register) -> None:
    signed = SignedRegister(change.write()).signed(ROOT)
    assert publish_register(network.databases["referral"], land.network.roots, signed)
    network.settle()


def test_who_is_revoked_is_sent_nothing_and_heard_no_more(land: Land) -> None:
    with land.running() as network:
        sent = sends(network)
        network.settle()
        make_move(network.databases[CLINIC], sent, MoveOrder(Move.ACCEPT), worker(CLINIC))

        publish(network, land, land.network.register.next().revoking(CLINIC))

        assert state(network, HARBOUR, sent) in {State.DELIVERED, State.ACCEPTED}
        make_move(network.databases[CLINIC], sent, MoveOrder(Move.START), worker(CLINIC))
        network.settle()
        assert state(network, HARBOUR, sent) is not State.IN_PROGRESS
        assert "revoked" in parked(network)
        with pytest.raises(Invalid):
            sends(network)


def test_who_leaves_says_so_itself_and_is_sent_nothing_more(land: Land) -> None:
    with land.running() as network:
        node = network.databases[CLINIC]
        with node.transaction() as tx:
            statement = own_statement(tx, node_tables, land.keys[CLINIC], CLINIC, leaves=True)
            assert statement
            say = party_of("intake", CLINIC, land.keys[CLINIC]).say
            assert say
            say(tx, as_event(statement))
        network.settle()

        with network.databases[HARBOUR].reading() as tx:
            standing = own_standing(tx, node_tables, CLINIC)
        assert standing
        assert standing.state == "left"
        with pytest.raises(Invalid):
            sends(network)


def test_a_hub_that_publishes_what_people_did_not_sign_is_parked_at_the_node(land: Land) -> None:
    with land.running() as network:
        forged = SignedRegister(land.network.register.next().revoking(CLINIC).write()).signed(
            SigningKey.generate()
        )
        with network.databases["referral"].transaction() as tx:
            register = hub_tables.tables["register"]
            tx.execute(
                register.update().values(text=forged.text, signatures=dict(forged.signatures), version=2)
            )
            publish_directory(tx)
        network.settle()

        assert parked(network).count("register_signatures") == 4, "two nodes, notifications, reporting"
        sent = sends(network)
        network.settle()
        assert state(network, HARBOUR, sent) is State.DELIVERED


def test_a_file_of_another_network_does_not_start_a_node(land: Land) -> None:
    with land.running():
        pass
    land.network = found("south", [ROOT], 1, {"hub": ("Hub", land.keys["hub"].public)}, BEGAN)

    with pytest.raises(NetworkFileUnusable, match="new invitation"), land.running():
        pass
