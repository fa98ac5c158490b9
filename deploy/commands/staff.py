"""``throughline user``: who signs in at a node, and the coordinators at the hub."""

from typing import Annotated

import typer

from deploy.composition import open_database, web_of
from deploy.console import err, fail, show_json
from services.intake.usecases.refusals import Conflict, Invalid, NotFound
from services.intake.usecases.staff import NewStaff, add_staff, issue_token
from services.reporting.usecases import staff as coordinators
from shared.database import Database
from shared.passwords import LONGEST, SHORTEST

app = typer.Typer(help="People who sign in, and tokens for programs.", no_args_is_help=True)
Username = Annotated[str, typer.Argument(help="The name to sign in with.")]
PASSWORD = "Password"  # noqa: S105 - the prompt
WHY = {
    "too_short": f"the password must have at least {SHORTEST} characters",
    "too_long": f"the password must have at most {LONGEST} characters",
    "too_common": "the password would be guessed soon: take several words that do not belong together",
    "username_taken": "there is somebody of that name: choose another",
    "not_an_email_address": "the mail address is none",
    **dict.fromkeys(
        ("username_wrong", "not_a_username"),
        "the name must be of small letters, digits, dots and hyphens, and begin with a letter or a digit",
    ),
}  #: what is wrong, and so what to do, by the code of a refusal


@app.command("add")
def add(
    username: Username,
    *,
    role: Annotated[str, typer.Option(help="case_worker, focal_point, admin, or coordinator (at the hub).")],
    name: Annotated[str, typer.Option(help="Shown to colleagues.")] = "",
    email: Annotated[str | None, typer.Option(help="Where notices go.")] = None,
    language: Annotated[str, typer.Option(help="en, ru, be or uk.")] = "en",
) -> None:
    """Add somebody; the password is asked for, never given on the command line."""
    password = typer.prompt(PASSWORD, hide_input=True, confirmation_prompt=True)
    try:
        if role == "coordinator":
            shown = name or username
            coordinators.add_coordinator(
                _reporting(), username, password, display_name=shown, language=language
            )
        else:
            new = NewStaff(username, password, role, name or username, email, language)
            database, org = _intake()
            add_staff(database, new, org=org)
    except Invalid as invalid:
        fail("not added: " + "; ".join(_why(code, field) for field, code in invalid.errors.items()))
    except Conflict as conflict:
        fail(f"not added: {_why(conflict.state)}")
    except coordinators.StaffRefused as refused:
        fail(f"not added: {_why(refused.code)}")
    err.print(f"{username} can sign in now.")


@app.command("token")
def token(
    username: Username,
    *,
    coordinator: Annotated[bool, typer.Option(help="A coordinator at the hub.")] = False,
) -> None:
    """Make a token of the API; it is shown once."""
    try:
        made = (
            coordinators.issue_token(_reporting(), username)
            if coordinator
            else issue_token(_intake()[0], username)
        )
    except (NotFound, coordinators.StaffRefused):
        fail(f"there is no {username}: add somebody with throughline user add")
    show_json({"username": username, "token": made})


def _why(code: str, field: str = "it") -> str:
    return WHY.get(code, f"{field} was refused ({code}): see throughline user add --help")


def _intake() -> tuple[Database, str]:
    web = web_of("intake")
    return open_database("intake", web.database_url, sender=web.sender, keys=web.keys), web.sender


def _reporting() -> Database:
    web = web_of("reporting")
    return open_database("reporting", web.database_url, sender=web.sender)
