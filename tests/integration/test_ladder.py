"""An emergency that nobody answers climbs the whole ladder: all services' own code, one clock turned by hand."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.demo.network import Hands, SteppedNetwork, open_network
from services.intake.domain import Actor, Role
from services.intake.usecases.cases import add_need, open_case
from services.intake.usecases.consent import record_consent
from services.intake.usecases.directory import publish_contacts
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.need_to_know import set_referral_team
from services.intake.usecases.people import register_person
from services.intake.usecases.referrals import referral_page
from services.intake.usecases.sending import ReferralOrder, send_referral
from services.intake.usecases.staff import NewStaff, add_staff
from services.notifications.storage import Contact
from services.notifications.usecases.send import send_due
from services.referral.usecases.overdue import flag_overdue
from services.reporting.usecases.report import overview
from shared.migrations import upgrade
from shared.schemas.life import Move, State
from shared.sealing import OwnKeys, SigningKey
from shared.sealing.founding import found

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
A, B = "harbour-house", "legal-aid"
STAFF = {
    A: (("olena", Role.CASE_WORKER), ("daria", Role.CASE_WORKER), ("ihar", Role.FOCAL_POINT)),
    B: (("vera", Role.CASE_WORKER), ("taras", Role.CASE_WORKER), ("anna", Role.FOCAL_POINT)),
}
SENDER, ASSIGNEE, FOCAL_POINT = (
    Actor("olena", Role.CASE_WORKER, A),
    "vera",
    Actor("anna", Role.FOCAL_POINT, B),
)


class Postbox:
    """A mail server that keeps whom it was given mail for; and the least time between two mails, which is none."""

    brake = START - START

    def __init__(self) -> None:
        self.taken: list[str] = []

    def send(self, contact: Contact, count: int, *, link: str) -> None:
        self.taken.append(contact.email.split("@")[0])


class World:
    """Two organisations with three people each, and a hub."""

    def __init__(self, place: Path) -> None:
        self.place, self.clock, self.postbox = place, Hands(START), Postbox()
        self.keys = {party: OwnKeys.generate() for party in ("hub", A, B)}
        self.network = self._open()
        self.databases = self.network.databases
        for org, people in STAFF.items():
            for name, role in people:
                new = NewStaff(name, "seven quiet lanterns", role, name, f"{name}@{org}.example")
                add_staff(self.databases[org], new, org=org)
            publish_contacts(self.databases[org], f"https://{org}.example/inbox")
        self.network.settle()

    def _open(self) -> SteppedNetwork:
        root = SigningKey.generate()
        known = found("tests", [root], 1, {p: (p, keys.public) for p, keys in self.keys.items()}, START)
        hub = {name: self._database(name, name) for name in ("referral", "notifications", "reporting")}
        nodes = {org: (self._database(org, "intake"), self.keys[org]) for org in (A, B)}
        return open_network(
            self.place / "bus.db", self.clock, hub=hub, hub_keys=self.keys["hub"], nodes=nodes, network=known
        )

    def _database(self, name: str, service: str) -> str:
        url = f"sqlite:///{self.place / name}.db"
        upgrade(f"services.{service}", url)
        return url

    def close(self) -> None:
        self.network.close()

    def mailed_after(self, **time: float) -> list[str]:
        """Whose mail goes out when so much more time has passed."""
        self.clock.pass_time(**time)
        flag_overdue(self.databases["referral"])
        self.network.settle()
        self.postbox.taken.clear()
        send_due(self.databases["notifications"], self.postbox, self.postbox)
        return sorted(self.postbox.taken)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with closing(World(tmp_path)) as world:
        yield world


def sends(world: World) -> ReferralOrder:
    database = world.databases[A]
    person = register_person(database, {"given_name": "Sample"}, SENDER)
    agreed = {
        "given_by": "individual",
        "purposes": ["referral"],
        "organisations": [B],
        "fields": ["given_name"],
    }
    record_consent(database, person.id, agreed, SENDER)
    case = open_case(database, person.id, SENDER)
    need = add_need(database, case.id, "legal_assistance", "high", SENDER)
    about = {"case_id": case.id, "need_id": need.id, "to_org": B, "service_type": "legal_assistance"}
    return ReferralOrder(
        **about, urgency="emergency", reason="Now.", fields=("given_name",), safe_contact="phone"
    )


def test_the_whole_ladder(world: World) -> None:
    referral = send_referral(world.databases[A], sends(world), SENDER)
    world.network.settle()
    set_referral_team(world.databases[B], referral.id, [ASSIGNEE], FOCAL_POINT)
    world.mailed_after()

    assert world.mailed_after(minutes=59) == []
    assert world.mailed_after(minutes=1) == [
        ASSIGNEE
    ]  # an acknowledgement of an emergency is due after an hour
    assert world.mailed_after(minutes=14) == []
    assert world.mailed_after(minutes=1) == ["anna", "taras", "vera"]  # everyone on intake there
    assert world.mailed_after(minutes=15) == ["olena"]  # who sent it
    assert world.mailed_after(minutes=15) == ["ihar"]  # the sender's supervisor
    assert overview(world.databases["reporting"])["escalated"] == 0
    assert world.mailed_after(minutes=15) == []  # coordinators see counts only
    counts = overview(world.databases["reporting"])
    assert (counts["overdue"], counts["escalated"]) == (1, 1)
    assert world.mailed_after(hours=5) == []

    for org, actor in ((A, SENDER), (B, FOCAL_POINT)):
        page = referral_page(world.databases[org], referral.id, actor).referral
        assert (page.state, page.overdue, page.rung, page.next_rung) == (
            State.DELIVERED,
            True,
            "coordinator",
            None,
        )


def test_an_answer_ends_it(world: World) -> None:
    referral = send_referral(world.databases[A], sends(world), SENDER)
    world.network.settle()
    world.mailed_after(hours=1)

    make_move(world.databases[B], referral.id, MoveOrder(Move.ACCEPT), FOCAL_POINT)
    world.network.settle()
    world.mailed_after()

    assert world.mailed_after(hours=9) == []
    assert not referral_page(world.databases[A], referral.id, SENDER).referral.overdue
