"""Take in referrals that are offered to us: open the person's part, keep it, and say that it is here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.intake.domain import Direction, Referral
from services.intake.storage import hearing as rows
from services.intake.storage.sending import row_of
from services.intake.usecases.moves import QUIET
from services.intake.usecases.sealed_parts import open_person
from shared.database import Transaction
from shared.messaging.errors import Refused
from shared.messaging.topology import from_node
from shared.schemas.intake import ReferralDelivered
from shared.schemas.life import Move, State
from shared.schemas.referral import Offered
from shared.sealing import CannotOpen, KeyRing

FIRST = 1  #: the number of every referral's first move, ``send``, which the offer itself tells of


def take_in(tx: Transaction, offers: Sequence[Offered], ring: KeyRing, org: str) -> None:
    """Keep what is new and answer each offer, a repeated one like the first.

    Raises Refused for what cannot be opened, so that it goes on being offered, and for an id that stands for
    another referral already.
    """
    once = {offered.referral_id: offered for offered in offers}
    known = rows.known_referrals(tx, once.keys())
    new = [_arrived(offered, ring) for id_, offered in once.items() if not _is_here(offered, known.get(id_))]
    if new:
        rows.add_offered(tx, [a.row(tx, org) for a in new], [a.first_line(tx) for a in new])
    for referral_id in once:
        delivered = ReferralDelivered(referral_id=referral_id, delivered_at=tx.at)
        tx.outbox.publish(tx, delivered, to=from_node(org), subject=referral_id)


def _is_here(offered: Offered, known: tuple[str, str] | None) -> bool:
    if known is not None and known != (Direction.IN, offered.from_org):
        raise Refused("referral_id_taken")
    return known is not None


def _arrived(offered: Offered, ring: KeyRing) -> "_Arrived":
    try:
        return _Arrived(offered, open_person(offered.sealed_person, offered.referral_id, ring))
    except CannotOpen as error:
        raise Refused(error.code) from None


@dataclass(frozen=True)
class _Arrived:
    """A new referral to us, opened."""

    offered: Offered
    content: dict[str, Any]

    def row(self, tx: Transaction, org: str) -> dict[str, Any]:
        """It is shown as sent until the referral service has numbered its delivery."""
        offered = self.offered
        referral = Referral(
            id=offered.referral_id,
            direction=Direction.IN,
            other_org=offered.from_org,
            service_type=offered.service_type,
            urgency=offered.urgency,
            sent_at=offered.sent_at,
            number=FIRST,
            state=State.SENT,
            shown_state=State.SENT,
            unconfirmed=False,
            reference=self.content.get("case_reference"),
            acknowledge_by=offered.acknowledge_by,
            reply_by=offered.reply_by,
        )
        return row_of(tx, referral, org, self.content, tx.at + QUIET)

    def first_line(self, tx: Transaction) -> dict[str, Any]:
        """The history begins with the sending."""
        return {
            "referral_id": self.offered.referral_id,
            "move_id": self.offered.referral_id,
            "position": FIRST,
            "number": FIRST,
            "move": Move.SEND,
            "state": State.SENT,
            "by_org": self.offered.from_org,
            "made_at": self.offered.sent_at,
            "recorded_at": tx.at,
        }
