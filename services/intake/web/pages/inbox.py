"""What somebody here should look at first."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.intake.usecases import need_to_know
from services.intake.usecases import referrals as use
from services.intake.usecases.due import due_today
from services.intake.usecases.kept_forms import begun
from services.intake.web.context import actor, database, display_name, today, waits
from services.intake.web.forms.people import ConfirmForm
from services.intake.web.once import SEE_OTHER

inbox = Blueprint("inbox", __name__)


@inbox.get("/inbox")
def page() -> str:
    """What was opened in an emergency, what is due today, what waits for our answer, what is answered or overdue."""
    return render_template(
        "inbox.html",
        inbox=use.inbox(database(), actor()),
        in_a_section=use.IN_A_SECTION,
        today=due_today(database(), actor(), today()),
        openings=need_to_know.unreviewed_openings(database(), actor()),
        display_name=display_name,
        form=ConfirmForm(),
        begun=begun(database(), actor().username),
        waits=waits(),
    )


@inbox.get("/inbox/waiting")
def waiting() -> str:
    """All that waits for our answer, soonest due first, a page at a time."""
    found, following = use.what_waits(database(), actor(), request.args.get("after") or None)
    return render_template("waiting.html", found=found, following=following)


@inbox.post("/inbox/openings/<uuid:opening_id>/reviewed")
def reviewed(opening_id: UUID) -> ResponseReturnValue:
    """A focal point has looked into a case that was opened in an emergency."""
    need_to_know.review_opening(database(), opening_id, actor())
    flash(_("It is noted that you looked into it."))
    return redirect(url_for("inbox.page"), SEE_OTHER)
