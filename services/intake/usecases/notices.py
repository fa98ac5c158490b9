"""How each of us wants to be told that something waits; and telling us ourselves, where the node has a mail server."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.intake.domain import Action, Actor, Direction
from services.intake.storage import notices as rows
from services.intake.storage import push as push_rows
from services.intake.storage import staff as staff_rows
from services.intake.storage.notice_tables import notices as tables
from services.intake.storage.push_tables import push_wishes, pushed
from services.intake.storage.staff import StaffMember
from services.intake.usecases import audit
from services.intake.usecases.checks import checked, code
from services.intake.usecases.refusals import NotPermitted
from shared.database import Database, Transaction
from shared.messaging.scribe import PACK_RECEIVED
from shared.messaging.topology import from_node
from shared.notices.contacts import erase_organisations
from shared.notices.hearing import Fact, call, fact_of_move, keep, keep_contacts
from shared.notices.keeping import forget_what_is_over
from shared.notices.kinds import EMERGENCY, INSTANT, NEVER, About, of_overdue, way
from shared.notices.saying import Channel
from shared.notices.sending import Rules
from shared.notices.sending import send_due as send_all_due
from shared.notices.tables import NoticeTables
from shared.schemas.codes import NOTICE_GROUPS, NOTICE_WAYS
from shared.schemas.intake import ContactsChanged, PeopleCalled
from shared.schemas.referral import NumberedMove, Overdue

WISHES = dict.fromkeys(NOTICE_GROUPS, code(NOTICE_WAYS))


@dataclass(frozen=True)
class Told:
    """How somebody is told, by kind; and what a node told them that does so itself: how many in which state."""

    ways: Mapping[str, str]
    has_address: bool
    by_us: bool
    counts: Mapping[str, int] = field(default_factory=dict)
    last_mail: datetime | None = None


def how_told(database: Database, by: Actor) -> Told:
    """For whoever sees cases; raises NotPermitted."""
    _require(by)
    with database.reading() as tx:
        said = rows.wishes_of_all(tx).get(by.username)
        ways = {kind: way(said, kind, supervisor=by.sees_every_case) for kind in NOTICE_GROUPS}
        member = staff_rows.find_staff(tx, by.username)
        if member is None or not member.email:
            return Told(ways, has_address=False, by_us=rows.tells_itself(tx))
        counts, last = rows.told(tx, member.id), rows.last_mail(tx, member.id)
        return Told(ways, has_address=True, by_us=rows.tells_itself(tx), counts=counts, last_mail=last)


def choose(
    database: Database, ways: Mapping[str, Any], by: Actor, *, by_push: Collection[str] | None = None
) -> None:
    """Be told like this from now on; raises NotPermitted, Invalid. ``by_push`` are the kinds to be told of so too.

    A focal point is told of an emergency at once, whatever they choose.
    """
    _require(by)
    said = checked(ways, WISHES)
    if by.sees_every_case:
        said.pop(EMERGENCY, None)
    with database.transaction() as tx:
        rows.set_wishes(tx, by.username, said)
        if by_push is not None:
            pushes = {kind: INSTANT if kind in by_push else NEVER for kind in NOTICE_GROUPS}
            rows.set_wishes(tx, by.username, pushes, push_wishes)
        audit.did(tx, by, Action.NOTICES_CHOSEN)


def _require(by: Actor) -> None:
    if not by.sees_cases:
        raise NotPermitted


def people_called(tx: Transaction, members: Iterable[StaffMember], *, urgent: bool) -> None:
    """Something waits for these of us, by mail and by push; for everybody where none of them can be reached."""
    by_mail, by_push = [], []
    told = push_rows.subscribers(tx)
    for member in members:
        by_mail += [member.id] if member.email else []
        by_push += [member.id] if member.username in told else []
    if by_push or not by_mail:
        _keep(tx, pushed, [Fact([call(tx.outbox.sender, by_push, urgent=urgent)])])
    if by_mail or not by_push:
        _call_by_mail(tx, by_mail, urgent=urgent)


def _call_by_mail(tx: Transaction, contact_ids: list[UUID], *, urgent: bool) -> None:
    """We write to them ourselves, or the hub does."""
    org = tx.outbox.sender
    if not _keep(tx, tables, [Fact([call(org, contact_ids, urgent=urgent)])]):
        called = PeopleCalled(contact_ids=contact_ids, urgent=urgent)
        tx.outbox.publish(tx, called, to=from_node(org), subject="people", awaits=PACK_RECEIVED)


def hear(
    tx: Transaction, moves: Iterable[tuple[Any, NumberedMove]], late: Iterable[Overdue], org: str
) -> None:
    """Keep what our people are to be told of these moves, each with the row of its referral, where we tell them."""
    facts = [fact_of_move(move, _about(row, org)) for row, move in moves]
    facts += [_of_late(flag) for flag in late]
    for kept in (tables, pushed):
        _keep(tx, kept, facts)


def _keep(tx: Transaction, kept: NoticeTables, facts: Sequence[Fact]) -> bool:
    """Whether we tell our people so ourselves, and it is kept to be told."""
    if is_told := rows.tells_itself(tx, kept):
        keep(tx, kept, facts, own=tx.outbox.sender)
    return is_told


def _about(row: Any, org: str) -> About:
    parties = (org, row["other_org"])
    sender, receiver = parties if row["direction"] == Direction.OUT else parties[::-1]
    return About(row["id"], sender, receiver, row["urgency"])


def _of_late(flag: Overdue) -> Fact:
    about = About(flag.referral_id, flag.from_org, flag.to_org, flag.urgency)
    return Fact(of_overdue(flag.level, flag.rung, about))


def keep_own_contacts(tx: Transaction, changed: ContactsChanged | None) -> None:
    """Whom we write to ourselves, or that we write to nobody any more."""
    org = tx.outbox.sender
    if changed is None:
        erase_organisations(tx, tables, [org])
    else:
        keep_contacts(tx, tables, [(org, changed)])


def send_due(database: Database, channel: Channel, rules: Rules) -> int:
    """Send every mail that is due; returns how many went out."""
    return send_all_due(database, tables, channel, rules)


def forget_old(database: Database) -> None:
    """What was told, or will not be, is not kept for ever."""
    with database.transaction() as tx:
        forget_what_is_over(tx, tables)
