"""What is true at a node, whatever machinery carries it."""

from services.intake.domain import codelists
from services.intake.domain.attachment import Attachment, FileKind
from services.intake.domain.audit import NOTHING, About, Action, Entry
from services.intake.domain.capacity import Enquiry, Question, Reply, Wanted
from services.intake.domain.case import (
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
from services.intake.domain.deputy import Deputy
from services.intake.domain.directory import FULL, STATUSES, Offer, Partner
from services.intake.domain.erasure import Child, Copy, ForwardConsent, Held, Withdrawal
from services.intake.domain.hold import HoldStep, LegalHold
from services.intake.domain.path import Recorded, Step, next_step, path
from services.intake.domain.person import Person, age_band_of, folded, is_child
from services.intake.domain.referral import (
    AT_WORK,
    SAFE_CONTACT,
    SILENT_AFTER,
    Direction,
    HistoryLine,
    Referral,
    makes_sense,
    open_request,
)
from services.intake.domain.sheet import Compared, Kind, Sheet, compared, of_kind
from services.intake.domain.staff import EMERGENCY, Actor, Opening, Role, Via
from services.intake.domain.standing import NEED_AFTER, Pending, Standing
from shared.schemas.workbook import CLOSURE_REASONS

__all__ = [
    "AT_WORK",
    "CLOSURE_REASONS",
    "EMERGENCY",
    "FULL",
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
    "SILENT_AFTER",
    "STATUSES",
    "About",
    "Action",
    "Actor",
    "Attachment",
    "Case",
    "Child",
    "Compared",
    "Consent",
    "ConsentMissing",
    "Copy",
    "Deputy",
    "Direction",
    "Enquiry",
    "Entry",
    "FileKind",
    "ForwardConsent",
    "Held",
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
    "Question",
    "Recorded",
    "Referral",
    "Reply",
    "Role",
    "Sheet",
    "Standing",
    "Step",
    "Via",
    "Wanted",
    "Withdrawal",
    "age_band_of",
    "codelists",
    "compared",
    "folded",
    "is_child",
    "makes_sense",
    "new_reference",
    "next_step",
    "of_kind",
    "open_request",
    "path",
]
