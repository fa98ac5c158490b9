"""Who is asking: a session for pages, bearer tokens for the API, and no third way in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from shared.passkeys import Passkeys
from shared.second_factors import SecondFactors
from shared.sessions import Sessions
from shared.web.addresses import API
from shared.web.problems import Problem

View = TypeVar("View", bound=Callable[..., Any])
BEARER = "Bearer "


@dataclass(frozen=True)
class Person:
    """A member of staff as pages need to know them. ``actor`` is what the use cases take as ``by``, ``role`` a word.

    ``sees_much``: a code can be talked out of somebody, a passkey cannot; who sees much and has one must use it.
    """

    username: str
    display_name: str
    actor: Any
    language: str | None = None
    sees_much: bool = False
    role: object = ""


@dataclass(frozen=True)
class Identity(UserMixin):  # type: ignore[misc]
    """A person who is signed in; ``session`` is the token of this sign-in."""

    session: str
    person: Person

    @property
    def username(self) -> str:
        """The name to sign in with."""
        return self.person.username

    @property
    def display_name(self) -> str:
        """What colleagues call them."""
        return self.person.display_name

    @property
    def actor(self) -> Any:
        """As whom they act."""
        return self.person.actor

    @property
    def language(self) -> str | None:
        """The language that the person chose, if any."""
        return self.person.language

    def get_id(self) -> str:
        """What the cookie carries: the token of the session, not the person."""
        return self.session


class SignInRefused(Exception):
    """The name or the password is wrong, or it is too early to try again (``wait`` in seconds)."""

    def __init__(self, wait: int = 0) -> None:
        super().__init__("wait" if wait else "wrong_password")
        self.wait = wait


def _keep_nothing(_what: str, _username: str) -> None:
    """For a service that keeps no audit."""


@dataclass(frozen=True)
class Access:
    """How the service knows people.

    ``check_password(username, password)`` tells whose it is, or raises ``SignInRefused``. ``person(username)`` is
    None for somebody who is not there. ``actor_of_token(token)`` tells who sent a request to the API.
    ``owner_of_link(token)`` tells whose recovery link it is, and ``recover(token, password)`` uses it up: it sets the
    password, forgets the second factor and ends every session, or raises ``PasswordRefused``; both are None for a link
    that is none. ``change_password(username, password)`` sets it and ends every session, or raises the same.
    ``sessions`` are the sign-ins under way, ``half`` those that wait for ``second_factors`` or ``passkeys``, without
    which nobody comes in if ``second_factor_required``. ``note(what, username)`` keeps who came in, who could not, and
    who changed how they do: signed_in, sign_in_refused, signed_out, second_factor_set_up, recovery_codes_made,
    passkey_added, passkey_removed.
    """

    check_password: Callable[[str, str], str]
    person: Callable[[str], Person | None]
    actor_of_token: Callable[[str], Any | None]
    owner_of_link: Callable[[str], str | None]
    recover: Callable[[str, str], str | None]
    change_password: Callable[[str, str], None]
    sessions: Sessions
    half: Sessions
    second_factors: SecondFactors
    passkeys: Passkeys
    second_factor_required: bool = True
    note: Callable[[str, str], None] = _keep_nothing

    def load_user(self, token: str) -> Identity | None:
        """Whose session it is, as long as it lasts."""
        username = self.sessions.username(token)
        person = self.person(username) if username else None
        return Identity(token, person) if person else None


def public(view: View) -> View:
    """Open a view to everybody; all others need a sign-in or, below ``/api/``, a token."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def who() -> Identity | None:
    """The person signed in on this page, or None."""
    return current_user if isinstance(current_user._get_current_object(), Identity) else None  # noqa: SLF001


def actor() -> Any:
    """On whose behalf this request acts, as the use cases take it."""
    return g.actor if request.path.startswith(API) else current_user.actor


def install(app: Flask, access: Access) -> None:
    """Close the application to whoever is not known."""
    manager = LoginManager(app)
    manager.session_protection = None  # it would end the session whenever a phone changes its network
    manager.user_loader(access.load_user)

    @app.before_request
    def admit() -> Response | None:
        if _is_public(app):
            return None
        if request.path.startswith(API):
            g.actor = _actor_of_request(access)
            return None
        return None if who() else _to_sign_in()


def _is_public(app: Flask) -> bool:
    endpoint = request.endpoint or ""
    return endpoint.endswith("static") or getattr(app.view_functions.get(endpoint), "is_public", False)


def _actor_of_request(access: Access) -> Any:
    header = request.headers.get("Authorization", "")
    if not header.startswith(BEARER):
        raise Problem(401, "token_missing")
    found = access.actor_of_token(header.removeprefix(BEARER))
    if found is None:
        raise Problem(401, "token_unknown")
    return found


def _to_sign_in() -> Response:
    """Only the path is remembered: what stands behind the question mark may be about a person."""
    wanted = request.path if request.method == "GET" and request.path != "/" else None
    return redirect(url_for("sign_in", next=wanted))


def begin_session(access: Access, username: str) -> None:
    """Whoever sent this request is that person from now on. Nothing of before lives on, not even the cookie's id."""
    identity = access.load_user(access.sessions.begin(username))
    if identity is None:
        raise Problem(503, "busy")
    session.clear()
    login_user(identity)
    access.note("signed_in", username)


def end_session() -> None:
    """Nobody is signed in in the browser that sent the request."""
    logout_user()
    session.clear()
