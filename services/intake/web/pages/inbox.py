"""What somebody here should look at first."""

from flask import Blueprint, render_template

from services.intake.usecases import referrals as use
from services.intake.web.context import actor, database

inbox = Blueprint("inbox", __name__)


@inbox.get("/inbox")
def page() -> str:
    """What waits for our answer, what is answered, what is overdue on either side."""
    return render_template("inbox.html", inbox=use.inbox(database(), actor()))
