"""What a person without an account sees with a printed code. It leaves no trace: no cookie, one address, no copy."""

import secrets
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request, send_from_directory, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, get_locale
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from services.intake.domain.slip import Slip
from services.intake.usecases import own_view as use
from services.intake.usecases.refusals import NotFound
from services.intake.web.context import database
from services.intake.web.own_labels import FOR_WHAT, STANDS
from shared.web import Problem, traceless
from shared.web.application import LEAVE_FOR
from shared.web.languages import LANGUAGES
from shared.web.sign_in import later, status_of

own = Blueprint("own", __name__)

EVERYBODY = "everybody"


def for_everybody() -> None:
    """Who has a code comes in, whoever they are; without one there is nothing to see."""


@own.route("/look", methods=["GET", "POST"])
@traceless
def look() -> ResponseReturnValue:
    """Everything happens at this one address, and all that is said is posted: nothing stands in a history."""
    token = request.form.get("visit", "")
    if request.form.get("go") == "leave":
        return _leave(token)
    slip = use.visited(database(), token) if token else None
    with force_locale(_language()):
        if slip:
            return _inside(token, slip)
        if "code" in request.form:
            return _enter()
        return _door(is_over=bool(token))


def _language() -> str:
    asked = request.form.get("language") or request.form.get("speaks", "")
    return asked if asked in LANGUAGES else str(get_locale())


def _enter() -> ResponseReturnValue:
    try:
        token, slip = use.begin_visit(database(), request.form["code"], request.form.get("form", ""))
    except use.CodeRefused as refused:
        said = later(refused.wait) if refused.wait else ""
        return _door(is_wrong=True, wait=said), status_of(refused.wait)
    with force_locale(_language() if request.form.get("speaks") else slip.language):
        return _page("own/view.html", token, view=use.own_view(database(), slip))


def _door(**about: Any) -> Response:
    return _page("own/door.html", form=secrets.token_urlsafe(16), **about)


def _inside(token: str, slip: Slip) -> Response:
    view, whom, done = use.own_view(database(), slip), request.form.get("whom", ""), False
    chosen = _of(whom)
    if whom == EVERYBODY or chosen in view.revocable:
        if request.form.get("go") == "ask":
            return _page("own/confirm.html", token, view=view, whom=whom, chosen=chosen)
        if request.form.get("go") == "withdraw":
            done = _withdraw(slip, chosen)
            view = use.own_view(database(), slip)
    return _page("own/view.html", token, view=view, done=done)


def _of(whom: str) -> UUID | None:
    try:
        return UUID(whom)
    except ValueError:
        return None


def _withdraw(slip: Slip, chosen: UUID | None) -> bool:
    try:
        use.withdraw(database(), slip, chosen)
    except NotFound:
        return False
    return True


def _leave(token: str) -> Response:
    """Over at once, and on to a page that says nothing: a form's answer must not redirect to another site itself."""
    use.end_visit(database(), token)
    answer = _page("own/left.html")
    answer.headers["Refresh"] = f"0;url={LEAVE_FOR}"
    return answer


def _page(template: str, visit: str = "", **about: Any) -> Response:
    """The page; what it shows goes from the screen by itself when the visit ends."""
    answer = make_response(render_template(template, visit=visit, stands=STANDS, for_what=FOR_WHAT, **about))
    if visit:
        seconds = int(use.IDLE.total_seconds())
        answer.headers["Refresh"] = f"{seconds};url={url_for('own.look')}"
    return answer


@own.get("/look.css")
@traceless
def style() -> Response:
    """Its look, which no browser keeps either."""
    return send_from_directory(Path(__file__).parents[1] / "static", "look.css")


@own.errorhandler(Problem)
@own.errorhandler(HTTPException)
@own.errorhandler(OperationalError)
def _went_wrong(error: Exception) -> ResponseReturnValue:
    """What cannot be read, or cannot be done now, is answered by a page that says as little."""
    status = getattr(error, "status", None) or getattr(error, "code", None) or 503
    return _page("own/left.html", went_wrong=True), status
