"""Call people of ours by a mail or a push that says nothing: the node knows whom, the hub's notices know how."""

from collections.abc import Collection

from services.intake.storage import staff as staff_rows
from services.intake.storage.deputies import deputies_of
from services.intake.usecases.notices import people_called
from shared.database import Transaction


def call_everybody(tx: Transaction, *, urgent: bool) -> None:
    """Something waits for whoever of us sees cases; an ``urgent`` call is not braked."""
    people_called(tx, [], urgent=urgent)


def call_members(tx: Transaction, usernames: Collection[str], *, urgent: bool) -> None:
    """Something waits for these, and for who stands in for them; for everybody where none of them can be reached."""
    members, usernames = staff_rows.list_staff(tx), {*usernames, *deputies_of(tx, usernames)}
    named = [m for m in members if m.username in usernames and m.active and m.actor.sees_cases]
    people_called(tx, named, urgent=urgent)
