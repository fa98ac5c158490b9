"""What a person sees and does with a printed code: their own file, and no other."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.intake.domain import (
    About,
    Action,
    Actor,
    Child,
    Consent,
    Copy,
    Referral,
    Role,
    Via,
)
from services.intake.domain.slip import Slip, plain_code
from services.intake.storage import cases as case_rows
from services.intake.storage import erasures as erasure_rows
from services.intake.storage import need_to_know, tables
from services.intake.storage import people as people_rows
from services.intake.storage import referrals as referral_rows
from services.intake.storage import slips as rows
from services.intake.storage.slip_tables import visits
from services.intake.usecases import audit
from services.intake.usecases.calling import call_members
from services.intake.usecases.consent import take_back
from services.intake.usecases.refusals import NotFound
from shared import sign_ins
from shared.database import Database, Transaction
from shared.sessions import Sessions

IDLE, LONGEST = timedelta(minutes=5), timedelta(minutes=15)  #: of a visit
NO_FIELDS = ("reason", "safe_contact", "case_reference")  #: of what left: no field of the person


class CodeRefused(Exception):
    """It opens nothing, whatever the reason; or it is too early to try this one again (``wait`` in seconds)."""

    def __init__(self, wait: int = 0) -> None:
        super().__init__("wait" if wait else "wrong_code")
        self.wait = wait


@dataclass(frozen=True)
class Shared:
    """One referral: which fields left with it, to whom it went on from there, and who has erased what."""

    referral: Referral
    fields: tuple[str, ...]
    children: tuple[Child, ...]
    copies: tuple[Copy, ...]


@dataclass(frozen=True)
class OwnView:
    """All that is shown to a person about themselves: no word that staff wrote. Newest first."""

    slip: Slip
    consent: Consent
    shared: tuple[Shared, ...]

    @property
    def revocable(self) -> dict[UUID, tuple[Referral, ...]]:
        """What consent can be taken back of, one organisation after the other: all that went there, under one's id."""
        found: dict[str, list[Referral]] = {}
        for one in self.shared:
            if not one.copies and not self.consent.withdrawn_at:
                found.setdefault(one.referral.other_org, []).append(one.referral)
        return {sent[0].id: tuple(sent) for sent in found.values()}


def begin_visit(database: Database, typed: str, form: str) -> tuple[str, Slip]:
    """A visit of some minutes for a code that opens something: its token, and the slip. Raises CodeRefused.

    Tries with one beginning wait for each other, longer and longer, and nobody else waits for them. A wrong code, one
    that is over, and what is none take the same way. One showing of the ``form`` opens one visit.
    """
    code = plain_code(typed)
    _count(database, code)
    with database.transaction() as tx:
        slip = rows.opened_by(tx, code)
        if slip is None or not form or not rows.use_form(tx, form):
            raise CodeRefused
        sign_ins.forget_failures(tx, tables.sign_ins, rows.beginning(tx, code))
        audit.did(tx, _themself(database), Action.SLIP_OPENED, About(slip.person_id))
    return _visits(database).begin(str(slip.id)), slip


def _count(database: Database, code: str) -> None:
    with database.transaction() as tx:
        try:
            sign_ins.count_attempt(tx, tables.sign_ins, rows.beginning(tx, code))
        except sign_ins.TooEarly as early:
            raise CodeRefused(early.seconds) from None


def _visits(database: Database) -> Sessions:
    return Sessions(database, visits, idle=IDLE, longest=LONGEST)


def _themself(database: Database) -> Actor:
    """Sees what the organisation has; which file it is, the slip says and nobody else."""
    return Actor("", Role.FOCAL_POINT, database.outbox.sender, Via.PERSON)


def visited(database: Database, token: str) -> Slip | None:
    """The slip of a visit under way; None when it is over, or the slip was ended meanwhile."""
    found = _visits(database).username(token)
    if not found:
        return None
    with database.reading() as tx:
        return rows.usable(tx, UUID(found))


def end_visit(database: Database, token: str) -> None:
    """The person leaves."""
    _visits(database).end(token)


def own_view(database: Database, slip: Slip) -> OwnView:
    """What the person of the slip sees."""
    with database.reading() as tx:
        return _own_view(tx, slip, _themself(database))


def _own_view(tx: Transaction, slip: Slip, by: Actor) -> OwnView:
    consent = people_rows.consents_of(tx, slip.person_id, seen_by=by)[0]
    cases = [case.id for case in case_rows.cases_of(tx, slip.person_id, seen_by=by) if not case.erased_at]
    sent = referral_rows.referrals_of_cases(tx, cases, seen_by=by)
    return OwnView(slip, consent, tuple(_shared(tx, one, by) for one in sent if not one.refused))


def _shared(tx: Transaction, referral: Referral, by: Actor) -> Shared:
    found = referral_rows.find_referral(tx, referral.id, seen_by=by)
    content = (found[1] if found else None) or {}
    fields = tuple(name for name in content if name not in NO_FIELDS)
    children = tuple(erasure_rows.children_of(tx, referral.id))
    return Shared(referral, fields, children, tuple(erasure_rows.copies_of(tx, referral.id)))


def withdraw(database: Database, slip: Slip, of: UUID | None = None) -> None:
    """Take consent back from everybody, or from the organisation ``of`` that referral. Twice is as once.

    It goes the way of every withdrawal, and those who work on the file are told. Raises NotFound for what cannot be.
    """
    by = _themself(database)
    with database.transaction() as tx:
        view = _own_view(tx, slip, by)
        if view.consent.withdrawn_at:
            return
        if of is not None and of not in view.revocable:
            raise NotFound("referral_not_found")
        org = view.revocable[of][0].other_org if of else None
        take_back(tx, slip.person_id, by, org)
        rows.set_unseen(tx, slip.id)
        call_members(tx, need_to_know.file_team(tx, slip.person_id), urgent=False)
