"""What a view needs of its surroundings: the database, who asks, the names of organisations, today."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from flask import Flask, current_app, g
from flask_babel import to_user_timezone

from services.intake.domain import Actor, Partner
from services.intake.domain.freshness import Freshness
from services.intake.domain.own_fields import OwnFields
from services.intake.interchange import importing
from services.intake.usecases import capacity, conferences, directory, need_to_know, referrals, slips, staff
from services.intake.usecases import freshness as freshness_use
from services.intake.usecases.referrals import MOST_COUNTED
from services.intake.usecases.well_being import Examine, nothing_to_examine
from shared.database import Database
from shared.web import Problem
from shared.web import actor as _actor

KEY = "throughline.database"
HOUSE = "throughline.house"


@dataclass(frozen=True)
class House:
    """How this node works: whether a closure waits for a focal point, its own fields, how long pages can undo.

    ``slip_address`` is what stands on a printed code; ``push_hosts`` are those of push services, none where nobody is
    told by push; ``examine`` looks whether everything is well with it.
    """

    closure_needs_approval: bool = False
    own_fields: OwnFields = field(default_factory=OwnFields)
    undo: timedelta = timedelta()
    slip_address: str = ""
    push_hosts: tuple[str, ...] = ()
    examine: Examine = nothing_to_examine


def install(app: Flask, database: Database, house: House) -> None:
    """Give the application its database and its ways, and its templates what every page asks for."""
    app.extensions[KEY], app.extensions[HOUSE] = database, house
    app.jinja_env.globals.update(
        organisation=organisation, waiting=waiting, names=names, now=now, freshness=freshness
    )
    app.jinja_env.globals.update(imports_waiting=imports_waiting, most_counted=MOST_COUNTED)


def now() -> datetime:
    """The moment, by the node's clock."""
    return database().clock()


def database() -> Database:
    """The node's database; within ``working_in`` the one of the transaction that is open."""
    found: Database = g.get("database") or current_app.extensions[KEY]
    return found


def house() -> House:
    """How this node does its case work."""
    found: House = current_app.extensions[HOUSE]
    return found


@contextmanager
def working_in(open_one: Database) -> Iterator[None]:
    """Let every use case of this request work in the transaction that is open."""
    g.database = open_one
    try:
        yield
    finally:
        g.pop("database")


def actor() -> Actor:
    """On whose behalf this request acts."""
    asks: Actor = _actor()
    return asks


def for_case_staff() -> None:
    """Pages about people are closed to administrators and auditors, whatever their address says."""
    _admit(actor().sees_cases)


def for_case_workers() -> None:
    """Pages for those who do not see every case anyway."""
    _admit(actor().sees_cases and not actor().sees_every_case)


def for_focal_points() -> None:
    """Pages for those who say who works on what."""
    _admit(actor().sees_every_case)


def for_auditors() -> None:
    """Who did what is for those whose work is to look into it."""
    _admit(actor().sees_the_audit)


def for_administrators() -> None:
    """How the node is connected is for those who look after it."""
    _admit(actor().looks_after_the_node)


def for_the_directory() -> None:
    """Who offers what."""
    _admit(actor().sees_the_directory)


def for_speakers() -> None:
    """Pages for those who say what the organisation offers."""
    _admit(actor().speaks_for_the_organisation)


def _admit(may_come: bool) -> None:  # noqa: FBT001 - its one question
    if not may_come:
        raise Problem(403, "not_permitted")


def today() -> date:
    """The date where the organisation is."""
    at: datetime = to_user_timezone(database().clock())
    return at.date()


def partners() -> dict[str, Partner]:
    """Every organisation of the directory by its id; read once in a request."""
    if "partners" not in g:
        g.partners = {partner.org: partner for partner in directory.organisations(database())}
    found: dict[str, Partner] = g.partners
    return found


def organisation(org: str) -> str:
    """The organisation's name; its id while the directory does not know it."""
    return partners()[org].name if org in partners() else org


def display_name(username: str) -> str:
    """What a colleague is called; the user name of one who is not there any more."""
    member = staff.find_staff(database(), username)
    return member.display_name if member else username


def names() -> dict[str, str]:
    """What everybody who works or worked here is called, by user name; read once in a request."""
    if "names" not in g:
        g.names = {member.username: member.display_name for member in staff.list_staff(database())}
    found: dict[str, str] = g.names
    return found


@dataclass(frozen=True)
class Waits:
    """How much waits for somebody here, kind by kind; ``withdrew`` are people who took consent back themselves."""

    referrals: int
    openings: int
    questions: int
    conferences: int
    withdrew: Sequence[UUID]

    @property
    def total(self) -> int:
        """All of it; referrals are counted to MOST_COUNTED."""
        return self.referrals + self.openings + self.questions + self.conferences + len(self.withdrew)


def waits_for(database: Database, by: Actor) -> Waits:
    """What waits for that member of staff."""
    return Waits(
        referrals=referrals.waiting_count(database, by),
        openings=need_to_know.count_unreviewed(database, by),
        questions=capacity.count_open(database, by),
        conferences=conferences.count_unseen(database, by),
        withdrew=slips.waiting(database, by),
    )


def waits() -> Waits:
    """What waits for whoever asks; read once in a request."""
    if "waits" not in g:
        g.waits = waits_for(database(), actor())
    found: Waits = g.waits
    return found


def waiting() -> str:
    """How much waits for whoever asks, empty for nothing."""
    found = waits().total
    return f"{MOST_COUNTED - 1}+" if found >= MOST_COUNTED else str(found or "")


def freshness() -> Freshness:
    """How fresh the directory is."""
    return freshness_use.freshness(database())


def imports_waiting() -> int:
    """How much of what other systems brought waits for somebody to look at it."""
    return importing.count_waiting(database(), actor())
