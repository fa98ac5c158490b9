"""What the peers' clients send, and the event of 3 KB that tells of it."""

import base64
import os
from typing import Any
from uuid import UUID

Event = dict[str, Any]

REASON = ("Needs advice on papers and on work; an interpreter would help. " * 40)[:1_900]
CONTENT = {"reason": REASON}
REFERRAL = {"to_org": "legal-aid", "service_type": "legal_assistance", "content": CONTENT}
SEALED = base64.b64encode(os.urandom(2_025)).decode()  #: with what stands around it, 3 KB


def event_of(referral_id: UUID) -> Event:
    """The same for each of its messages."""
    return {
        "referral_id": str(referral_id),
        "from_org": "harbour-house",
        "to_org": REFERRAL["to_org"],
        "service_type": REFERRAL["service_type"],
        "urgency": "normal",
        "state": "sent",
        "sealed_person": SEALED,
    }
