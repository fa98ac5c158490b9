"""Call people of ours by a mail that says nothing: the node knows whom, the hub's notices know how."""

from collections.abc import Collection
from uuid import UUID

from services.intake.storage import staff as staff_rows
from services.intake.storage.deputies import deputies_of
from shared.database import Transaction
from shared.messaging.scribe import PACK_RECEIVED
from shared.messaging.topology import from_node
from shared.schemas.intake import PeopleCalled


def call_everybody(tx: Transaction, *, urgent: bool) -> None:
    """Something waits for whoever of us sees cases; an ``urgent`` call is not braked."""
    _call(tx, [], urgent=urgent)


def call_members(tx: Transaction, usernames: Collection[str], *, urgent: bool) -> None:
    """Something waits for these, and for who stands in for them; for everybody where none of them can be reached."""
    members, usernames = staff_rows.list_staff(tx), {*usernames, *deputies_of(tx, usernames)}
    named = [m.id for m in members if m.username in usernames and m.active and m.email and m.actor.sees_cases]
    _call(tx, named, urgent=urgent)


def _call(tx: Transaction, contact_ids: list[UUID], *, urgent: bool) -> None:
    called = PeopleCalled(contact_ids=contact_ids, urgent=urgent)
    tx.outbox.publish(tx, called, to=from_node(tx.outbox.sender), subject="people", awaits=PACK_RECEIVED)
