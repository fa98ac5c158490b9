"""Climb the ladder of an overdue referral: whose turn it is, who of us is called, and who else could help."""

from collections.abc import Collection

from services.intake.domain import Actor, Direction, Offer, Referral
from services.intake.storage import directory as directory_rows
from services.intake.storage import need_to_know
from services.intake.usecases.calling import call_members
from services.intake.usecases.ledger import Entry
from shared.database import Database, Transaction
from shared.schemas.referral import Overdue

EMERGENCY = "emergency"
OFFERED = 3  #: other organisations, on a page


def climb(tx: Transaction, entry: Entry, flag: Overdue) -> None:
    """Take in that a deadline passed, or that the ladder's next rung has come; an older word is no news.

    The hub knows organisations, we know whom of us it concerns: those who work on it are called by us.
    """
    known = entry.row["rung_at"]
    entry.stands(entry.standing.overdue(flag.level))
    if known is not None and known > flag.flagged_at:
        return
    climbed = {"rung": flag.rung, "next_rung": flag.next_rung, "next_rung_at": flag.next_at}
    entry.row |= climbed | {"rung_at": flag.flagged_at}
    still = entry.standing.overdue_acknowledgement or entry.standing.overdue_reply
    if still and known != flag.flagged_at:
        _call(tx, entry, flag)


def _call(tx: Transaction, entry: Entry, flag: Overdue) -> None:
    ours = {Direction.IN: "assignee", Direction.OUT: "sender"}[entry.standing.direction]
    if flag.rung == ours:
        call_members(tx, _who_works_on(tx, entry), urgent=flag.urgency == EMERGENCY)


def _who_works_on(tx: Transaction, entry: Entry) -> Collection[str]:
    if entry.row["person_id"] is not None:
        return need_to_know.file_team(tx, entry.row["person_id"])
    return need_to_know.referral_team(tx, entry.row["parent_id"] or entry.row["id"])


def how_to_reach(database: Database, referral: Referral) -> str | None:
    """What the other organisation's directory entry says of how the service is reached."""
    with database.reading() as tx:
        offers = directory_rows.list_offers(tx, referral.service_type)
    return next((o.contact for o in offers if o.org == referral.other_org and o.contact), None)


def who_else(database: Database, referral: Referral, by: Actor) -> list[Offer]:
    """Who else could help, for an overdue emergency that we sent: open, reachable, one offer of each organisation."""
    if not referral.overdue or referral.urgency != EMERGENCY or referral.direction is not Direction.OUT:
        return []
    with database.reading() as tx:
        offers = directory_rows.list_offers(tx, referral.service_type)
    able = [offer for offer in offers if offer.reachable and offer.status == "open"]
    others = {offer.org: offer for offer in able if offer.org not in (by.org, referral.other_org)}
    return list(others.values())[:OFFERED]
