"""See referrals and answer them."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from services.intake.domain import Actor, Direction
from services.intake.usecases import holding, need_to_know
from services.intake.usecases import referrals as use
from services.intake.usecases.audit import who_looked
from services.intake.usecases.escalating import how_to_reach, who_else
from services.intake.usecases.moves import make_move
from services.intake.usecases.refusals import Conflict, NotFound
from services.intake.web.context import actor, database, house
from services.intake.web.forms.moves import MoveForm
from services.intake.web.forms.people import ConfirmForm
from services.intake.web.once import SEE_OTHER, once, refusals_shown_in
from services.intake.web.pages.render import page as shown
from services.intake.web.words import sentence
from shared.database import Database
from shared.schemas.life import Move, State

referrals = Blueprint("referrals", __name__)

MOVED_ON = _l("The referral has moved on in the meantime. Below is where it stands and what can be done now.")


@referrals.get("/referrals")
def search() -> str:
    """All referrals, narrowed down by direction, state and whether they are overdue."""
    direction, state, cursor = (request.args.get(name) or None for name in ("direction", "state", "cursor"))
    overdue = True if request.args.get("overdue") else None
    found, following = use.list_referrals(database(), actor(), direction, state, overdue, cursor)
    return render_template(
        "referrals/search.html", found=found, following=following, wanted=request.args, states=tuple(State)
    )


@referrals.get("/referrals/<uuid:referral_id>")
def page(referral_id: UUID) -> str:
    """One referral: where it stands, what was shared, what may be done, what happened."""
    file = use.referral_page(database(), referral_id, actor())
    came = file.referral.direction is Direction.IN
    team = need_to_know.referral_team(database(), referral_id, actor()) if came else None
    until = need_to_know.referral_open_until(database(), referral_id, actor())
    looks = who_looked(database(), referral_id, actor())
    return render_template(
        "referrals/page.html",
        file=file,
        team=team,
        open_until=until,
        looks=looks,
        who_else=who_else(database(), file.referral, actor()),
        reach=how_to_reach(database(), file.referral),
        form=ConfirmForm(),
    )


@referrals.route("/referrals/<uuid:referral_id>/moves/<move>", methods=["GET", "POST"])
def move(referral_id: UUID, move: str) -> ResponseReturnValue:
    """Make one move; the page asks for what must be said with it."""
    file = use.referral_page(database(), referral_id, actor())
    asked = _move(move)
    if asked is Move.FORWARD:
        return redirect(url_for("sharing.forward", referral_id=referral_id))
    form = MoveForm(asked)
    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, lambda: _make(referral_id, form))
    elif asked not in file.allowed:
        flash(MOVED_ON)
        return redirect(url_for("referrals.page", referral_id=referral_id))
    return shown("referrals/move.html", form, file=file)


def _move(code: str) -> Move:
    try:
        return Move(code)
    except ValueError:
        raise NotFound("move_not_found") from None


def _make(referral_id: UUID, form: MoveForm) -> str:
    try:
        moved = make_move(database(), referral_id, form.order(), actor(), house().undo)
    except Conflict:
        flash(MOVED_ON)
    else:
        if moved.held_until is None:
            flash(_("Done. The network will confirm it."))
    return url_for("referrals.page", referral_id=referral_id)


@referrals.post("/referrals/<uuid:referral_id>/undo")
def undo(referral_id: UUID) -> ResponseReturnValue:
    """Undo one's own last word, which has not left yet."""
    return _with_what_waits(referral_id, holding.undo, _("Undone. Nobody has seen it."))


@referrals.post("/referrals/<uuid:referral_id>/send-now")
def send_now(referral_id: UUID) -> ResponseReturnValue:
    """Let it leave at once."""
    return _with_what_waits(referral_id, holding.send_now, _("It is on its way."))


def _with_what_waits(
    referral_id: UUID, do: Callable[[Database, UUID, Actor], None], done: str
) -> ResponseReturnValue:
    try:
        do(database(), referral_id, actor())
    except Conflict as conflict:
        flash(sentence(conflict.state))
    else:
        flash(done)
    return redirect(url_for("referrals.page", referral_id=referral_id), SEE_OTHER)
