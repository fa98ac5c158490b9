"""Who asks, about whose case, at which address: one question of the table of who may do what, and its answer."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

from sqlalchemy import event, update
from werkzeug.test import TestResponse

from services.intake.domain import Actor, Enquiry, Wanted
from services.intake.interchange.importing import import_bundle
from services.intake.interchange.tests.bundles import changed, from_elsewhere
from services.intake.storage.capacity import add_enquiry
from services.intake.storage.tables import referrals
from services.intake.tests.node import (
    ADMIN,
    COLLEAGUE,
    FOCAL_POINT,
    HERE,
    KEYLESS,
    SAFE_HOUSE,
    STRANGER,
    THERE,
    WORKER,
    Node,
    order,
)
from services.intake.usecases.attachments import add_attachment, taken
from services.intake.usecases.capacity import ask_capacity
from services.intake.usecases.cases import add_need, open_case
from services.intake.usecases.conferences import open_conference
from services.intake.usecases.consent import record_consent
from services.intake.usecases.directory import offer_services
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.need_to_know import open_in_emergency, set_referral_team
from services.intake.usecases.node import beat
from services.intake.usecases.people import register_person
from services.intake.usecases.push import how_pushed, subscribe
from services.intake.usecases.sending import send_referral
from services.intake.usecases.sheets import plan_follow_up
from services.intake.usecases.webhooks import add_endpoint, send_test, webhooks_page
from services.intake.web.tests.sent import ASKED, SAID
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import TOKEN, consent, referral, text
from shared.clock import new_id
from shared.database import Database
from shared.schemas.life import Move
from shared.sealing.tests.push_browser import PushBrowser

NAMES = {"worker": "olena", "focal": "ihar", "admin": "root", "auditor": "vera"}
BLIND = ("admin", "auditor")


@dataclass(frozen=True)
class Belongings:
    """Somebody's case, with everything that an address can name."""

    name: str
    person: UUID
    case: UUID
    need: UUID
    out: UUID
    came: UUID
    opening: UUID
    question: UUID
    enquiry: UUID
    sheet: UUID
    imported: UUID
    endpoint: UUID
    delivery: UUID
    attachment: UUID
    conference: UUID
    service: UUID = field(default=SAFE_HOUSE.service_id, kw_only=True)
    username: str = field(default="olena", kw_only=True)
    subscription: UUID = field(default_factory=new_id, kw_only=True)

    def in_place(self, rule: str) -> str:
        """The address with these ids in it."""
        for place, id_ in (*vars(self).items(), ("in", self.came)):
            rule = rule.replace(f"<{place}>", str(id_))
        return rule.replace("<move>", "cancel" if str(self.out) in rule else "accept").replace(
            "<token>", "none"
        )


NOBODYS = Belongings("Nobody", *(new_id() for _ in range(14)))


def belonging_to(node: Node, owner: Actor, name: str) -> Belongings:
    """A person of that name with consent, a case with a need, a referral out and one that came in and is taken."""
    database = node.database
    person = register_person(database, {"given_name": name}, owner)
    agreed = consent(organisations=[HERE, THERE], purposes=["referral", "conference"])
    record_consent(database, person.id, agreed, owner)
    case, sent_for = (open_case(database, person.id, owner) for _ in range(2))
    need = add_need(database, case.id, "legal_assistance", "high", owner)
    to_org = THERE if owner.org == HERE else HERE
    out = send_referral(database, order(sent_for, to_org=to_org, fields=("given_name",)), owner)
    came = _taken(node, owner, name)
    opening = open_in_emergency(database, case.reference, name, _other(owner))
    node.pass_time(minutes=61)
    follow_up = plan_follow_up(database, case.id, {"due_on": date(2026, 3, 9), "type": "phone"}, owner)
    question, asked = ask_capacity(database, ASKED, owner).id, _asked_of(node, owner)
    more = (opening.id, question, asked, follow_up.id)
    brought = import_bundle(database, not_understood(name), owner)
    imported, hook = brought.import_id or new_id(), told_of(node)
    file = add_attachment(database, case.id, taken(f"{name}.txt", name.encode()), {}, owner)
    put = {"question": "who has a bed?", "organisations": [to_org], "days": 30, "seed": name}
    conference = open_conference(database, case.id, put, owner)
    ids = (person.id, case.id, need.id, out.id, came, *more, imported, *hook, file.id, conference.id)
    browsers = owner if owner.org == HERE else _other(owner)
    return Belongings(name, *ids, subscription=told_by_push(database, browsers))


def _asked_of(node: Node, owner: Actor) -> UUID:
    answer_by = node.at + timedelta(days=30)
    enquiry = Enquiry(new_id(), KEYLESS, node.at, answer_by, Wanted(**ASKED))
    with node.database.transaction() as tx:
        add_enquiry(tx, enquiry, owner.org)
    return enquiry.id


def told_of(node: Node) -> tuple[UUID, UUID]:
    """Another system that is told, and one thing that it is to be told."""
    made = add_endpoint(node.database, "https://hooks.example/", ADMIN)
    send_test(node.database, made.id, ADMIN)
    return made.id, webhooks_page(node.database, ADMIN).log[0].id


def told_by_push(database: Database, owner: Actor) -> UUID:
    """A browser of theirs."""
    endpoint = f"https://push.example/{new_id()}"
    subscribe(database, PushBrowser().given(endpoint), owner, ["push.example"])
    return how_pushed(database, owner).browsers[-1].id


