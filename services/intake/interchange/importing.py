"""Take a bundle in: a new person with a case and a need, or one move of a referral; else a person looks at it.

Nothing is sent. What was not understood lies sealed until somebody tries again or dismisses it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.intake.domain import About, Action, Actor, Referral
from services.intake.interchange.findings import Problem
from services.intake.interchange.reading import Arrival, read_bundle
from services.intake.interchange.writing import ENDED
from services.intake.storage import imports as rows
from services.intake.storage import referrals as referral_rows
from services.intake.storage.imports import DISMISSED, TAKEN, WAITING, Import
from services.intake.usecases import audit
from services.intake.usecases.cases import add_need, open_case
from services.intake.usecases.checks import checked, text
from services.intake.usecases.idempotency import within
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.people import register_person
from services.intake.usecases.refusals import Conflict, Invalid, NotFound, NotPermitted
from shared.clock import new_id
from shared.database import Database, Transaction
from shared.schemas.life import TABLE, Move, State

PRIORITY_OF = {
    "emergency": "high",
    "urgent": "medium",
    "normal": "low",
}  #: of the need that a referral becomes
SOURCE = "fhir"
LONGEST_REASON = 500
REASON = {"reason": text(LONGEST_REASON)}


@dataclass(frozen=True)
class Imported:
    """What became of a bundle.

    ``outcome``: registered, moved, unchanged, known (it had come in before) or set_aside, then ``import_id`` is where a
    person looks at ``problems``. ``passed_over``: paths of what has no place here; it is kept with the case.
    """

    outcome: str
    import_id: UUID | None = None
    person_id: UUID | None = None
    case_id: UUID | None = None
    referral_id: UUID | None = None
    problems: tuple[Problem, ...] = ()
    passed_over: tuple[str, ...] = ()


class _Aside(Exception):
    """A person has to look at it. Nothing was written before this is raised."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("set aside")
        self.problems = problems


def import_bundle(database: Database, bundle: Any, by: Actor) -> Imported:
    """Take it in, or set it aside; raises NotPermitted, or Malformed for what is no such bundle."""
    if not by.sees_cases:
        raise NotPermitted
    with database.transaction() as tx:
        arrival = read_bundle(bundle, tx.at.date())
        try:
            return _Taking(tx, within(database, tx), bundle, arrival, by).take()
        except _Aside as aside:
            import_id = new_id()
            rows.add_import(tx, import_id, _document(bundle, aside.problems, arrival), WAITING, by=by)
            audit.did(tx, by, Action.BUNDLE_IMPORTED)
            return Imported("set_aside", import_id, problems=aside.problems, passed_over=arrival.passed_over)


def _document(bundle: Any, problems: Sequence[Problem], arrival: Arrival) -> dict[str, Any]:
    told = [{"path": problem.path, "reason": problem.reason} for problem in problems]
    texts = {name: arrival.texts[name] for name in ("reason", "safe_contact") if name in arrival.texts}
    return {"bundle": bundle, "problems": told, "passed_over": arrival.passed_over, "texts": texts}


@dataclass(frozen=True)
class _Taking:
    """A bundle on its way in; ``import_id`` is that of one which was set aside before."""

    tx: Transaction
    database: Database
    bundle: Any
    arrival: Arrival
    by: Actor
    import_id: UUID | None = None

    def take(self) -> Imported:
        """Do what it says; raises _Aside before anything is written."""
        if self.arrival.problems:
            raise _Aside(*self.arrival.problems)
        referral_id = self.arrival.referral_id
        if referral_id is not None:
            found = referral_rows.find_referral(self.tx, referral_id, seen_by=self.by)
            if found is not None:
                return self._update(found[0])
            if rows.is_referral_here(self.tx, referral_id):
                raise _Aside(Problem("ServiceRequest.identifier", "not_yours"))
        return self._register()

    def _update(self, referral: Referral) -> Imported:
        """Make the one move that leads from where the referral stands to where the bundle says it stands."""
        state, outcome = _agreed(referral, self.arrival), "unchanged"
        if state is not referral.shown_state:
            self._move(referral, state)
            outcome = "moved"
        self._note(About(None, referral.case_id, referral.id))
        return Imported(outcome, referral_id=referral.id, passed_over=self.arrival.passed_over)

    def _move(self, referral: Referral, state: State) -> None:
        move = _move(referral, state)
        at = self.arrival.scheduled_for if move is Move.SCHEDULE else None
        note = self.arrival.texts.get("note")
        order = MoveOrder(move, self.arrival.move_reason, note, scheduled_for=at)
        try:
            make_move(self.database, referral.id, order, self.by)
        except Invalid as invalid:
            raise _Aside(*_problems("Task", invalid)) from None
        except Conflict:
            raise _Aside(Problem("Task.status", "no_such_move")) from None

    def _register(self) -> Imported:
        known = rows.case_of_source(self.tx, SOURCE, self.arrival.source)
        if known is not None:
            return Imported("known", case_id=known, passed_over=self.arrival.passed_over)
        _require_new(self.arrival)
        try:
            person = register_person(self.database, self.arrival.person, self.by)
        except Invalid as invalid:
            raise _Aside(*_problems("Patient", invalid)) from None
        case = open_case(self.database, person.id, self.by)
        needed = str(self.arrival.service_type), PRIORITY_OF[str(self.arrival.urgency)]
        add_need(self.database, case.id, *needed, self.by)
        if not rows.claim_source(self.tx, SOURCE, self.arrival.source, case.id):
            raise Conflict("import_known")  # it came in meanwhile: undone, and found the next time
        self._note(About(person.id, case.id))
        kept_as = self._keep({"person_id": person.id, "case_id": case.id})
        return Imported("registered", kept_as, person.id, case.id, passed_over=self.arrival.passed_over)

    def _keep(self, about: dict[str, UUID]) -> UUID:
        """What became a case is kept with it: it says more than a case holds."""
        document = _document(self.bundle, (), self.arrival)
        kept_as = self.import_id or new_id()
        keep = rows.set_import if self.import_id else rows.add_import
        keep(self.tx, kept_as, document, TAKEN, by=self.by, **about)
        return kept_as

    def _note(self, about: About) -> None:
        audit.did(self.tx, self.by, Action.BUNDLE_IMPORTED, about)


