"""What an organisation says after consent was withdrawn: of which part, what became of it, and why it is kept."""

from collections.abc import Iterable
from typing import Any

RECEIVED, OWN = "received_content", "own_records"
PARTS = (RECEIVED, OWN)  #: what came with the referral; what people there wrote down or copied themselves
ERASED, KEPT, NOTHING, UNDECIDED = "erased", "kept", "nothing", "undecided"
OUTCOMES = (ERASED, KEPT, NOTHING, UNDECIDED)  #: there was nothing; a person there has yet to say
LEGAL_HOLD = "legal_hold"
KEPT_BECAUSE = (LEGAL_HOLD, "legal_obligation", "vital_interests", "own_consent")  #: the closed list of why
REASONS_OF_PEOPLE = KEPT_BECAUSE[1:]  #: a legal hold is found by the machine


def is_final(holdings: Iterable[Any]) -> bool:
    """Whether nothing more is to come: no person has yet to say, and no hold is to be lifted."""
    return all(one.outcome != UNDECIDED and one.reason != LEGAL_HOLD for one in holdings)