def not_understood(name: str) -> dict[str, Any]:
    """What another system might bring of somebody of that name, and a person has to look at."""
    return changed(from_elsewhere(given_name=name, alias=""), "Task", status="ready", businessStatus=None)


def _taken(node: Node, owner: Actor, name: str) -> UUID:
    came = node.received(given_name=name)
    make_move(node.database, came, MoveOrder(Move.ACKNOWLEDGE), WORKER)
    if owner.org == HERE:
        set_referral_team(node.database, came, [owner.username], FOCAL_POINT)
    with node.database.transaction() as tx:
        tx.execute(update(referrals).where(referrals.c.id == came).values(org=owner.org))
    return came


def _other(owner: Actor) -> Actor:
    return Actor("other", COLLEAGUE.role, owner.org)


class World:
    """Case workers' cases, a focal point's, another organisation's, and one that is not there."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.olenas, self.olenas_second = (self._of(WORKER, name) for name in ("Tamarisk", "Saxaul"))
        self.darias, self.ihars = self._of(COLLEAGUE, "Juniper"), self._of(FOCAL_POINT, "Cypress")
        self.theirs = self._of(STRANGER, "Baobab")
        offer_services(site.node.database, [SAFE_HOUSE], FOCAL_POINT)
        beat(site.node.database, "running")

    def _of(self, owner: Actor, name: str) -> Belongings:
        return belonging_to(self.site.node, owner, name)

    def asked_about(self, role: str) -> list[Belongings]:
        """One's own case, a colleague's, another organisation's, and one that is not there."""
        own, colleagues = {"focal": (self.ihars, self.olenas_second)}.get(role, (self.olenas, self.darias))
        return [own, colleagues, self.theirs, NOBODYS]

    def hidden_from(self, role: str) -> list[str]:
        """The names that must stand in no answer to that role."""
        hidden = {"worker": [self.darias, self.ihars, self.theirs], "focal": [self.theirs]}
        all_of_them = [self.olenas, self.olenas_second, self.darias, self.ihars, self.theirs]
        return [one.name for one in hidden.get(role, all_of_them)]


@dataclass(frozen=True)
class Answer:
    """What came back, and which statements it took."""

    status: int
    body: str
    location: str | None
    statements: tuple[str, ...]


class Asker:
    """Somebody of that role, in a browser or with a token of their own; ``nobody`` is not signed in."""

    def __init__(self, site: Site, role: str) -> None:
        self.site, self.role = site, role
        self.browser = site.browser(NAMES.get(role))
        self.token = site.partner(NAMES[role]).token if role in NAMES else None

    def again(self) -> "Asker":
        """As they came: whatever was asked meanwhile, and if they signed out."""
        other = copy(self)
        other.browser = self.browser.again()
        return other

    def asks(self, method: str, rule: str, about: Belongings) -> Answer:
        """One request, with whatever a well-meant one would carry."""
        address = about.in_place(rule)
        sent = self._sent(method, rule, about)
        with statements(self.site.node) as made:
            response = self.browser.client.open(address, method=method, **sent)
        return Answer(response.status_code, plain(response), response.location, tuple(made))

    def _sent(self, method: str, rule: str, about: Belongings) -> dict[str, Any]:
        if rule.startswith("/api/"):
            headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
            return {"headers": headers} | ({"json": _json(rule, about)} if method == "POST" else {})
        if method == "GET":
            return {}
        token = self.browser.form("/account" if self.role in NAMES else "/sign-in")
        return {"data": token | {"once": str(new_id())} | SAID.get(rule, {}) | a_file(rule)}


def a_file(rule: str) -> dict[str, Any]:
    """A file, where one is asked for: each is read once."""
    return {"file": (BytesIO(b"A letter."), "letter.txt")} if rule.endswith("/files/new") else {}


def _json(rule: str, about: Belongings) -> dict[str, Any]:
    if rule == "/api/v1/cases":
        return {"person_id": str(about.person)}
    if rule == "/api/v1/referrals":
        return referral(str(about.case))
    return SAID[rule]


def unlike_the_absent(role: str, expected: list[int], answers: list[Answer]) -> list[Answer]:
    """What is not theirs must answer as what is not there: status, words, and every statement on the way."""
    if len(expected) == 1:
        return []
    absent = answers[-1]
    refused = [answer for answer in answers[:-1] if answer.status == absent.status]
    assert role not in BLIND or len(refused) == len(answers) - 1
    return [answer for answer in refused if answer != absent]


@contextmanager
def statements(node: Node) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    made: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        made.append(statement)

    event.listen(node.database.engine, "before_cursor_execute", note)
    try:
        yield made
    finally:
        event.remove(node.database.engine, "before_cursor_execute", note)


def plain(response: TestResponse) -> str:
    """The answer without what differs each time: the form's token."""
    return TOKEN.sub("", text(response)) if response.mimetype != "image/svg+xml" else ""


def as_in_table(rule: str) -> list[str]:
    """The rule of the application in the table's words: a referral is one that we sent or one that came in."""
    short = re.sub(r"<uuid:(\w+)_id>", r"<\1>", rule)
    return (
        [short.replace("<referral>", place) for place in ("<out>", "<in>")]
        if "<referral>" in short
        else [short]
    )
