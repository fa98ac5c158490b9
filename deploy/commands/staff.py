"""``throughline user``: who signs in at a node, and the coordinators at the hub."""

import secrets
from datetime import timedelta
from typing import Annotated, NoReturn

import typer

from deploy.commands.services import key_must_fit
from deploy.composition import WebComposition, web_of
from deploy.console import err, fail, out, show, show_json
from deploy.told import PasswordFile, told_password
from services.intake.usecases import staff as people
from services.intake.usecases.at_rest import accept_key
from services.intake.usecases.refusals import Conflict, Invalid
from services.intake.usecases.staff import NewStaff, add_staff
from services.reporting.usecases import staff as coordinators
from shared import passwords
from shared.accounts import Accounts
from shared.api_tokens import LONGEST, LONGEST_PURPOSE, YEAR, Terms
from shared.database import Database
from shared.oidc.bindings import SubjectTaken, subject_sha256
from shared.schema_version import is_newest
from shared.texts import is_text

app = typer.Typer(help="People who sign in, and tokens for programs.", no_args_is_help=True)
Username = Annotated[str, typer.Argument(help="The name to sign in with.")]
Coordinator = Annotated[bool, typer.Option("--coordinator", help="A coordinator at the hub.")]
WHY = {
    "too_short": f"the password must have at least {passwords.SHORTEST} characters",
    "too_long": f"the password must have at most {passwords.LONGEST} characters",
    "too_common": "the password would be guessed soon: take several words that do not belong together",
    "username_taken": "there is somebody of that name: choose another",
    "not_an_email_address": "the mail address is none",
    **dict.fromkeys(
        ("username_wrong", "not_a_username"),
        "the name must be of small letters, digits, dots and hyphens, and begin with a letter or a digit",
    ),
}  #: what is wrong, and so what to do, by the code of a refusal


@app.command("add")
def add(  # noqa: PLR0913 - a person has that many facts
    username: Username,
    *,
    role: Annotated[
        str, typer.Option(help="case_worker, focal_point, admin, auditor, or coordinator (at the hub).")
    ],
    name: Annotated[str, typer.Option(help="Shown to colleagues.")] = "",
    email: Annotated[str | None, typer.Option(help="Where notices go.")] = None,
    language: Annotated[str, typer.Option(help="en, ru, be or uk.")] = "en",
    password_file: PasswordFile = None,
    link: Annotated[
        bool, typer.Option("--link", help="Print a link by which they choose a password.")
    ] = False,
) -> None:
    """Add somebody; the password is asked for, read from a file, or chosen by themselves through a link."""
    password = secrets.token_urlsafe(32) if link else told_password(password_file, is_new=True)
    try:
        if role == "coordinator":
            shown = name or username
            coordinators.add_coordinator(
                _database("reporting"), username, password, display_name=shown, language=language
            )
        else:
            new = NewStaff(username, password, role, name or username, email, language)
            add_staff(_database("intake"), new, org=web_of("intake").sender)
    except Invalid as invalid:
        fail("not added: " + "; ".join(_why(code, field) for field, code in invalid.errors.items()))
    except Conflict as conflict:
        fail(f"not added: {_why(conflict.state)}")
    except coordinators.StaffRefused as refused:
        fail(f"not added: {_why(refused.code)}")
    err.print(f"{username} can sign in now, and sets up the second step at the first sign-in.")
    if link:
        _print_link(username, coordinator=role == "coordinator")


def first(username: str, *, role: str, language: str, flag: str) -> None:
    """Add the first person and print a link; another link, if a command that was broken off had added them."""
    coordinator = role == "coordinator"
    list_staff = coordinators.list_staff if coordinator else people.list_staff
    there = [one.username for one in list_staff(_database("reporting" if coordinator else "intake"))]
    if username in there:
        _print_link(username, coordinator=coordinator)
    elif there:
        fail(f"there are people in that database already: give one of them as {flag}, such as {there[0]}")
    else:
        add(username, role=role, language=language, link=True)


def not_a_username(name: str) -> str:
    """What is wrong with a name to sign in with; empty for nothing."""
    return "" if people.USERNAME.fullmatch(name) else WHY["not_a_username"]


def not_a_language(code: str) -> str:
    """What is wrong with a language of the pages; empty for nothing."""
    return "" if code in people.LANGUAGES else f"it must be one of: {', '.join(people.LANGUAGES)}"


