"""Case conferences: put a case to others without a name, discuss it, agree on what is done, leave or end it."""

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.intake.domain import ConsentMissing
from services.intake.domain.telltale import KNOWN, Mark, pieces
from services.intake.usecases import conference_inviting as inviting
from services.intake.usecases import conference_thread as thread
from services.intake.usecases import conferences as use
from services.intake.usecases.cases import CaseFile, case_page
from services.intake.usecases.directory import search_directory
from services.intake.usecases.refusals import Conflict, Invalid
from services.intake.web.context import actor, database, organisation, partners
from services.intake.web.forms.choices import Choices
from services.intake.web.forms.conferences import CloseForm, InviteForm, OpenForm, WriteForm
from services.intake.web.forms.people import ConfirmForm
from services.intake.web.forms.team import TeamForm
from services.intake.web.kept import keep_so_far
from services.intake.web.once import once, refusals_shown_in
from services.intake.web.pages.asking import Question, ask
from services.intake.web.pages.render import REFUSED, page
from services.intake.web.words import sentence

conferences = Blueprint("conferences", __name__)


@conferences.get("/conferences")
def listing() -> str:
    """Ours, and those to which we are invited."""
    found = use.list_conferences(database(), actor())
    return render_template("conferences/list.html", found=found, now=database().clock())


@conferences.route("/cases/<uuid:case_id>/conferences/new", methods=["GET", "POST"])
def new(case_id: UUID) -> ResponseReturnValue:
    """Choose what leaves and to whom; look at exactly that; send it."""
    file, form = case_page(database(), case_id, actor()), OpenForm()
    try:
        known, consent = use.choosable(database(), case_id, str(form.once.data), actor())
    except (ConsentMissing, Conflict) as missing:
        why = missing.code if isinstance(missing, ConsentMissing) else missing.state
        return render_template("conferences/blocked.html", file=file, why=sentence(why))
    offers = search_directory(database())
    form.offer(
        known, {area for offer in offers for area in offer.areas}, _can_be_invited(consent.organisations)
    )
    if form.validate_on_submit() and request.form.get("go") in ("check", "send"):
        with refusals_shown_in(form):
            return _check(file, form)
    keep_so_far()
    return page("conferences/new.html", form, file=file, known=known)


def _can_be_invited(agreed_to: Collection[str]) -> Choices:
    found = [one for one in partners().values() if one.reachable and one.org != actor().org]
    return [(partner.org, partner.name) for partner in found if partner.org in agreed_to]


def _check(file: CaseFile, form: OpenForm) -> ResponseReturnValue:
    leaving = use.look(database(), file.case.id, form.given(), actor())
    if request.form.get("go") == "send":
        try:
            return once(form, lambda: _open(file, form))
        except Invalid as invalid:
            form.show(invalid.errors)
    keep_so_far()
    about = {"file": file, "leaving": leaving, **_marked(leaving.question, leaving.marks)}
    return render_template("conferences/check.html", form=form, **about), REFUSED if form.errors else 200


def _marked(text: str, found: Sequence[Mark]) -> dict[str, object]:
    """The text with its marks; what is known may not leave, what is suspicious waits for a tick."""
    return {
        "pieces": pieces(text, found),
        "may_leave": all(mark.why != KNOWN for mark in found),
        "suspicious": bool(found),
    }


def _open(file: CaseFile, form: OpenForm) -> str:
    conference = use.open_conference(database(), file.case.id, form.given(), actor())
    flash(_("The conference is open. What others write comes to this page."))
    return _on(conference.id)


def _on(conference_id: UUID) -> str:
    return url_for("conferences.show", conference_id=conference_id)


@conferences.get("/conferences/<uuid:conference_id>")
def show(conference_id: UUID) -> str:
    """The case as it was put, who takes part, what was said, and what was agreed."""
    found = thread.conference_page(database(), conference_id, actor())
    return render_template("conferences/page.html", found=found)


@conferences.route("/conferences/<uuid:conference_id>/invite", methods=["GET", "POST"])
def invite(conference_id: UUID) -> ResponseReturnValue:
    """One more organisation takes part from now on, and gets the case as it was put, which is shown."""
    found, form = thread.conference_page(database(), conference_id, actor()), InviteForm()
    try:
        agreed_to = inviting.who_may_be_invited(database(), conference_id, actor())
    except (ConsentMissing, Conflict) as missing:
        why = missing.code if isinstance(missing, ConsentMissing) else missing.state
        return render_template("conferences/not_now.html", found=found, why=sentence(why))
    form.organisation.choices = _can_be_invited(agreed_to)

    def act() -> str:
        inviting.invite(database(), conference_id, {"organisation": form.organisation.data}, actor())
        flash(_("It is invited, and all others are told."))
        return _on(conference_id)

    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, act)
    return page("conferences/invite.html", form, found=found)


