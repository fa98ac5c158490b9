"""What somebody here is told, and how; and how much waits for them, as a page asks for it that stays open."""

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.intake.usecases import notices as use
from services.intake.web import unread as live
from services.intake.web.context import actor, database
from services.intake.web.forms.notices import NoticesForm
from services.intake.web.once import once, refusals_shown_in
from services.intake.web.pages.render import page as shown
from shared.web.identity import not_a_use

notices = Blueprint("notices", __name__)


@notices.route("/notices", methods=["GET", "POST"])
def page() -> ResponseReturnValue:
    """What I am told, and how; what became of it, where the node writes itself."""
    told = use.how_told(database(), actor())
    form = NoticesForm(told.ways, actor())
    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, lambda: _choose(form))
    return shown("notices.html", form, told=told)


def _choose(form: NoticesForm) -> str:
    use.choose(database(), form.ways, actor())
    flash(_("It is noted how you want to be told."))
    return url_for("notices.page")


@notices.get("/inbox/unread")
@not_a_use
def unread() -> ResponseReturnValue:
    """How much waits, once; a script asks again."""
    return live.counted()


@notices.get("/inbox/unread/live")
@not_a_use
def unread_live() -> ResponseReturnValue:
    """How much waits, now and whenever it changes, as long as the session lasts; nothing where too many look."""
    return live.stream()
