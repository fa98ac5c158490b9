"""What this node told of its counts, as it left or was masked, what was answered, and the activities of a quarter."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.intake.storage.counts_sent import Sent
from services.intake.usecases import counts_told as use
from services.intake.web.context import actor, database
from services.intake.web.counts_labels import ANSWERS, WRONG
from services.intake.web.forms.counts import ActivitiesForm
from services.intake.web.once import once, refusals_shown_in
from services.intake.web.pages.render import page as shown
from services.intake.web.words import word
from shared.schemas.workbook import CONTRIBUTED, OF_ACTIVITIES
from shared.web.labels import COUNTED, ROSTERS_REFUSED

counts = Blueprint("counts", __name__)
DIMENSIONS = {table.name: table.dimensions for table in (*CONTRIBUTED, OF_ACTIVITIES)}


@counts.route("/counts", methods=["GET", "POST"])
def page() -> ResponseReturnValue:
    """By quarter and revision, and a form to note activities."""
    form = ActivitiesForm(use.open_quarters(database()))
    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, lambda: _note(form))
    sent = use.sent_counts(database(), actor())
    told = {"masked_from": use.masked_from(database()), "rosters": use.newest_rosters(database())}
    noted = {quarter: use.noted_activities(database(), quarter) for quarter in use.open_quarters(database())}
    return shown(
        "counts.html",
        form,
        sent=sent,
        tables=_tables,
        answer=_answer,
        noted=noted,
        refused=ROSTERS_REFUSED,
        **told,
    )


def _note(form: ActivitiesForm) -> str:
    counted = {"prevention": form.prevention.data, "awareness": form.awareness.data}
    use.note_activities(database(), form.period.data, counted, actor())
    flash(_("Noted. It is told with the next counts."))
    return url_for("counts.page")


def _answer(sent: Sent) -> str:
    return str(ANSWERS.get(sent.answer or "", WRONG))


def _tables(cells: Iterable[Mapping[str, Any]]) -> Mapping[str, Sequence[tuple[str, int]]]:
    """By the title of a table, its cells in words and how many there are."""
    found: dict[str, list[tuple[str, int]]] = {}
    for cell in cells:
        name, codes = cell["table"], cell["codes"]
        words = [word(kind, code) for kind, code in zip(DIMENSIONS[name], codes, strict=True)]
        found.setdefault(str(COUNTED[name]), []).append((" · ".join(words), cell["count"]))
    return found