@conferences.route("/conferences/<uuid:conference_id>/write", methods=["GET", "POST"])
def write(conference_id: UUID) -> ResponseReturnValue:
    """Write to all who take part; what is written is looked through first."""
    found, form = thread.conference_page(database(), conference_id, actor()), WriteForm()
    given = {"text": form.text.data, "sure": form.sure.data}
    return _say(
        found,
        form,
        "conferences/write.html",
        form.text.data or "",
        lambda: thread.write_message(database(), conference_id, given, actor()),
        _("It is on its way to all who take part."),
    )


@conferences.route("/conferences/<uuid:conference_id>/close", methods=["GET", "POST"])
def close(conference_id: UUID) -> ResponseReturnValue:
    """Close ours with what was agreed."""
    found, form = thread.conference_page(database(), conference_id, actor()), CloseForm()
    taking_part = (found.conference.org, *found.conference.others)
    form.offer([(org, organisation(org)) for org in taking_part])
    return _say(
        found,
        form,
        "conferences/close.html",
        form.written(),
        lambda: thread.close_conference(database(), conference_id, form.given(), actor()),
        _("The conference is closed. All who take part see what was agreed."),
    )


def _say(  # noqa: PLR0913, PLR0917 - what differs between the two pages
    found: thread.ConferencePage,
    form: WriteForm,
    template: str,
    written: str,
    do: Callable[[], object],
    done: str,
) -> ResponseReturnValue:
    conference_id = found.conference.id

    def act() -> str:
        do()
        flash(done)
        return _on(conference_id)

    marked: dict[str, object] = {"suspicious": False}
    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, act)
        marked = _marked(written, thread.look_through(database(), conference_id, written, actor()))
    return page(template, form, found=found, **marked)


@conferences.route("/conferences/<uuid:conference_id>/leave", methods=["GET", "POST"])
def leave(conference_id: UUID) -> ResponseReturnValue:
    """Take no part any more, on behalf of the organisation."""
    lead = _(
        "Your organisation takes no part any more. The others are told, and what was said is erased here. There is no "
        "way back in."
    )
    done = _("Your organisation has left. What was said is erased here.")
    question = _question(conference_id, _("Leave the conference"), lead)
    return ask(ConfirmForm(), question, lambda: _done(thread.leave_conference, conference_id, done))


@conferences.route("/conferences/<uuid:conference_id>/end", methods=["GET", "POST"])
def end(conference_id: UUID) -> ResponseReturnValue:
    """Have ours erased everywhere before its term."""
    lead = _(
        "What was told and said is erased here and by every organisation that takes part. When consent is withdrawn, "
        "this happens by itself."
    )
    done = _("It is erased here, and all who take part are told to erase it.")
    question = _question(conference_id, _("End it and erase it everywhere"), lead)
    return ask(ConfirmForm(), question, lambda: _done(thread.end_conference, conference_id, done))


def _question(conference_id: UUID, title: str, lead: str) -> Question:
    """Whether that is meant; raises NotFound for a conference that is not this actor's."""
    thread.conference_page(database(), conference_id, actor())
    return Question(title, (_on(conference_id), _("Back to the conference")), lead=lead, button=title)


def _done(do: Callable[..., None], conference_id: UUID, words: str) -> str:
    do(database(), conference_id, actor())
    flash(words)
    return _on(conference_id)


@conferences.route("/conferences/<uuid:conference_id>/team", methods=["GET", "POST"])
def team(conference_id: UUID) -> ResponseReturnValue:
    """Who works on one to which we are invited; focal points say so."""
    form = TeamForm(thread.conference_team(database(), conference_id, actor()))

    def act() -> str:
        thread.set_conference_team(database(), conference_id, form.members.data or [], actor())
        flash(_("It is noted who works on this."))
        return url_for("conferences.listing")  # to open it here would make it no news for those who are named

    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, act)
    return page("conferences/team.html", form, conference_id=conference_id)
