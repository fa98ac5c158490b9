"""Who is asking: a session for pages, bearer tokens for the API, and no third way in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from shared.api_tokens import Holder, TokenEnded
from shared.oidc.organisation import Organisation
from shared.passkeys import Passkeys
from shared.second_factors import SecondFactors
from shared.sessions import Sessions
from shared.web.addresses import API
from shared.web.brake import Brake
from shared.web.gate import CHANGING, check_form
from shared.web.problems import Problem

View = TypeVar("View", bound=Callable[..., Any])
BEARER = "Bearer "
IS_OPEN = "throughline.is_open"  #: of the application: whether a session's pages are open
IN_COOKIE = "_user_id"  #: where the library keeps the session's token


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
    is_locked: bool = False

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


def _keep_no_form(_username: str) -> bool:
    """For a service where nobody writes for long."""
    return False


def _everybody(_username: str) -> bool:
    """For a service where a password is a way in for all."""
    return True


@dataclass(frozen=True)
class Access:
    """How the service knows people.

    ``check_password(username, password)`` tells whose it is, or raises ``SignInRefused``. ``person(username)`` is
    None for somebody who is not there. ``holder_of_token(token)`` tells who asks the API, or raises TokenEnded.
    ``owner_of_link(token)`` tells whose recovery link it is, and ``recover(token, password)`` uses it up: it sets the
    password, forgets a second factor that is lost and ends every session, or raises ``PasswordRefused``; both are None
    for a link that is none. ``change_password(username, password)`` sets it and ends every session, or raises the same.
    ``sessions`` are the sign-ins under way, ``half`` those that wait for ``second_factors`` or ``passkeys``, without
    which nobody comes in if ``second_factor_required``. ``note(what, username)`` keeps who came in, who could not, and
    who changed how they do: signed_in (by the password alone, or while the second step was set up), signed_in_by_code,
    signed_in_by_recovery_code, signed_in_by_passkey, signed_in_elsewhere (with the organisation's account alone),
    sign_in_refused, second_step_refused (of somebody who was known before), signed_out, locked, unlocked,
    second_factor_set_up, recovery_codes_made, passkey_added, passkey_removed, account_connected. ``stopped(actor)``
    keeps that somebody asked too often, by page or API. ``keep_form(username)`` keeps the form that this request sent
    for that person, who shall find it when they are back, and says whether.
    ``password_lets_in(username)`` says whether the right password does. ``organisation`` is the way in with an
    organisation's account, or None where there is none.
    """

    check_password: Callable[[str, str], str]
    person: Callable[[str], Person | None]
    holder_of_token: Callable[[str], Holder | None]
    owner_of_link: Callable[[str], str | None]
    recover: Callable[[str, str], str | None]
    change_password: Callable[[str, str], None]
    sessions: Sessions
    half: Sessions
    second_factors: SecondFactors
    passkeys: Passkeys
    note: Callable[[str, str], None]
    stopped: Callable[[Any], None]
    second_factor_required: bool = True
    keep_form: Callable[[str], bool] = _keep_no_form
    password_lets_in: Callable[[str], bool] = _everybody
    organisation: Organisation | None = None

    def load_user(self, token: str, *, is_used: bool = True) -> Identity | None:
        """Whose session it is, as long as it lasts."""
        found = self.sessions.under_way(token, is_used=is_used)
        person = self.person(found.username) if found else None
        return Identity(token, person, found.is_locked) if found and person else None


def public(view: View) -> View:
    """Open a view to everybody; all others need a sign-in or, below ``/api/``, a token."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def traceless(view: View) -> View:
    """Open a view to everybody, and let it leave nothing in the browser: no cookie is set, and none is asked for.

    Its forms carry what they need themselves: nothing that a browser adds by itself lets anybody in.
    """
    view.is_traceless = True  # type: ignore[attr-defined]
    return public(view)


def for_the_locked(view: View) -> View:
    """Open a view also to somebody who has locked their pages."""
    view.is_for_the_locked = True  # type: ignore[attr-defined]
    return view


def not_a_use(view: View) -> View:
    """A view that a page asks for by itself: the session ends as if nobody had asked."""
    view.is_no_use = True  # type: ignore[attr-defined]
    return view


def costly(view: View) -> View:
    """A view whose answer takes long to work out: one request for it counts as several."""
    view.is_costly = True  # type: ignore[attr-defined]
    return view


def looks_up(view: View) -> View:
    """A view whose form asks for what is to be shown and tells nothing, so that the page may close itself."""
    view.is_to_look_up = True  # type: ignore[attr-defined]
    return view


def who() -> Identity | None:
    """The person signed in on this page, or None."""
    return current_user if isinstance(current_user._get_current_object(), Identity) else None  # noqa: SLF001


def me() -> Identity:
    """The person signed in on this page, which is for nobody else."""
    person = who()
    if person is None:
        raise Problem(401, "token_missing")
    return person


def actor() -> Any:
    """On whose behalf this request acts, as the use cases take it."""
    return g.actor if request.path.startswith(API) else current_user.actor


def install(app: Flask, access: Access, brake: Brake) -> None:
    """Close the application to whoever is not known, and stop whoever asks too often."""
    manager = LoginManager(app)
    manager.session_protection = None  # it would end the session whenever a phone changes its network
    manager.user_loader(lambda token: access.load_user(token, is_used=not is_marked(app, "is_no_use")))
    app.extensions[IS_OPEN] = lambda token: _is_open(access, token)

    @app.before_request
    def admit() -> Response | None:
        if is_marked(app, "is_public"):
            return None
        if request.path.startswith(API):
            holder = _holder_of_request(access)
            g.actor = holder.by
            brake.count(g.actor, costly=is_marked(app, "is_costly"))
            if holder.reads_only and request.method in CHANGING and not is_marked(app, "is_to_look_up"):
                raise Problem(403, "token_reads_only")
            return None
        person = who()
        if person and (not person.is_locked or is_marked(app, "is_for_the_locked")):
            if not is_marked(app, "is_no_use"):
                brake.count(person.actor, costly=is_marked(app, "is_costly"))
            return None
        return _to_the_door(access, person)


def _is_open(access: Access, token: str) -> bool:
    """Whether the session is under way, its pages are not locked, and its person is still there."""
    person = access.load_user(token, is_used=False)
    return person is not None and not person.is_locked


def is_marked(app: Flask, mark: str) -> bool:
    """Whether this request's view is; static files bear every mark."""
    endpoint = request.endpoint or ""
    return endpoint.endswith("static") or getattr(app.view_functions.get(endpoint), mark, False)


def _holder_of_request(access: Access) -> Holder:
    header = request.headers.get("Authorization", "")
    if not header.startswith(BEARER):
        raise Problem(401, "token_missing")
    try:
        found = access.holder_of_token(header.removeprefix(BEARER))
    except TokenEnded:
        raise Problem(401, "token_ended") from None
    if found is None:
        raise Problem(401, "token_unknown")
    return found


def _to_the_door(access: Access, person: Identity | None) -> Response:
    """Only the path is remembered: what stands behind the question mark may be about a person.

    What was written in a form is kept for the person whose session is locked, or over by itself.
    """
    is_read = request.method == "GET" and request.path != "/"
    wanted = request.path if is_read or _is_kept(access, person) else None
    return redirect(url_for("unlock" if person else "sign_in", next=wanted))


def _is_kept(access: Access, person: Identity | None) -> bool:
    if request.method != "POST":
        return False
    username = person.username if person else access.sessions.owner_of_one_over(session.get(IN_COOKIE, ""))
    if username is None:
        return False
    check_form()
    return access.keep_form(username)


def begin_session(access: Access, username: str, how: str = "signed_in") -> None:
    """Whoever sent this request is that person from now on. Nothing of before lives on, not even the cookie's id.

    ``how`` they came in is one of what ``Access.note`` keeps.
    """
    identity = access.load_user(access.sessions.begin(username))
    if identity is None:
        raise Problem(503, "busy")
    session.clear()
    login_user(identity)
    access.note(how, username)


def end_session() -> None:
    """Nobody is signed in in the browser that sent the request."""
    logout_user()
    session.clear()
