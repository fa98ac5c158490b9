"""Flag what is late, and climb the ladder while it stays so. Nothing changes state by time."""

from datetime import datetime

from services.referral import storage
from services.referral.domain import STANDARDS, Referral, Standards, State
from shared.database import Database, Transaction
from shared.messaging.topology import TO_NOTIFICATIONS, TO_REPORTING, to_node
from shared.schemas.codes import RUNGS
from shared.schemas.referral import Overdue

AT_ONCE = 500
REPLY, ACKNOWLEDGEMENT = "reply", "acknowledgement"


def flag_overdue(database: Database, standards: Standards = STANDARDS) -> int:
    """Flag each deadline that has passed, once, and climb each ladder whose time has come; returns how many.

    Both organisations and the hub are told of each rung: the recipient's assignee with the deadline itself, then
    everyone on intake there, the sender, the sender's supervisor, the coordinator.
    """
    with database.transaction() as tx:
        late = storage.lock_overdue(tx, limit=AT_ONCE)
        for referral in late:
            if not _begin(tx, referral, standards) and referral.rung is not None:
                _climb(tx, referral, standards)
    return len(late)


def _begin(tx: Transaction, referral: Referral, standards: Standards) -> bool:
    """Flag what has newly passed; says whether anything has. The ladder of a decision takes the other's place."""
    unread = referral.state in (State.SENT, State.DELIVERED)
    acknowledgement = (
        unread and referral.acknowledgement_flagged_at is None and referral.acknowledge_by <= tx.at
    )
    reply = referral.overdue_at is None and referral.reply_by <= tx.at
    if acknowledgement:
        storage.set_flags(tx, referral.id, acknowledgement_flagged_at=tx.at)
        _step_on(tx, referral, ACKNOWLEDGEMENT, RUNGS[0], standards)
    if reply:
        storage.set_flags(tx, referral.id, overdue_at=tx.at)
        _step_on(tx, referral, REPLY, RUNGS[0], standards)
    return acknowledgement or reply


def _climb(tx: Transaction, referral: Referral, standards: Standards) -> None:
    level = ACKNOWLEDGEMENT if referral.overdue_at is None else REPLY
    following = standards.rung_after(referral.rung or RUNGS[0], referral.urgency, tx.at)
    if following is not None:
        _step_on(tx, referral, level, following[0], standards)


def _step_on(tx: Transaction, referral: Referral, level: str, rung: str, standards: Standards) -> None:
    """However late the clock was looked at, each rung has its full time."""
    following = standards.rung_after(rung, referral.urgency, tx.at) or (None, None)
    storage.set_flags(tx, referral.id, rung=rung, escalate_at=following[1])
    _say(tx, referral, level, rung, following)


def _say(
    tx: Transaction, referral: Referral, level: str, rung: str, following: tuple[str | None, datetime | None]
) -> None:
    overdue = Overdue(
        referral_id=referral.id,
        from_org=referral.from_org,
        to_org=referral.to_org,
        service_type=referral.service_type,
        urgency=referral.urgency,
        level=level,
        due_at=referral.reply_by if level == REPLY else referral.acknowledge_by,
        flagged_at=tx.at,
        rung=rung,
        next_rung=following[0],
        next_at=following[1],
    )
    both = (to_node(referral.from_org), to_node(referral.to_org))
    tx.outbox.publish_to_all(tx, overdue, to=(*both, TO_NOTIFICATIONS, TO_REPORTING), subject=referral.id)
