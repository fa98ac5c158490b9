"""Give a referral to the organisation's own systems: a look and a disclosure, which the audit holds as one."""

from typing import Any
from uuid import UUID

from services.intake.domain import About, Action, Actor, Role
from services.intake.interchange.writing import bundle_of
from services.intake.storage import referrals as rows
from services.intake.usecases import audit
from services.intake.usecases.refusals import Conflict, NotFound
from shared.database import Database


def export_referral(database: Database, referral_id: UUID, by: Actor) -> dict[str, Any]:
    """The referral as a FHIR R4 bundle, with exactly what left this node or came to it.

    Raises NotFound, or Conflict (``erased``, ``unreadable``) when there is nothing left to give.
    """
    with database.reading() as tx:
        found = rows.find_referral(tx, referral_id, seen_by=by)
        if found is None:
            raise NotFound("referral_not_found")
        referral, content = found
        if content is None:
            raise Conflict(referral.missing or "erased")
        history = tuple(rows.history_of(tx, referral_id, seen_by=by))
    audit.saw(
        database, by, Action.REFERRAL_EXPORTED, About(referral.person_id, referral.case_id, referral_id)
    )
    return bundle_of(referral, content, history, by.org, tx.at)


def whoever_runs_commands(org: str) -> Actor:
    """On whose behalf a command of the node looks: who has its key file sees everything anyway."""
    return Actor("", Role.FOCAL_POINT, org)
