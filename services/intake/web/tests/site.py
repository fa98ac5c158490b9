"""A node's web process for tests, with its staff, a directory full of offers, and what the hub says to it."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask

from services.intake.domain import Role
from services.intake.settings import IntakeWebSettings
from services.intake.storage.directory import newest_directory
from services.intake.tests.founded import ROOT
from services.intake.tests.node import (
    CHEAP,
    HERE,
    KEYLESS,
    NETWORK,
    OUR_KEYS,
    SAFE_HOUSE,
    START,
    THEIR_KEYS,
    THERE,
    Node,
    moved_on,
    partner,
)
from services.intake.usecases import node as node_use
from services.intake.usecases.staff import NewStaff, add_staff, issue_token
from services.intake.web import create_app
from services.intake.web.tests.visitors import PASSWORD, Browser, Partner
from shared.database import Database
from shared.messaging.registers import to_wire
from shared.schemas.intake import Service
from shared.schemas.life import Move, State
from shared.schemas.referral import DirectoryPublished, MoveRefused, Organisation, Overdue
from shared.sealing.register import SignedRegister
from shared.settings import Secret

ELSEWHERE = "night-shelter"


def settings(**changes: Any) -> IntakeWebSettings:
    given: dict[str, Any] = {
        "org": HERE,
        "org_name": "Harbour House",
        "intake_database_url": "sqlite://",
        "secret_key": Secret("0" * 32),
        "key_file": Path("node.key"),
        "public_url": "http://127.0.0.1:8000",
        "second_factor": "optional",
        "undo_seconds": 0,
        "requests_a_minute": 1_000_000,
        "push_contact": "mailto:push@mail.invalid",
        "push_hosts": "push.example 127.0.0.1",
        "own_fields_file": str(Path(__file__).with_name("own_fields.json")),
    }
    return IntakeWebSettings(**given | changes)


def service(number: int, service_type: str, name: str, **more: Any) -> Service:
    known = {"status": "open", "areas": [], "languages": ["rus", "bel"]}
    id_ = UUID(int=SAFE_HOUSE.service_id.int + number)
    return Service(service_id=id_, name=name, service_type=service_type, **known | more)


OFFERS = {
    THERE: [
        service(1, "legal_assistance", "Counsel and representation", areas=["Hrodna", "Minsk"]),
        SAFE_HOUSE,
    ],
    ELSEWHERE: [
        service(2, "legal_assistance", "Help with papers", languages=["ukr"], minimum_age=18, maximum_age=65),
        service(3, "shelter", "Beds for the night", status="paused", genders=["Woman"]),
    ],
    KEYLESS: [service(4, "legal_assistance", "Medical reports")],
    HERE: [service(5, "legal_assistance", "Our own lawyer")],
}
NAMES = {HERE: "Harbour House", THERE: "Legal Aid", ELSEWHERE: "Night Shelter", KEYLESS: "Clinic"}
KEYS = {HERE: OUR_KEYS, THERE: THEIR_KEYS, ELSEWHERE: THEIR_KEYS}


def hears_of_offers(node: Node) -> None:
    """The directory's second version: what everybody offers."""
    with node.database.reading() as tx:
        version, digest = newest_directory(tx) or (0, "")
    partners = [
        partner(org, name, KEYS[org], OFFERS[org])
        if org in KEYS
        else Organisation(org=org, name=name, services=OFFERS[org])
        for org, name in NAMES.items()
    ]
    admitting = NETWORK.register.next().admitting(ELSEWHERE, "Night Shelter", THEIR_KEYS.public, START)
    register = to_wire((SignedRegister(admitting.write()).signed(ROOT), []))
    node.hears(
        DirectoryPublished(
            directory_version=version + 1, previous=digest, organisations=partners, register=register
        )
    )


def make_web(database: Database) -> Flask:
    """The web process on that database, made once for many tests: reading its templates takes long."""
    return create_app(database, settings(), hasher=CHEAP)


class Site:
    """The web process of a node, with its staff."""

    def __init__(self, node: Node, app: Flask) -> None:
        self.node, self.app = node, app
        hears_of_offers(node)
        node_use.beat(node.database, "running")
        for name, role in (("olena", Role.CASE_WORKER), ("ihar", Role.FOCAL_POINT), ("root", Role.ADMIN)):
            new = NewStaff(name, PASSWORD, role, name.title())
            add_staff(node.database, new, org=HERE, hasher=CHEAP)

    def browser(self, username: str | None = "olena") -> Browser:
        browser = Browser(self.app.test_client())
        return browser.signs_in(username) if username else browser

    def partner(self, username: str = "olena") -> Partner:
        return Partner(self.app.test_client(), issue_token(self.node.database, username))

    def moved(self, referral_id: UUID, *steps: Move, ours: bool = True) -> None:
        """The hub numbers these moves of a referral that we sent, or that came to us."""
        parties = (HERE, THERE) if ours else (THERE, HERE)
        self.node.hears(*moved_on(referral_id, *parties, *steps))

    def refuses(self, referral_id: UUID, move_id: UUID, move: Move, state: str, *allowed: Move) -> None:
        """The hub lets another move stand."""
        number = len([line for line in self.node.table_of_moves(referral_id) if line["number"]])
        refused = MoveRefused(
            referral_id=referral_id,
            move_id=move_id,
            move=move,
            number=number,
            state=State(state),
            allowed=list(allowed),
        )
        self.node.hears(refused)

    def overdue(self, referral_id: UUID, *, ours: bool = True) -> None:
        """The hub says that nobody has answered in time."""
        orgs = (HERE, THERE) if ours else (THERE, HERE)
        due = START + timedelta(hours=72)
        flag = Overdue(
            referral_id=referral_id,
            from_org=orgs[0],
            to_org=orgs[1],
            service_type="legal_assistance",
            urgency="urgent",
            level="reply",
            due_at=due,
            flagged_at=due,
        )
        self.node.hears(flag)
