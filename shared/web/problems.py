"""From an error to what is said about it: a page for people, problem+json (RFC 9457) for programs."""

import traceback
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, render_template, request
from flask_babel import lazy_gettext as _l
from flask_login import AnonymousUserMixin
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from shared.web.addresses import API

logger = structlog.get_logger()

Answer = Response | tuple[Response | str, int] | tuple[Response | str, int, dict[str, str]]

WORDS = {
    400: (_l("This could not be read"), _l("Go back, reload the page and try again.")),
    401: (_l("Sign in first"), _l("Your request named no valid sign-in. Sign in, or send a valid token.")),
    403: (_l("This is not open to you"), _l("If you need it for your work, ask your focal point.")),
    404: (_l("This page does not exist"), _l("Check the address, or begin again from the first page.")),
    405: (_l("This cannot be done here"), _l("Go back and use the buttons of the page.")),
    409: (_l("This has changed in the meantime"), _l("Reload the page to see where it stands now.")),
    413: (_l("This is too large"), _l("Send less at once.")),
    415: (
        _l("This kind of content is not understood"),
        _l("Send JSON, with the content type application/json."),
    ),
    422: (_l("Something is missing or not right"), _l("Check the fields named here and send it again.")),
    429: (_l("Please wait a moment"), _l("Too many attempts. Wait a little and try again.")),
    500: (
        _l("Something went wrong with us"),
        _l("Nothing was changed. Try again; if it stays, tell your administrator."),
    ),
    503: (
        _l("Not possible at this moment"),
        _l("The system is busy or being repaired. Try again in a minute."),
    ),
}  #: per status: what happened, and what to do next
TOO_OFTEN = _l(
    "Too many requests within one minute. Wait a minute, then reload this page: nothing you wrote is lost."
)


class Problem(Exception):
    """What is wrong with a request: a status, a code that programs can rely on, and what else to say.

    ``fields`` says per field which code or sentence is wrong with it; ``advice`` says what to do, where the status's
    own words do not; ``wait`` so many seconds until it is worth while to ask again; ``more`` joins the JSON as it is.
    """

    def __init__(
        self,
        status: int,
        code: str,
        *,
        fields: Mapping[str, Any] | None = None,
        advice: object = None,
        wait: int = 0,
        **more: Any,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.advice, self.wait = status, code, advice, wait
        self.fields, self.more = dict(fields or {}), more


ErrorTable = Mapping[type[Exception], Callable[[Any], Problem]]


def install(app: Flask, errors: ErrorTable) -> None:
    """Answer every error of the application, the service's own by its table."""
    app.register_error_handler(Problem, answer)
    app.register_error_handler(HTTPException, lambda error: answer(_from_http(error), _headers_of(error)))
    app.register_error_handler(OperationalError, _busy)
    for kind, problem in errors.items():
        app.register_error_handler(kind, lambda error, problem=problem: answer(problem(error)))


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Answer:
    """A page, or problem+json below ``/api/`` and at addresses for programs. A refusal is logged by its code."""
    if problem.status < 500:  # noqa: PLR2004 - HTTP's own border
        where = request.endpoint or "nowhere"
        logger.warning("request.refused", status=problem.status, code=problem.code, where=where)
    as_json = request.path.startswith(API) or request.path == "/openapi.json"
    body = _as_json(problem) if as_json else _as_page(problem)
    body.status_code = problem.status
    body.headers.update(headers or {})
    if problem.wait:
        body.headers["Retry-After"] = str(problem.wait)
    return body


def log(event: str, error: BaseException, **said: str) -> None:
    """Log an error by its class and the line of code it came from; its message may quote what it handled."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown"
    logger.error(event, error=type(error).__name__, where=where, **said)


def _as_json(problem: Problem) -> Response:
    title, advice = _words(problem)
    said: dict[str, Any] = {
        "type": f"urn:throughline:problem:{problem.code}",
        "title": str(title),
        "status": problem.status,
        "code": problem.code,
        "detail": str(advice),
        **({"errors": problem.fields} if problem.fields else {}),
        **problem.more,
    }
    challenge = {"WWW-Authenticate": "Bearer"} if problem.status == 401 else {}  # noqa: PLR2004 - HTTP's own number
    return Response(current_app.json.dumps(said), headers=challenge, mimetype="application/problem+json")


def _as_page(problem: Problem) -> Response:
    title, advice = _words(problem)
    return Response(render_template("shared/problem.html", title=title, advice=advice, status=problem.status))


def _words(problem: Problem) -> tuple[object, object]:
    known = 400 if problem.status < 500 else 500  # noqa: PLR2004 - HTTP's own border
    title, advice = WORDS.get(problem.status) or WORDS[known]
    return title, problem.advice or advice


def _from_http(error: HTTPException) -> Problem:
    """An error of the web machinery; a failed check of the API's arguments says which fields."""
    said = getattr(error, "data", None) or {}
    fields = {name: text for part in said.get("messages", {}).values() for name, text in part.items()}
    code = "invalid" if fields else error.name.lower().replace(" ", "_")
    return Problem(error.code or 500, code, fields=fields)


def _headers_of(error: HTTPException) -> dict[str, str]:
    return {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}


def _busy(error: OperationalError) -> Answer:
    log("request.failed", error)
    g._login_user = AnonymousUserMixin()  # noqa: SLF001 - to look up who it is would fail again
    return answer(Problem(503, "busy", wait=5))
