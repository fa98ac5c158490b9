"""What is written freely for a conference is looked through before it leaves."""

from collections.abc import Sequence
from typing import Any

from services.intake.domain.telltale import KNOWN, Mark
from services.intake.usecases.refusals import Invalid


def sure(name: str, found: Sequence[Mark], given: Any) -> None:
    """Raise Invalid for the field of that name: nothing known of the person may leave; what is suspicious, if sure."""
    if any(mark.why == KNOWN for mark in found):
        raise Invalid({name: "names_known"})
    if found and not given:
        raise Invalid({name: "names_suspected"})
