"""Puts the node's web process together: who may sign in, what an error is called, its pages and its API."""

from dataclasses import replace
from datetime import timedelta

from flask import Flask, redirect, url_for
from sqlalchemy import text
from werkzeug.wrappers import Response

from services.intake.domain import ConsentMissing, Role, Via
from services.intake.domain.audit import Action
from services.intake.interchange.structure import Malformed
from services.intake.settings import IntakeWebSettings, own_fields
from services.intake.storage import tables
from services.intake.storage.staff import StaffMember
from services.intake.usecases import node, staff
from services.intake.usecases.audit import saw
from services.intake.usecases.idempotency import KeyReused
from services.intake.usecases.refusals import Conflict, Invalid, NotFound, NotPermitted
from services.intake.usecases.well_being import Examine, nothing_to_examine
from services.intake.web import context, kept, words
from services.intake.web.api import install as install_api
from services.intake.web.labels import ROLES
from services.intake.web.pages import PAGES
from shared.database import Database
from shared.passwords import HASHER, Hasher
from shared.web import (
    Access,
    Person,
    Problem,
    SignInRefused,
    WebSettings,
    access_to,
    closed,
    make_app,
)

TIMEZONE = "Europe/Minsk"  #: in which pages show moments
SILENT_FOR = timedelta(minutes=2)  #: without a sign of the worker, after which it counts as gone

ERRORS = {
    NotFound: lambda error: Problem(404, error.code),
    NotPermitted: lambda error: Problem(403, error.code),
    Invalid: lambda error: Problem(422, error.code, fields=error.errors),
    ConsentMissing: lambda error: Problem(422, error.code, fields=_of_consent(error)),
    Conflict: lambda error: Problem(409, error.code, state=error.state, allowed=list(error.allowed)),
    Malformed: lambda error: Problem(422, error.code, fields=error.errors),
    KeyReused: lambda error: Problem(409, error.code),
}
FIELD_OF = {"field_not_consented": "fields", "organisation_not_consented": "to_org"}


def create_app(
    database: Database,
    settings: IntakeWebSettings,
    *,
    hasher: Hasher = HASHER,
    examine: Examine = nothing_to_examine,
) -> Flask:
    """The node's web application, on the same database as its worker; ``database`` needs its outbox.

    ``examine`` looks whether everything is well with the node.
    """
    app = make_app(
        "services.intake.web",
        settings=_web_settings(settings),
        access=_access(database, settings, hasher),
        errors=ERRORS,
        checks={"database": lambda: _ask(database), "worker": lambda: _listen(database)},
    )
    context.install(app, database, _house(settings, examine))
    words.install(app)
    closed.install(app)
    app.jinja_env.globals["kept_is_shown"] = kept.is_shown
    app.add_url_rule("/", "home", _home)
    for pages in (*PAGES, kept.pages):
        app.register_blueprint(pages)
    install_api(app)
    return app


def _house(settings: IntakeWebSettings, examine: Examine) -> context.House:
    return context.House(
        closure_needs_approval=settings.closure_approval == "focal_point",
        own_fields=own_fields(settings.own_fields_file),
        undo=timedelta(seconds=settings.undo_seconds),
        slip_address=settings.slip_address or _plain_address(settings.public_url),
        push_hosts=settings.hosts_of_push if settings.push_contact else (),
        examine=examine,
    )


def _plain_address(public_url: str) -> str:
    """As a person types it."""
    return f"{public_url.removeprefix('https://').rstrip('/')}/look"


def _web_settings(settings: IntakeWebSettings) -> WebSettings:
    return WebSettings(
        name=settings.org,
        title=settings.org_name,
        secret_key=settings.secret_key,
        secure=settings.public_url.startswith("https://"),
        timezone=TIMEZONE,
        frame="layout.html",
        requests_a_minute=settings.requests_a_minute,
    )


def _access(database: Database, settings: IntakeWebSettings, hasher: Hasher) -> Access:
    def check_password(username: str, password: str) -> str:
        try:
            return staff.sign_in(database, username, password, hasher).username
        except staff.SignInRefused as refused:
            raise SignInRefused(wait=refused.seconds) from None

    def person(username: str) -> Person | None:
        member = staff.find_staff(database, username)
        return _person(member) if member else None

    return access_to(
        staff.accounts(database),
        settings,
        hasher,
        attempts=tables.sign_ins,
        check_password=check_password,
        person=person,
        holder_of_token=lambda token: staff.holder_of_token(database, token),
        note=lambda what, username: staff.note(database, what, username),
        stopped=lambda actor: saw(database, actor, Action.BRAKED),
        keep_form=kept.keep,
        password_lets_in=lambda username: settings.passwords == "everybody" or _is_admin(person(username)),
    )


def _is_admin(person: Person | None) -> bool:
    return person is not None and person.actor.looks_after_the_node


def _person(member: StaffMember) -> Person:
    sees_much = member.role in (Role.FOCAL_POINT, Role.ADMIN)
    actor = replace(member.actor, via=Via.PAGE)
    known = (member.username, member.display_name, actor, member.language)
    return Person(*known, sees_much, ROLES[member.role])


def _of_consent(missing: ConsentMissing) -> dict[str, str]:
    """Which field of the request the missing consent is about."""
    field = FIELD_OF.get(missing.code)
    return {field: missing.code} if field else {}


def _ask(database: Database) -> None:
    with database.reading() as tx:
        tx.execute(text("SELECT 1"))


def _listen(database: Database) -> None:
    beat = node.heartbeat(database)
    if beat is None or beat.seen_at < database.clock() - SILENT_FOR:
        raise TimeoutError


def _home() -> Response:
    """People who work with cases begin with the inbox, an auditor with the audit; an administrator has neither."""
    by = context.actor()
    first = "inbox.page" if by.sees_cases else "audit.page" if by.sees_the_audit else "directory.search"
    return redirect(url_for(first))
