"""What is true at a node, whatever machinery carries it."""

from services.intake.domain import codelists
from services.intake.domain.audit import NOTHING, About, Action, Entry
from services.intake.domain.case import (
    CLOSURE_REASONS,
    OUTCOMES,
    PRIORITIES,
    SETTLED,
    Case,
    Need,
    new_reference,
)
from services.intake.domain.consent import (
    GIVEN_BY,
    LEGAL_BASES,
    PURPOSES,
    SHAREABLE_FIELDS,
    Consent,
    ConsentMissing,
)
from services.intake.domain.directory import Offer, Partner
from services.intake.domain.hold import HoldStep, LegalHold
from services.intake.domain.path import Recorded, Step, next_step, path
from services.intake.domain.person import Person, age_band_of, folded, is_child
from services.intake.domain.referral import SAFE_CONTACT, Direction, HistoryLine, Referral
from services.intake.domain.sheet import Compared, Kind, Sheet, compared, of_kind
from services.intake.domain.staff import EMERGENCY, Actor, Opening, Role, Via
from services.intake.domain.standing import NEED_AFTER, Pending, Standing

__all__ = [
    "CLOSURE_REASONS",
    "EMERGENCY",
    "GIVEN_BY",
    "LEGAL_BASES",
    "NEED_AFTER",
    "NOTHING",
    "OUTCOMES",
    "PRIORITIES",
    "PURPOSES",
    "SAFE_CONTACT",
    "SETTLED",
    "SHAREABLE_FIELDS",
    "About",
    "Action",
    "Actor",
    "Case",
    "Compared",
    "Consent",
    "ConsentMissing",
    "Direction",
    "Entry",
    "HistoryLine",
    "HoldStep",
    "Kind",
    "LegalHold",
    "Need",
    "Offer",
    "Opening",
    "Partner",
    "Pending",
    "Person",
    "Recorded",
    "Referral",
    "Role",
    "Sheet",
    "Standing",
    "Step",
    "Via",
    "age_band_of",
    "codelists",
    "compared",
    "folded",
    "is_child",
    "new_reference",
    "next_step",
    "of_kind",
    "path",
]
