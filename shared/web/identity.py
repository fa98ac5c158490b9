"""Who is asking: sign-in by password for pages, bearer tokens for the API, and no third way in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from shared.web.addresses import API, local_path
from shared.web.forms import Form, PasswordField, StringField, SubmitField, at_most, required
from shared.web.problems import Problem

View = TypeVar("View", bound=Callable[..., Any])
BEARER = "Bearer "
LONGEST_PASSWORD = 1000  #: characters; longer ones would only cost time


@dataclass(frozen=True)
class Identity(UserMixin):  # type: ignore[misc]
    """A person who is signed in. ``actor`` is what the service's use cases take as ``by``.

    ``session`` is the token of this sign-in, ``language`` the one the person chose, if any.
    """

    session: str
    display_name: str
    actor: Any
    language: str | None = None

    def get_id(self) -> str:
        """What the cookie carries: the token of the session, not the person."""
        return self.session


class SignInRefused(Exception):
    """The name or the password is wrong, or it is too early to try again (``wait`` in seconds)."""

    def __init__(self, wait: int = 0) -> None:
        super().__init__("wait" if wait else "wrong_password")
        self.wait = wait


@dataclass(frozen=True)
class Access:
    """How the service knows people. ``shared.sessions`` keeps the tokens that it hands out.

    ``sign_in(username, password)`` begins a session and returns its token, or raises ``SignInRefused``.
    ``load_user(token)`` tells who it is as long as the session lasts. ``sign_out(token)`` ends it.
    ``actor_of_token(token)`` tells who sent a request to the API.
    """

    sign_in: Callable[[str, str], str]
    load_user: Callable[[str], Identity | None]
    sign_out: Callable[[str], None]
    actor_of_token: Callable[[str], Any | None]


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


class SignInForm(Form):
    """The two things that a sign-in asks for."""

    username = StringField(_l("User name"), [required(_l("Enter your user name.")), at_most(200)])
    password = PasswordField(
        _l("Password"), [required(_l("Enter your password.")), at_most(LONGEST_PASSWORD)]
    )
    submit = SubmitField(_l("Sign in"))


def install(app: Flask, access: Access) -> None:
    """Close the application, and give it its sign-in page."""
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

    _add_pages(app, access)


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


def _add_pages(app: Flask, access: Access) -> None:
    @app.route("/sign-in", methods=["GET", "POST"])
    @public
    def sign_in() -> Any:
        if who():
            return redirect("/")
        form = SignInForm()
        status = _try_to_sign_in(access, form) if form.validate_on_submit() else 200
        if status == 303:  # noqa: PLR2004 - HTTP's own number
            return redirect(local_path(request.args.get("next", "/")), code=status)
        return render_template("shared/sign_in.html", form=form), status

    @app.post("/sign-out")
    @public
    def sign_out() -> Response:
        if person := who():
            access.sign_out(person.session)
        logout_user()
        session.clear()
        return redirect(url_for("sign_in"), code=303)


def _try_to_sign_in(access: Access, form: SignInForm) -> int:
    """The status to answer with; a refusal says the same whether the name or the password is wrong."""
    try:
        token = access.sign_in(form.username.data or "", form.password.data or "")
    except SignInRefused as refused:
        form.form_errors.append(_why(refused))
        return 429 if refused.wait else 401
    person = access.load_user(token)
    if person is None:
        raise Problem(503, "busy")
    session.clear()  # nothing of before the sign-in lives on in it
    login_user(person)
    return 303


def _why(refused: SignInRefused) -> str:
    if not refused.wait:
        return str(_("The user name or the password is not right."))
    later = ngettext(
        "Too many attempts. Try again in %(num)d second.",
        "Too many attempts. Try again in %(num)d seconds.",
        refused.wait,
    )
    return str(later)
