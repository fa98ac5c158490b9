"""Flag what is late. Nothing changes state by time."""

from services.referral import storage
from services.referral.domain import Referral
from shared.database import Database, Transaction
from shared.messaging.topology import TO_NOTIFICATIONS, TO_REPORTING, to_node
from shared.schemas.referral import Overdue

AT_ONCE = 500


def flag_overdue(database: Database) -> int:
    """Flag each deadline that has passed, once, and tell both organisations and the hub; returns how many."""
    with database.transaction() as tx:
        late = storage.lock_overdue(tx, limit=AT_ONCE)
        for referral in late:
            _flag(tx, referral)
    return len(late)


def _flag(tx: Transaction, referral: Referral) -> None:
    if referral.reply_by <= tx.at and referral.overdue_at is None:
        storage.set_flag(tx, referral.id, "overdue_at", tx.at)
        _say(tx, referral, "reply")
    if referral.acknowledge_by <= tx.at and referral.acknowledgement_flagged_at is None:
        storage.set_flag(tx, referral.id, "acknowledgement_flagged_at", tx.at)
        _say(tx, referral, "acknowledgement")


def _say(tx: Transaction, referral: Referral, level: str) -> None:
    overdue = Overdue(
        referral_id=referral.id,
        from_org=referral.from_org,
        to_org=referral.to_org,
        service_type=referral.service_type,
        urgency=referral.urgency,
        level=level,
        due_at=referral.reply_by if level == "reply" else referral.acknowledge_by,
        flagged_at=tx.at,
    )
    both = (to_node(referral.from_org), to_node(referral.to_org))
    tx.outbox.publish_to_all(tx, overdue, to=(*both, TO_NOTIFICATIONS, TO_REPORTING), subject=referral.id)
