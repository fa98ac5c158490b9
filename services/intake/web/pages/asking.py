"""A question page that needs no template of its own: its title, its form, its button, and where it leads back to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.intake.usecases.cases import CaseFile
from services.intake.web.forms.base import StoringForm
from services.intake.web.once import once, refusals_shown_in
from services.intake.web.pages.render import page

Back = tuple[str, str]  #: an address, and what the way there is called


@dataclass(frozen=True)
class Question:
    """What the page says around its form: ``parts`` are headings before fields, ``limits`` attributes of inputs.

    Those ``folded``, by name, stand under a line that opens. ``inline`` puts short answers on one line; ``mark``
    says at each field whether it may stay empty.
    """

    title: str
    back: Back
    lead: str = ""
    button: str = ""
    about: str = ""
    parts: dict[str, str] = field(default_factory=dict)
    limits: dict[str, dict[str, Any]] = field(default_factory=dict)
    folded: tuple[str, ...] = ()
    inline: bool = False
    mark: bool = True
    skip: Back | None = None


def back_to_case(file: CaseFile) -> Back:
    """The way back to the page of the case."""
    return url_for("casework.page", case_id=file.case.id), _("Back to the case")


def ask(form: StoringForm, question: Question, do: Callable[[], str]) -> ResponseReturnValue:
    """Show the form, or do what it asks for and go on to the address that ``do`` returns."""
    if form.validate_on_submit():
        with refusals_shown_in(form):
            return once(form, do)
    return page("casework/form.html", form, question=question, here=request.path)
