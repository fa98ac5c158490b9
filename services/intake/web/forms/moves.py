"""Move a referral on: what each move asks for, and no more."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from flask_babel import to_utc
from wtforms import DateTimeLocalField

from services.intake.usecases.moves import MoveOrder
from services.intake.web.forms import choices
from services.intake.web.forms.base import StoringForm
from shared.schemas.life import REASONS, Move, needs
from shared.web.forms import Optional, RadioField, TextAreaField, at_most, required

ENDINGS = frozenset({Move.COMPLETE, Move.COMPLETE_IN_PART, Move.FAIL})  #: have an outcome to tell
MISSED = ("did_not_attend", "person_unreachable", "person_declined", "safety_risk", "other")
REASONS_FOR = {
    Move.WAITLIST: ("no_capacity", "insufficient_information", "other"),
    Move.NOT_ATTENDED: MISSED,
    Move.HOLD: (*MISSED, "no_capacity", "insufficient_information"),
    Move.CANCEL: (
        "person_declined",
        "person_unreachable",
        "duplicate",
        "safety_risk",
        "consent_withdrawn",
        "other",
    ),
}  #: those that make sense with the move; every reason where none are named


class MoveForm(StoringForm):
    """What must or may be said with a move; its fields differ from move to move."""

    fields_of: ClassVar = {}

    reason = RadioField(_l("Reason"), [required(_l("Choose a reason."))])
    scheduled_for = DateTimeLocalField(_l("When?"), [required(_l("Enter the day and the time."))])
    outcome = TextAreaField(_l("What was achieved?"), [Optional(), at_most(2000)])
    note = TextAreaField(_l("Message to the other organisation"), [at_most(2000)])

    def __init__(self, move: Move) -> None:
        super().__init__()
        self.move = move
        self.reason.choices = choices.coded("reason", REASONS_FOR.get(move, REASONS))
        for name in {"reason", "scheduled_for"} - needs(move):
            del self[name]
        if move not in ENDINGS:
            del self["outcome"]
        if "note" in needs(move):
            self.note.validators = [required(_l("Write what you want to say.")), at_most(2000)]
            self.note.flags.required = True

    def order(self) -> MoveOrder:
        """What was said, as ``make_move`` takes it."""
        names = ("reason", "note", "outcome", "scheduled_for")
        said: dict[str, Any] = {name: self[name].data or None for name in names if name in self}
        if isinstance(at := said.get("scheduled_for"), datetime):
            said["scheduled_for"] = to_utc(at).replace(tzinfo=UTC)
        return MoveOrder(self.move, **said)
