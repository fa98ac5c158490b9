"""Take in what nodes contribute and what the referral service says, a whole batch at a time."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from services.reporting.domain.coverage import Offer
from services.reporting.domain.observing import Observed, merge_all, moments_of
from services.reporting.domain.regions import home, region_of
from services.reporting.storage import metadata
from services.reporting.storage.contributed import Contribution, keep_contributions
from services.reporting.storage.decisions import rules_in_force
from services.reporting.storage.directory import homes_of, keep_directory
from services.reporting.storage.masked import is_masked
from services.reporting.storage.observed import keep_observed
from services.reporting.usecases.contributing import answer_all, contribution_in, newest
from services.reporting.usecases.masking import HEARD, hear_masked, say_masking
from shared.database import Transaction
from shared.messaging.delivery import Batch
from shared.messaging.errors import Refused
from shared.messaging.message import HUB, Message
from shared.messaging.receipts import confirm_receipt
from shared.messaging.registers import hear_register
from shared.schemas.codes import RUNGS
from shared.schemas.intake import CountsContributed, Service
from shared.schemas.referral import DirectoryPublished, Moved, Overdue


def hear(tx: Transaction, batch: Batch, *, open_for: timedelta) -> None:
    """Keep what is new in a batch, in two statements, and say that it is here; a repeat had its effect when it was new.

    ``open_for`` is how long after its end a period takes contributions.
    """
    told: list[Moved | Overdue] = []
    contributed: list[Contribution] = []

    def take(message: Message) -> None:
        if isinstance(message.event, CountsContributed):
            if not is_masked(tx, message.event.period):  # what we are not to see is not kept, for nobody
                contributed.append(contribution_in(tx, message.sender, message.event, open_for=open_for))
        elif not isinstance(message.event, HEARD):
            told.extend(_told(message))
        if isinstance(message.event, DirectoryPublished):
            hear_register(tx, metadata, message.event.register)
            _take_directory(tx, message.event)
            if rules_in_force(tx).masked_from:
                say_masking(tx)

    batch.each(batch.fresh, take)
    keep_observed(tx, merge_all(_observed(tx, told)))
    keep_contributions(tx, newest(contributed))
    answer_all(tx, batch)
    hear_masked(tx, batch, open_for=open_for)
    confirm_receipt(tx, batch, by="reporting")


def _told(message: Message) -> list[Moved | Overdue]:
    event: Any = message.event
    if message.sender != HUB:
        raise Refused("not_from_hub")
    return [] if isinstance(event, DirectoryPublished) else [event]


def _observed(tx: Transaction, told: Sequence[Moved | Overdue]) -> list[Observed]:
    """With the regions where both organisations are at home; the organisations themselves are forgotten here."""
    orgs = {org for event in told for org in (event.from_org, event.to_org)}
    homes = homes_of(tx, orgs) if orgs else {}
    return [
        Observed(
            event.referral_id,
            event.service_type,
            event.urgency,
            from_region=homes.get(event.from_org),
            to_region=homes.get(event.to_org),
            **(_of_overdue(event) if isinstance(event, Overdue) else _of_move(event)),
        )
        for event in told
    ]


def _take_directory(tx: Transaction, event: DirectoryPublished) -> None:
    offered = {one.org: [_offer(service) for service in one.services] for one in event.organisations}
    at_home = {
        org: home(region for offer in offers for region in offer.regions) for org, offers in offered.items()
    }
    keep_directory(
        tx, event.directory_version, at_home, [offer for offers in offered.values() for offer in offers]
    )


def _offer(service: Service) -> Offer:
    regions = dict.fromkeys(region for area in service.areas if (region := region_of(area)))
    return Offer(service.service_type, tuple(regions), is_open=service.status == "open")


def _of_overdue(event: Overdue) -> dict[str, Any]:
    """Its first flag counts; the ladder's last rung is the coordinators' own, who see how many there are."""
    flag: dict[str, Any] = {f"{event.level}_overdue_at": event.flagged_at}
    return flag | ({"escalated_at": event.flagged_at} if event.rung == RUNGS[-1] else {})


def _of_move(event: Moved) -> dict[str, Any]:
    return {
        "number": event.number,
        "state": event.state,
        "acknowledge_by": event.acknowledge_by,
        "reply_by": event.reply_by,
        **moments_of(event.move, event.state, event.recorded_at, event.reason),
    }
