"""Puts a web process together: one Flask application that is closed until something is opened."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Flask
from flask_bootstrap import Bootstrap5
from werkzeug.wsgi import get_input_stream

from shared.settings import REQUESTS_A_MINUTE
from shared.web import (
    account,
    gate,
    headers,
    health,
    identity,
    languages,
    lock,
    organisation_account,
    passkey_pages,
    password,
    problems,
    recovery,
    second_factor,
    sign_in,
    sign_out_there,
    watching,
)
from shared.web.brake import Brake
from shared.web.files import FilesInMemory, read_past
from shared.web.identity import Access

LARGEST_BODY = 1_000_000  #: bytes of a request (security, section 6)
LEAVE_FOR = "https://www.wikipedia.org/"  #: where "leave this page" leads: a page that says nothing of us


@dataclass(frozen=True)
class WebSettings:
    """What a web process needs to know about itself.

    ``name`` names its cookies: several processes may stand on one host. ``title`` stands in the header, as
    it is. ``secure`` is true wherever people reach it through TLS. Pages show moments in ``timezone``. ``frame`` is
    the template of the application's own pages, so that the account's pages stand in it too. In ``practice``
    every page says that it is. Nobody is answered more than ``requests_a_minute``.
    """

    name: str
    title: object
    secret_key: str = field(repr=False)
    secure: bool = True
    timezone: str = "UTC"
    leave_for: str = LEAVE_FOR
    frame: str = "shared/base.html"
    practice: bool = False
    requests_a_minute: int = REQUESTS_A_MINUTE


def make_app(
    import_name: str,
    *,
    settings: WebSettings,
    access: Access,
    errors: problems.ErrorTable | None = None,
    checks: Mapping[str, Callable[[], object]] | None = None,
) -> Flask:
    """An application whose pages need a sign-in and whose ``/api/`` needs a token, unless marked ``public``.

    ``errors`` says for each of the service's exceptions which problem it is. ``checks`` are what ``/health``
    asks: each returns when all is well, and raises when it is not.
    """
    app = _Application(import_name)
    app.config.from_mapping(_configuration(settings))
    app.register_blueprint(_shared_files())
    Bootstrap5(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["site"] = settings
    watching.install(app)
    languages.install(app, timezone=settings.timezone, secure=settings.secure)
    problems.install(app, errors or {})
    identity.install(app, access, Brake(settings.requests_a_minute, access.stopped))
    for pages in (
        sign_in,
        second_factor,
        passkey_pages,
        account,
        sign_out_there,
        password,
        recovery,
        lock,
        organisation_account,
    ):
        pages.install(app, access)
    gate.install(app)
    health.install(app, checks or {})
    headers.install(app, secure=settings.secure)
    return app


class _Application(Flask):
    """Logs an unforeseen error by its class and place, never by its message, and reads what was sent to its end."""

    request_class = FilesInMemory

    def wsgi_app(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Only then it answers: who is still sending hears of a link that broke, and a proxy says so in our place."""
        sent = environ["wsgi.input"] = get_input_stream(environ)  # which ends where the request does
        answer = super().wsgi_app(environ, start_response)
        read_past(sent)
        return answer

    def log_exception(self, exc_info: Any) -> None:
        """Libraries quote what they handled in their messages, so these are not logged."""
        problems.log("request.failed", exc_info[1])


def _configuration(settings: WebSettings) -> dict[str, object]:
    cookie = f"session-{settings.name}"
    return {
        "DEBUG": False,  # whatever a variable of Flask's own says
        "SECRET_KEY": settings.secret_key,
        "SESSION_COOKIE_NAME": f"__Host-{cookie}" if settings.secure else cookie,
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Strict",
        "MAX_CONTENT_LENGTH": LARGEST_BODY,
        "SEND_FILE_MAX_AGE_DEFAULT": 3600,
        "BOOTSTRAP_SERVE_LOCAL": True,
        "WTF_CSRF_CHECK_DEFAULT": False,  # the gate asks for the token itself, in its order
        "WTF_CSRF_TIME_LIMIT": None,  # it lives as long as the session
        "WTF_CSRF_SSL_STRICT": False,  # it asks for a Referer, and our pages send none
    }


def _shared_files() -> Blueprint:
    return Blueprint(
        "shared", __name__, template_folder="templates", static_folder="static", static_url_path="/shared"
    )