@app.command("list")
def list_all(
    *,
    coordinator: Coordinator = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Everybody who signs in, and those who no longer do."""
    database = _database("reporting" if coordinator else "intake")
    rows = (
        [
            {"username": one.username, "role": "coordinator", "name": one.display_name, "active": one.active}
            for one in coordinators.list_staff(database)
        ]
        if coordinator
        else [
            {"username": one.username, "role": str(one.role), "name": one.display_name, "active": one.active}
            for one in people.list_staff(database)
        ]
    )
    show(rows, title="People who sign in", as_json=as_json)


@app.command("disable")
def disable(username: Username, *, coordinator: Coordinator = False) -> None:
    """Let somebody in no longer: sessions end at once, and tokens open nothing."""
    if not _accounts(coordinator=coordinator).set_active(username, active=False):
        _unknown(username)
    err.print(
        f"{username} is signed out and cannot sign in. What they worked on waits: a focal point assigns it."
    )


@app.command("enable")
def enable(username: Username, *, coordinator: Coordinator = False) -> None:
    """Let somebody in again."""
    if not _accounts(coordinator=coordinator).set_active(username, active=True):
        _unknown(username)
    err.print(f"{username} can sign in again.")


@app.command("reset-totp")
def reset_totp(username: Username, *, coordinator: Coordinator = False) -> None:
    """Forget somebody's second step: it is set up anew at the next sign-in. Sessions end at once."""
    if not _accounts(coordinator=coordinator).reset_second_factor(username):
        _unknown(username)
    err.print(f"{username} sets up the second step anew at the next sign-in.")


@app.command("bind")
def bind(
    username: Username,
    *,
    subject: Annotated[
        str, typer.Option(help="What the organisation's provider calls them: sub, never a mail address.")
    ],
    coordinator: Coordinator = False,
) -> None:
    """Let an account of the organisation's provider open somebody's account here, and no other one any more."""
    issuer = _web(coordinator=coordinator).settings.oidc_issuer
    if not issuer:
        fail("not connected: set THROUGHLINE_OIDC_ISSUER and what goes with it first")
    try:
        if not _accounts(coordinator=coordinator).connect(username, subject_sha256(issuer, subject)):
            _unknown(username)
    except SubjectTaken:
        fail("not connected: that account opens somebody else's here; throughline user unbind ends that")
    err.print(f"{username} can sign in with that account of the organisation.")


@app.command("unbind")
def unbind(username: Username, *, coordinator: Coordinator = False) -> None:
    """Let no account of the organisation's provider open somebody's account here. Sessions end at once."""
    if not _accounts(coordinator=coordinator).disconnect(username):
        fail(f"no account of the organisation opens that of {username}")
    err.print(f"{username} is signed out, and no account of the organisation opens theirs.")


@app.command("recovery-link")
def recovery_link(
    username: Username,
    *,
    lost_second_step: Annotated[
        bool,
        typer.Option(
            "--lost-second-step",
            help="Telephone, passkeys and recovery codes are lost, too: all are set up anew.",
        ),
    ] = False,
    coordinator: Coordinator = False,
) -> None:
    """Print a link for a new password: it works once, and for an hour. Hand it over yourself."""
    _print_link(username, coordinator=coordinator, lost=lost_second_step)


def _print_link(username: str, *, coordinator: bool, lost: bool = False) -> None:
    token = _accounts(coordinator=coordinator).recovery_link(username, second_factor_lost=lost)
    if token is None:
        _unknown(username)
    out.print(f"{_web(coordinator=coordinator).settings.public_url.rstrip('/')}/recover/{token}")


@app.command("token")
def token(
    username: Username,
    *,
    purpose: Annotated[
        str, typer.Option("--for", help="What it is for, as the list of tokens says it.")
    ] = "",
    days: Annotated[
        int, typer.Option(min=1, max=LONGEST.days, help="How long it opens something.")
    ] = YEAR.days,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="It changes nothing, whatever its owner may do.")
    ] = False,
    coordinator: Coordinator = False,
) -> None:
    """Make a token of the API; it is shown once, and opens what its owner may see until its end."""
    if len(purpose) > LONGEST_PURPOSE or not is_text(purpose):
        fail(f"what it is for must be text of at most {LONGEST_PURPOSE} characters")
    issued = _accounts(coordinator=coordinator).issue_token(
        username, Terms(purpose, timedelta(days=days), read_only)
    )
    if issued is None:
        _unknown(username)
    made, kept = issued
    show_json(
        {
            "username": username,
            "token": made,
            "id": kept.id,
            "ends_at": kept.ends_at,
            "read_only": kept.reads_only,
        }
    )


@app.command("tokens")
def tokens(
    *,
    coordinator: Coordinator = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Every token of the API that was not revoked, the next to end first; what opens something is not shown."""
    rows = [
        {
            "id": one.id,
            "username": one.username,
            "for": one.purpose,
            "made": one.issued_at,
            "ends": one.ends_at,
            "read_only": one.reads_only,
        }
        for one in _accounts(coordinator=coordinator).list_tokens()
    ]
    show(rows, title="Tokens of the API", as_json=as_json)


@app.command("revoke-token")
def revoke_token(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="As the list of tokens says it.")],
    *,
    coordinator: Coordinator = False,
) -> None:
    """End a token at once: whoever has it gets no answer any more."""
    revoked = _accounts(coordinator=coordinator).revoke_token(token_id)
    if revoked is None:
        fail(f"no token has the id {token_id}: see throughline user tokens")
    err.print(f"That token of {revoked.username} opens nothing any more.")


def _unknown(username: str) -> NoReturn:
    fail(f"there is no {username}: see throughline user list, or add somebody with throughline user add")


def _why(code: str, field: str = "it") -> str:
    return WHY.get(code, f"{field} was refused ({code}): see throughline user add --help")


def _accounts(*, coordinator: bool) -> Accounts:
    if coordinator:
        return coordinators.accounts(_database("reporting"))
    return people.accounts(_database("intake"))


def _web(*, coordinator: bool) -> WebComposition:
    return web_of("reporting" if coordinator else "intake")


def _database(service: str) -> Database:
    web = web_of(service)
    if not is_newest(f"services.{service}", web.database_url):
        fail(f"its database is new, or of an older version: run throughline migrate {service} first")
    database = web.open_database()
    if service == "intake":
        with key_must_fit(web.settings.key_file):
            accept_key(database)
    return database
