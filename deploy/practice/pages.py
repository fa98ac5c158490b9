"""The facilitator's pages, among the hub's: the others' answers, the clock, role sheets, and a debriefing."""

from pathlib import Path
from uuid import UUID

from flask import Blueprint, Flask, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deploy.demo.organisations import PASSWORD
from deploy.practice.acts import acts
from deploy.practice.practice import Practice
from deploy.practice.roles import QUESTIONS, ROLES
from services.intake import web as intake_web
from services.intake.usecases.own_view import NO_FIELDS
from services.intake.web.audit_labels import ACTIONS
from services.intake.web.labels import FIELDS
from services.intake.web.labels import ROLES as STAFF_ROLES
from services.intake.web.own_labels import STANDS
from shared.web import Problem

HOURS = (1, 8, 24, 72)
SEE_OTHER = 303


pages = Blueprint("practice", __name__, template_folder="templates")


def install(app: Flask, practice: Practice) -> None:
    """Add them for whoever is signed in there, with their own sentences and those of a node's fields."""
    catalogues = app.extensions["catalogues"]
    catalogues.packages += (Path(str(intake_web.__file__)).parent, Path(__file__).parent)
    app.extensions["practice"] = practice
    app.register_blueprint(pages)


def _practice() -> Practice:
    found: Practice = current_app.extensions["practice"]
    return found


@pages.get("/practice")
def page() -> str:
    """What waits at the others, the clock, and where everybody goes."""
    now, waiting = _practice().clock(), _practice().waiting()
    known = {"nodes": _practice().plan.nodes, "password": PASSWORD, "hours": HOURS}
    return render_template(
        "practice/page.html", now=now, waiting=waiting, overdue=_practice().overdue, **known
    )


@pages.post("/practice/clock")
def clock() -> ResponseReturnValue:
    """Let time pass."""
    hours = request.form.get("hours", "")
    if hours not in map(str, HOURS):
        raise Problem(422, "unknown_code")
    _practice().pass_time(int(hours))
    return redirect(url_for("practice.page"), SEE_OTHER)


@pages.post("/practice/<org>/<uuid:referral_id>")
def answer(org: str, referral_id: UUID) -> ResponseReturnValue:
    """Let another organisation answer."""
    question = _("Which language does the person speak?")
    try:
        _practice().answer(org, referral_id, request.form.get("move", ""), question)
    except LookupError:
        raise Problem(404, "not_there") from None
    return redirect(url_for("practice.page"), SEE_OTHER)


@pages.get("/practice/roles")
def roles() -> str:
    """For those who play somebody, to print."""
    return render_template("practice/roles.html", roles=ROLES)


@pages.get("/practice/debriefing")
def debriefing() -> str:
    """What was done and when, what was overdue, what was shared with whom, the whole way, and what to talk about."""
    names = {node.org: node.about.name for node in _practice().plan.nodes}
    said = {"names": names, "fields": FIELDS, "no_fields": NO_FIELDS, "questions": QUESTIONS}
    found = _practice().debriefing()
    way = acts(_practice().plan.nodes, _practice().network.databases, found)
    words = {"actions": ACTIONS, "stands": STANDS, "roles": STAFF_ROLES}
    known = {"found": found, "overdue": _practice().overdue, "way": way}
    return render_template("practice/debriefing.html", **known, **words, **said)
