"""Is everything well? What the node finds when it looks at itself, for whoever looks after it."""

from flask import Blueprint, render_template

from services.intake.usecases import well_being as use
from services.intake.web.context import actor, database, house

well_being = Blueprint("well_being", __name__)


@well_being.get("/node")
def page() -> str:
    """Each check with what to do; what is worst stands first."""
    return render_template("node.html", found=use.well_being(database(), house().examine, actor()))
