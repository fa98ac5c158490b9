"""What a view needs of its surroundings: the database, who asks, the names of organisations, today."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from flask import Flask, current_app, g
from flask_babel import to_user_timezone

from services.intake.domain import Actor, Partner
from services.intake.usecases import directory, referrals
from shared.database import Database
from shared.web import Problem
from shared.web import actor as _actor

KEY = "throughline.database"


def install(app: Flask, database: Database) -> None:
    """Give the application its database, and its templates what every page asks for."""
    app.extensions[KEY] = database
    app.jinja_env.globals.update(organisation=organisation, waiting=waiting)


def database() -> Database:
    """The node's database; within ``working_in`` the one of the transaction that is open."""
    found: Database = g.get("database") or current_app.extensions[KEY]
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
    """Pages about people do not exist for an administrator, whatever their address says."""
    if not actor().sees_cases:
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


def waiting() -> int:
    """How many referrals wait for somebody here; read once in a request."""
    if "waiting" not in g:
        g.waiting = referrals.waiting_count(database(), actor())
    return int(g.waiting)