def _problems(kind: str, invalid: Invalid) -> list[Problem]:
    return [Problem(f"{kind}.{name}", code) for name, code in invalid.errors.items()]


def _agreed(referral: Referral, arrival: Arrival) -> State:
    """The state that is said, by a bundle that does not contradict what we know."""
    if (arrival.service_type, arrival.urgency) != (referral.service_type, referral.urgency):
        raise _Aside(Problem("ServiceRequest", "differs"))
    if arrival.state is None:
        raise _Aside(Problem("Task.status", "unknown_code"))
    if arrival.consent not in (None, "active") and arrival.state not in ENDED:
        raise _Aside(Problem("Consent.status", "consent_not_active"))
    return arrival.state


def _move(referral: Referral, state: State) -> Move:
    """Never two moves at once, and never one of the other organisation."""
    party, here = referral.direction.party, referral.shown_state
    moves = [rule.move for rule in TABLE if rule.by is party and here in rule.sources and rule.to is state]
    if len(moves) != 1:
        raise _Aside(Problem("Task.status", "no_such_move"))
    return moves[0]


def _require_new(arrival: Arrival) -> None:
    """A referral that is under way elsewhere cannot begin here, and nobody is registered without consent."""
    if arrival.state is not State.SENT:
        raise _Aside(Problem("Task.status", "referral_unknown"))
    if arrival.consent != "active":
        code = "no_consent" if arrival.consent is None else "consent_not_active"
        raise _Aside(Problem("Consent.status", code))


def waiting_imports(database: Database, by: Actor) -> list[Import]:
    """What waits for a person, newest first."""
    with database.reading() as tx:
        return rows.waiting_imports(tx, seen_by=by)


def count_waiting(database: Database, by: Actor) -> int:
    """How much waits for a person."""
    with database.reading() as tx:
        return rows.count_waiting(tx, seen_by=by)


def import_page(database: Database, import_id: UUID, by: Actor) -> Import:
    """What came, with its content; raises NotFound."""
    with database.reading() as tx:
        found = _find(tx, import_id, by)
    audit.saw(database, by, Action.IMPORT_READ, About(found.person_id, found.case_id))
    return found


def _find(tx: Transaction, import_id: UUID, by: Actor, *, lock: bool = False) -> Import:
    found = rows.find_import(tx, import_id, seen_by=by, lock=lock)
    if found is None:
        raise NotFound("import_not_found")
    return found


def came_as(database: Database, person_id: UUID, by: Actor) -> list[UUID]:
    """What this person's cases came as, newest first."""
    with database.reading() as tx:
        return rows.imports_of_person(tx, person_id, seen_by=by)


def retry_import(database: Database, import_id: UUID, by: Actor) -> Imported:
    """Read it anew: something may be known by now that was not. Raises NotFound, or Conflict once it is settled."""
    with database.transaction() as tx:
        bundle = _waiting(tx, import_id, by).document.get("bundle")
        arrival = read_bundle(bundle, tx.at.date())
        try:
            done = _Taking(tx, within(database, tx), bundle, arrival, by, import_id).take()
        except _Aside as aside:
            rows.set_import(tx, import_id, _document(bundle, aside.problems, arrival), WAITING, by=by)
            return Imported("set_aside", import_id, problems=aside.problems, passed_over=arrival.passed_over)
        if done.outcome != "registered":
            rows.set_import(tx, import_id, {}, TAKEN, by=by)  # the referral has it all, or the case
        return done


def _waiting(tx: Transaction, import_id: UUID, by: Actor) -> Import:
    found = _find(tx, import_id, by, lock=True)
    if found.state != WAITING:
        raise Conflict(f"import_{found.state}")
    return found


def dismiss_import(database: Database, import_id: UUID, given: Mapping[str, Any], by: Actor) -> None:
    """Nothing becomes of it, and ``reason`` (up to 500 characters) says why.

    Raises NotFound, Invalid, or Conflict once it is settled.
    """
    why = checked(given, REASON, needed=REASON)
    with database.transaction() as tx:
        found = _waiting(tx, import_id, by)
        rows.set_import(tx, import_id, {**found.document, **why}, DISMISSED, by=by)
        audit.did(tx, by, Action.IMPORT_DISMISSED)
