"""Who has a printed code, for tests: make one, enter it, or be refused."""

from typing import Any

import pytest

from services.intake.domain import Person
from services.intake.tests.node import WORKER, Node
from services.intake.usecases.own_view import (
    CodeRefused,
    begin_visit,
)
from services.intake.usecases.slips import Made, make_slip
from shared.clock import new_id

WISHED = {"wished": True, "language": "ru", "shown": "help", "lasts": "7"}


def made(node: Node, person: Person, **given: Any) -> Made:
    return make_slip(node.database, person.id, WISHED | given, WORKER)


def enters(node: Node, code: str, form: str | None = None) -> str:
    """The token of the visit."""
    return begin_visit(node.database, code, form or str(new_id()))[0]


def cannot_enter(node: Node, code: str, form: str | None = None) -> int:
    """For how many seconds one has to wait."""
    with pytest.raises(CodeRefused) as refused:
        enters(node, code, form)
    return refused.value.wait
