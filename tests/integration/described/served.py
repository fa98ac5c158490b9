"""Web processes to ask at random: each with data of its own, somebody of each role, and ids that are there."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from services.intake.domain import Role
from services.intake.tests.node import CHEAP, HERE, START, THERE, Node, make_database
from services.intake.usecases.staff import NewStaff, add_staff
from services.intake.web.tests.cells import NAMES, World
from services.intake.web.tests.sent import SAID
from services.intake.web.tests.site import Site, make_web
from services.intake.web.tests.visitors import PASSWORD, referral
from services.reporting.settings import ReportingWebSettings
from services.reporting.storage import metadata
from services.reporting.usecases.hear import hear
from services.reporting.usecases.staff import add_coordinator, issue_token
from services.reporting.web import create_app
from shared.clock import new_id
from shared.database import Database
from shared.messaging.delivery import Batch
from shared.messaging.message import Message
from shared.messaging.outbox import Outbox
from shared.schemas.intake import Cell, CountsContributed
from shared.schemas.workbook import VERSION
from shared.settings import Secret

NOBODY = "nobody"  #: asks without a token
REPORTS = {"name": ["needs", "referrals"], "period": ["2026-Q1", "2026"]}
CODES = {"to_org": [THERE], "citizenship": ["UKR"], "language": ["ukr"], "area": ["Minsk"]}

Ids = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class People:
    """Tokens by role, and ids and codes that are there, by the name under which they are given."""

    tokens: Mapping[str, str | None]
    ids: Ids
    often: tuple[str, ...]  #: roles that may do most of what can be asked, and ask most


@dataclass(frozen=True)
class Served:
    """A web process; ``anew`` puts the data of the beginning back."""

    name: str
    app: Flask
    anew: Callable[[], People]


def well_meant(label: str) -> dict[str, Any] | None:
    """The body of a request to an operation, such as ``POST /api/v1/people``, that nothing is wrong with."""
    rule = re.sub(r"{(\w+)_id}", r"<\1>", label.removeprefix("POST "))
    rule = rule.replace("<referral>/moves", "<out>/moves").replace("<referral>", "<in>")
    some = {"/api/v1/cases": {"person_id": ""}, "/api/v1/referrals": referral("")}
    return {**SAID, **some}.get(rule)


@contextmanager
def intake(folder: Path) -> Iterator[Served]:
    """A node: four roles, and what its case workers, its focal point and another organisation have."""
    with closing(make_database(folder)) as database:
        app = make_web(database)
        yield Served("intake", app, lambda: _at_the_node(database, app))


def _at_the_node(database: Database, app: Flask) -> People:
    site = Site(Node(database), app)
    for name, role in (("daria", Role.CASE_WORKER), ("vera", Role.AUDITOR)):
        add_staff(database, NewStaff(name, PASSWORD, role, name), org=HERE, hasher=CHEAP)
    world = World(site)
    owned = (world.olenas, world.ihars, world.theirs)
    places = {
        "person_id": ("person",),
        "case_id": ("case",),
        "need_id": ("need",),
        "referral_id": ("out", "came"),
        "question_id": ("question",),
        "enquiry_id": ("enquiry",),
        "sheet_id": ("sheet",),
    }
    ids = {
        name: [str(getattr(one, place)) for one in owned for place in of_it] for name, of_it in places.items()
    }
    tokens = {role: site.partner(username).token for role, username in NAMES.items()}
    return People({**tokens, NOBODY: None}, ids | CODES, ("worker", "focal") * 3)


@contextmanager
def reporting() -> Iterator[Served]:
    """The hub's reports: a coordinator, and what one organisation has counted."""
    database = Database("sqlite://", outbox=Outbox(metadata.tables["outbox"], sender="hub"))
    database.clock = lambda: START
    with closing(database):
        metadata.create_all(database.engine)
        _counted(database)
        add_coordinator(database, "vera", PASSWORD, display_name="Vera", hasher=CHEAP)
        settings = ReportingWebSettings(
            reporting_database_url="sqlite://",
            secret_key=Secret("k" * 32),
            public_url="http://localhost",
            second_factor="optional",
            requests_a_minute=1_000_000,
        )
        token = issue_token(database, "vera")
        people = People({"coordinator": token, NOBODY: None}, REPORTS, ("coordinator",) * 3)
        yield Served("reporting", create_app(database, settings, hasher=CHEAP), lambda: people)


def _counted(database: Database) -> None:
    counted = {("food", "met"): 2, ("food", "open"): 30, ("cash", "open"): 9}
    cells = [Cell(table="needs", codes=list(codes), count=count) for codes, count in counted.items()]
    said = CountsContributed(workbook=VERSION, period="2026-Q1", revision=1, cells=cells)
    with database.transaction() as tx:
        hear(tx, Batch([Message(new_id(), HERE, said)]), open_for=timedelta(days=45))
