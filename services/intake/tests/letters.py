"""Letters of the other organisation, and what the hub says of them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from services.intake.tests.node import (
    HERE,
    OUR_KEY,
    START,
    THEIR_KEYS,
    THERE,
    Node,
)
from shared.clock import new_id
from shared.messaging.message import HUB, encode
from shared.schemas import Event
from shared.schemas.intake import ReferralSent
from shared.schemas.life import Move, State
from shared.schemas.referral import Moved, Offered
from shared.sealing import Letter, seal, write_letter
from shared.sealing.chain import link_after

LATER = START + timedelta(minutes=1)
FACTS: dict[str, Any] = {"service_type": "safe_accommodation", "urgency": "emergency"}
DEADLINES: dict[str, Any] = {
    "acknowledge_by": START + timedelta(hours=1),
    "reply_by": START + timedelta(hours=24),
}
MOVE_FACTS = (
    "number",
    "move_id",
    "move",
    "state",
    "by_org",
    "made_at",
    "recorded_at",
    "reason",
    "letter",
    "link",
)


def letter_of(event: Event, private: bytes = b"", sender: str = THERE) -> Letter:
    said = encode(event, id=new_id(), sender=sender, subject="", at=START)
    signing = THEIR_KEYS.signing[0]
    return write_letter([said], sender=sender, readers=(HUB, HERE), signing=signing, private=private)


def sent_to_us(about: UUID, **changed: Any) -> Letter:
    facts: dict[str, Any] = {"referral_id": about, "to_org": HERE, "sent_at": START, **FACTS}
    content = {"given_name": "Sample", "reason": "Needs a bed.", "safe_contact": "phone"}
    sealed = seal(orjson.dumps(content), to=OUR_KEY.public, context=f"person:{about}".encode())
    return letter_of(ReferralSent(**facts | changed), sealed)


def offer(referral_id: UUID, letter: Letter, **changed: Any) -> Offered:
    link = link_after(None, number=1, letter=letter.hash, state=State.SENT, recorded_at=START)
    facts: dict[str, Any] = {
        "referral_id": referral_id,
        "from_org": THERE,
        "sent_at": START,
        **FACTS,
        **DEADLINES,
    }
    return Offered(**facts | {"letter": letter.hash, "recorded_at": START, "link": link} | changed)


def moved(
    node: Node, referral_id: UUID, letter: str, number: int, move: Move, state: State, by: str, **changed: Any
) -> Moved:
    """As the hub would number it after what the node knows."""
    link = link_after(
        node.row(referral_id)["link"], number=number, letter=letter, state=state, recorded_at=LATER
    )
    parties: dict[str, Any] = {"from_org": THERE, "to_org": HERE, **FACTS, **DEADLINES}
    numbered = {
        "number": number,
        "move": move,
        "state": state,
        "by_org": by,
        "made_at": START,
        "recorded_at": LATER,
    }
    known = {"referral_id": referral_id, "move_id": new_id(), "letter": letter, "link": link}
    return Moved(**parties | numbered | known | changed)
