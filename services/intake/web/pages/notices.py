"""What somebody here is told, how, and in which browsers; and how much waits for them, for a page that stays open."""

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.intake.usecases import notices as use
from services.intake.usecases import push
from services.intake.usecases.refusals import Invalid, NotFound
from services.intake.web import unread as live
from services.intake.web.context import actor, database, house
from services.intake.web.forms.notices import NoticesForm
from services.intake.web.once import SEE_OTHER, once, refusals_shown_in
from services.intake.web.pages.render import page as shown
from services.intake.web.words import sentence
from shared.web.identity import not_a_use

notices = Blueprint("notices", __name__)


@notices.route("/notices", methods=["GET", "POST"])
def page() -> ResponseReturnValue:
    """What I am told, and how; what became of it, where the node writes itself, and by push."""
    told = use.how_told(database(), actor())
    pushed = push.how_pushed(database(), actor()) if house().push_hosts else None
    form = NoticesForm(told.ways, actor(), pushed.kinds if pushed else None)
    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, lambda: _choose(form))
    push_key = push.application_key(database()) if pushed else None
    return shown("notices.html", form, told=told, push=pushed, push_key=push_key)


def _choose(form: NoticesForm) -> str:
    use.choose(database(), form.ways, actor(), by_push=form.pushes)
    flash(_("It is noted how you want to be told."))
    return url_for("notices.page")


@notices.post("/notices/push")
def subscribe() -> ResponseReturnValue:
    """Tell me in this browser from now on: a script has asked it where."""
    if not house().push_hosts:
        raise NotFound("push_is_off")
    given = {name: request.form.get(name) for name in ("endpoint", "p256dh", "auth")}
    try:
        push.subscribe(database(), given, actor(), house().push_hosts)
    except Invalid as refused:
        return _back(" ".join(map(sentence, sorted(set(refused.errors.values())))))
    return _back(_("This browser tells you from now on."))


@notices.post("/notices/push/<uuid:subscription_id>/remove")
def unsubscribe(subscription_id: UUID) -> ResponseReturnValue:
    """Tell me nothing in that browser any more."""
    push.unsubscribe(database(), subscription_id, actor())
    return _back(_("That browser tells you nothing any more."))


def _back(said: str) -> ResponseReturnValue:
    flash(said)
    return redirect(url_for("notices.page"), SEE_OTHER)


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
