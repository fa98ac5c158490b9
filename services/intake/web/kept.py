"""What somebody wrote and left, or had written when their session was over: in the form again when they are back."""

from flask import Blueprint, current_app, flash, g, redirect, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from services.intake.usecases.kept_forms import forget_form, keep_form, kept_form
from services.intake.web.context import actor, database
from shared.web.addresses import local_path

NOT_KEPT = frozenset({"csrf_token"})
SEE_OTHER = 303

pages = Blueprint("kept", __name__)


def keep(username: str) -> bool:
    """Keep the form that this request sent, if it is one that stores something."""
    if "once" not in request.form or not _can_be_shown(request.path):
        return False
    fields = {name: values for name, values in request.form.lists() if name not in NOT_KEPT}
    return keep_form(database(), username, request.path, fields)


def keep_so_far() -> None:
    """Keep what was written on one page of several: whoever leaves finds it here again, on whatever machine."""
    if request.method == "POST":
        keep(actor().username)


def _can_be_shown(path: str) -> bool:
    try:
        current_app.url_map.bind("").match(path, "GET")
    except HTTPException:
        return False
    return True


def kept_fields() -> MultiDict[str, str] | None:
    """What waits for the person who asks for this page, read once in a request."""
    if "kept_fields" not in g:
        found = kept_form(database(), actor().username, request.path) if request.method == "GET" else None
        g.kept_fields = MultiDict(found) if found else None
    fields: MultiDict[str, str] | None = g.kept_fields
    return fields


def is_shown() -> bool:
    """Whether the page shows what was kept."""
    return g.get("kept_fields") is not None


def forget() -> None:
    """What was kept of the form that was sent now is stored."""
    forget_form(database(), actor().username, request.path)


@pages.post("/kept/forget")
def throw_away() -> Response:
    """Begin the form anew."""
    path = local_path(request.form.get("path", "/"))
    forget_form(database(), actor().username, path)
    flash(_("It was thrown away."))
    return redirect(path, SEE_OTHER)
