"""The empty screen: a page that only shows something closes itself when nobody has done anything on it for long.

For a service whose pages are about people; figures may stay on a screen. A page to write on stays as well: what is
written there is kept if it is sent too late, and would be gone if the page closed.
"""

from flask import Flask, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from shared.sessions import IDLE
from shared.web.identity import is_marked, not_a_use, public, who
from shared.web.sign_in import wanted


def install(app: Flask) -> None:
    """Add the page, and tell browsers when to go there by themselves: no script is needed, nor that we are reached."""
    app.add_url_rule("/closed", "closed", public(not_a_use(_closed)))

    @app.after_request
    def close_later(response: Response) -> Response:
        if response.status_code == 200 and response.mimetype == "text/html" and _only_shows(app):  # noqa: PLR2004 - OK
            after = int(IDLE.total_seconds())
            response.headers["Refresh"] = f"{after};url={url_for('closed', next=request.path)}"
        return response


def _only_shows(app: Flask) -> bool:
    rule = request.url_rule
    if rule is None or is_marked(app, "is_public"):
        return False
    is_to_write = "POST" in (rule.methods or ()) and not is_marked(app, "is_to_look_up")
    return not is_to_write and who() is not None


def _closed() -> ResponseReturnValue:
    """On to the sign-in; only where other pages have kept it from being over, this page says that it is closed."""
    person = who()
    if person is None or person.is_locked:
        return redirect(url_for("unlock" if person else "sign_in", next=wanted()))
    return render_template("shared/closed.html", wanted=wanted(), minutes=int(IDLE.total_seconds() // 60))
