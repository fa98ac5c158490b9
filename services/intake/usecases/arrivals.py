"""Take in referrals that are offered to us: open the person's part, keep it, and say that it is here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.intake.domain import Direction, Referral
from services.intake.storage import hearing as rows
from services.intake.storage.sending import row_of
from services.intake.storage.tables import keys, letters
from services.intake.usecases.moves import QUIET
from services.intake.usecases.proofs import prove_link, prove_offer
from services.intake.usecases.sealed_parts import open_person
from shared.database import Transaction
from shared.messaging.errors import Refused
from shared.messaging.keybook import may_be_unsigned
from shared.messaging.letters import Proof, keep_letters
from shared.messaging.message import HUB, Message
from shared.messaging.spoken import Spoken
from shared.messaging.topology import from_node
from shared.schemas.intake import ReferralDelivered
from shared.schemas.life import Move, State
from shared.schemas.referral import Offered
from shared.sealing import CannotOpen, KeyRing, Letter, from_text

FIRST = 1  #: the number of every referral's first move, ``send``, which the offer itself tells of


def take_in(tx: Transaction, offers: Sequence[tuple[Message, Offered]], ring: KeyRing, org: str) -> None:
    """Keep what is new and answer each offer, a repeated one like the first.

    Raises Refused for what is not proven or cannot be opened, so that it goes on being offered, and for an id that
    stands for another referral already.
    """
    once = {offered.referral_id: (message, offered) for message, offered in offers}
    known = rows.known_referrals(tx, once.keys())
    fresh = [pair for id_, pair in once.items() if not _is_here(pair[1], known.get(id_))]
    new = [_arrived(tx, message, offered, ring, org) for message, offered in fresh]
    if new:
        rows.add_offered(tx, [a.row(tx, org) for a in new], [a.first_line(tx) for a in new])
    proofs = [proof for a in new for proof in a.proofs()]
    keep_letters(tx, letters, [*proofs, *_answers(tx, [offered for _, offered in once.values()], org)])


def _answers(tx: Transaction, offers: Sequence[Offered], org: str) -> list[Proof]:
    """Say that they are here: receipts, each of which names the letter it is for. They are the moves ``deliver``."""
    spoken = [
        Spoken(
            ReferralDelivered(referral_id=offered.referral_id, delivered_at=tx.at, letter=offered.letter),
            to=from_node(org),
            subject=offered.referral_id,
            readers=(HUB, offered.from_org),
        )
        for offered in offers
    ]
    said = zip(offers, spoken, tx.outbox.publish_letters(tx, spoken), strict=True)
    return [(offered.referral_id, one.id, letter) for offered, one, letter in said]


def _is_here(offered: Offered, known: tuple[str, str] | None) -> bool:
    if known is not None and known != (Direction.IN, offered.from_org):
        raise Refused("referral_id_taken")
    return known is not None


def _arrived(tx: Transaction, message: Message, offered: Offered, ring: KeyRing, org: str) -> "_Arrived":
    """One of version 0.1.0 comes without a letter, and with nobody's proof."""
    try:
        if offered.letter is None and may_be_unsigned(tx, keys, offered.from_org, offered.sent_at):
            sealed = from_text(offered.sealed_person or "")
            return _Arrived(offered, open_person(sealed, offered.referral_id, ring))
        letter = prove_offer(message, offered, org)
        return _Arrived(offered, open_person(letter.private, offered.referral_id, ring), letter)
    except CannotOpen as error:
        raise Refused(error.code) from None


@dataclass(frozen=True)
class _Arrived:
    """A new referral to us, opened."""

    offered: Offered
    content: dict[str, Any]
    letter: Letter | None = None

    def proofs(self) -> list[Proof]:
        """The sender's letter, without its sealed part."""
        referral_id = self.offered.referral_id
        return [(referral_id, referral_id, self.letter.without_private())] if self.letter else []

    def row(self, tx: Transaction, org: str) -> dict[str, Any]:
        """It is shown as delivered, and can be answered, though the referral service has yet to number its delivery."""
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
            shown_state=State.DELIVERED,
            unconfirmed=False,
            reference=self.content.get("case_reference"),
            acknowledge_by=offered.acknowledge_by,
            reply_by=offered.reply_by,
            link=self._link(),
            parent_id=offered.parent,
            purpose=offered.purpose,
        )
        return row_of(tx, referral, org, self.content, tx.at + QUIET)

    def _link(self) -> str | None:
        """The chain's first link, which is what the hub says it is."""
        offered = self.offered
        if self.letter is None or offered.recorded_at is None:
            return None
        at, hash_ = offered.recorded_at, self.letter.hash
        prove_link(offered.link, None, number=FIRST, letter=hash_, state=State.SENT, at=at)
        return offered.link

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
            "recorded_at": self.offered.recorded_at or tx.at,
            "letter": self.letter.hash if self.letter else None,
            "link": self.offered.link,
        }
