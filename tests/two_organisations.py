"""Two organisations with three people each and a hub: all services' own code, one clock turned by hand."""

from datetime import UTC, datetime
from pathlib import Path

from deploy.demo.network import Hands, SteppedNetwork, open_network
from services.intake.domain import Actor, Role
from services.intake.usecases.cases import add_need, open_case
from services.intake.usecases.consent import record_consent
from services.intake.usecases.directory import publish_contacts
from services.intake.usecases.notices import choose
from services.intake.usecases.people import register_person
from services.intake.usecases.sending import ReferralOrder
from services.intake.usecases.staff import NewStaff, add_staff
from services.notifications.storage import tables as notice_tables
from services.referral.usecases.overdue import flag_overdue
from shared.migrations import upgrade
from shared.notices.saying import Saying
from shared.notices.sending import Rules, send_due
from shared.schemas.codes import NOTICE_GROUPS
from shared.sealing import OwnKeys, SigningKey
from shared.sealing.founding import found

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
A, B = "harbour-house", "legal-aid"
Staff = dict[str, tuple[tuple[str, Role], ...]]  #: of each organisation, names and roles
STAFF: Staff = {
    A: (("olena", Role.CASE_WORKER), ("daria", Role.CASE_WORKER), ("ihar", Role.FOCAL_POINT)),
    B: (("vera", Role.CASE_WORKER), ("taras", Role.CASE_WORKER), ("anna", Role.FOCAL_POINT)),
}
SENDER, ASSIGNEE, FOCAL_POINT = (
    Actor("olena", Role.CASE_WORKER, A),
    "vera",
    Actor("anna", Role.FOCAL_POINT, B),
)


class Postbox:
    """A mail server that keeps whom it was given mail for."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def tell(self, to: str, _: Saying, *, message_id: str) -> None:
        assert message_id
        self.taken.append(to.partition("@")[0])


class World:
    """Organisations with three people each, and a hub; two, or those of ``staff``."""

    def __init__(self, place: Path, staff: Staff = STAFF) -> None:
        self.place, self.clock, self.postbox = place, Hands(START), Postbox()
        self.keys = {party: OwnKeys.generate() for party in ("hub", *staff)}
        self.network = self._open()
        self.databases = self.network.databases
        for org, people in staff.items():
            for name, role in people:
                new = NewStaff(name, "seven quiet lanterns", role, name, f"{name}@{org}.example")
                added = add_staff(self.databases[org], new, org=org)
                choose(self.databases[org], dict.fromkeys(NOTICE_GROUPS, "instant"), added.actor)
            publish_contacts(self.databases[org], f"https://{org}.example/inbox")
        self.network.settle()

    def _open(self) -> SteppedNetwork:
        root = SigningKey.generate()
        known = found("tests", [root], 1, {p: (p, keys.public) for p, keys in self.keys.items()}, START)
        hub = {name: self._database(name, name) for name in ("referral", "notifications", "reporting")}
        nodes = {org: (self._database(org, "intake"), self.keys[org]) for org in self.keys if org != "hub"}
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
        send_due(self.databases["notifications"], notice_tables, self.postbox, Rules(brake=START - START))
        return sorted(self.postbox.taken)


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
