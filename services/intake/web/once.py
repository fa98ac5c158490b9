"""A form that is sent twice has one effect: the second time leads where the first one led."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import redirect, request
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from services.intake.domain import ConsentMissing
from services.intake.usecases.idempotency import Answer, answer_once
from services.intake.usecases.refusals import Conflict, Invalid
from services.intake.web.context import actor, database, working_in
from services.intake.web.forms.base import StoringForm
from services.intake.web.kept import forget
from services.intake.web.words import sentence
from shared.database import Database

SEE_OTHER = 303


def once(form: StoringForm, do: Callable[[], str]) -> Response:
    """Do what the form asks for, and go on to the address that ``do`` returns. It carries ids only."""

    def within(open_one: Database) -> Answer:
        with working_in(open_one):
            return Answer(SEE_OTHER, do())

    key = f"page:{form.once.data}"
    answer = answer_once(database(), actor().username, key, _digest(), within)
    forget()
    return redirect(answer.body, SEE_OTHER)


def _digest() -> str:
    said = sorted(item for item in request.form.items(multi=True) if item[0] != "csrf_token")
    came = [(name, _fingerprint(file)) for name, file in request.files.items(multi=True)]
    said_here = [request.path, *(f"{name}={value}" for name, value in (*said, *came))]
    return hashlib.sha256("\n".join(said_here).encode()).hexdigest()


def _fingerprint(file: FileStorage) -> str:
    file.stream.seek(0)
    return f"{file.filename} {hashlib.file_digest(file.stream, 'sha256').hexdigest()}"  # type: ignore[arg-type]


@contextmanager
def refusals_shown_in(form: StoringForm) -> Iterator[None]:
    """What the use case refuses is said at the form's fields, and nothing that was typed is lost."""
    try:
        yield
    except Invalid as invalid:
        form.show(invalid.errors)
    except ConsentMissing as missing:
        form.form_errors.append(sentence(missing.code))
    except Conflict as conflict:
        form.form_errors.append(sentence(conflict.state))
