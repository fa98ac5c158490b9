"""Take in what nodes contribute and what the referral service says, a whole batch at a time."""

from datetime import timedelta
from typing import Any

from services.reporting.domain.observing import Observed, merge_all, moments_of
from services.reporting.storage import metadata
from services.reporting.storage.contributed import Contribution, keep_contributions
from services.reporting.storage.observed import keep_observed
from services.reporting.usecases.contributing import answer_all, contribution_in, newest
from shared.database import Transaction
from shared.messaging.delivery import Batch
from shared.messaging.errors import Refused
from shared.messaging.message import HUB, Message
from shared.messaging.receipts import confirm_receipt
from shared.messaging.registers import hear_register
from shared.schemas.codes import RUNGS
from shared.schemas.intake import CountsContributed
from shared.schemas.referral import DirectoryPublished, Moved, Overdue


def hear(tx: Transaction, batch: Batch, *, open_for: timedelta) -> None:
    """Keep what is new in a batch, in two statements, and say that it is here; a repeat had its effect when it was new.

    ``open_for`` is how long after its end a period takes contributions.
    """
    observed: list[Observed] = []
    contributed: list[Contribution] = []

    def take(message: Message) -> None:
        if isinstance(message.event, CountsContributed):
            contributed.append(contribution_in(tx, message.sender, message.event, open_for=open_for))
        else:
            observed.extend(_observed(message))
        if isinstance(message.event, DirectoryPublished):
            hear_register(tx, metadata, message.event.register)

    batch.each(batch.fresh, take)
    keep_observed(tx, merge_all(observed))
    keep_contributions(tx, newest(contributed))
    answer_all(tx, batch)
    confirm_receipt(tx, batch, by="reporting")


def _observed(message: Message) -> list[Observed]:
    event: Any = message.event
    if message.sender != HUB:
        raise Refused("not_from_hub")
    if isinstance(event, DirectoryPublished):
        return []
    return [_of_overdue(event) if isinstance(event, Overdue) else _of_move(event)]


def _of_overdue(event: Overdue) -> Observed:
    """Its first flag counts; the ladder's last rung is the coordinators' own, who see how many there are."""
    flag: dict[str, Any] = {f"{event.level}_overdue_at": event.flagged_at}
    if event.rung == RUNGS[-1]:
        flag["escalated_at"] = event.flagged_at
    return Observed(event.referral_id, event.service_type, event.urgency, **flag)


def _of_move(event: Moved) -> Observed:
    moments: dict[str, Any] = {**moments_of(event.move, event.state, event.recorded_at)}
    return Observed(
        event.referral_id,
        event.service_type,
        event.urgency,
        number=event.number,
        state=event.state,
        reply_by=event.reply_by,
        **moments,
    )
