"""Events published by the reporting service."""

from marshmallow import fields, validate

from shared.schemas import rules
from shared.schemas.registry import Event, event, wire


@event("reporting.counts_answered")
class CountsAnswered(Event):
    """What became of an organisation's counts of a quarter, by their revision; the same answer however often they come.

    ``answer`` is ``taken``, ``replaced`` (others stand, of the ``revision_held``, as high or higher), or why they were
    refused: ``newer_workbook``, ``period_closed``, ``period_not_begun``, or what in them cannot be
    right. ``workbook_in_force`` is the version to count by.
    """

    period: str = wire(fields.String(validate=validate.Regexp(r"^\d{4}-Q[1-4]$")))
    revision: int = wire(rules.number(1))
    answer: str = wire(rules.text(60))
    workbook_in_force: int = wire(rules.number(1))
    revision_held: int = wire(rules.number())
