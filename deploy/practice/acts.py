"""The whole way for a debriefing: every act of each role, in order, and what the person could see at that moment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from deploy.demo.plan import NodePlan
from services.intake.domain import Action, Entry, Via
from services.intake.storage.audit import Wanted, find_entries
from services.intake.storage.slip_tables import slips
from services.intake.usecases.referrals import ReferralFile
from shared.database import Database
from shared.schemas.life import State

MOST = 1_000  #: acts of an organisation, the newest
LOOKS = ("_read", "_listed", "_searched", "_repeated")  #: how actions end that change nothing
BY_CODE = (Action.SLIP_MADE, Action.SLIP_ENDED)
Person = tuple[str, UUID]  #: the organisation that knows them, and their id there

Seen = tuple[tuple[str, State], ...]  #: of each referral: what help, and where it stands


@dataclass(frozen=True)
class Act:
    """``who`` is a member of staff by user name, with their ``role``, or empty for the person with a printed code.

    ``sees`` is what the person could see from then on, where that has changed: None while no code opens anything.
    """

    at: datetime
    node: NodePlan
    who: str
    role: str
    action: Action
    has_changed: bool
    sees: Seen | None


def acts(
    nodes: Sequence[NodePlan],
    databases: Mapping[str, Database],
    sent: Sequence[tuple[NodePlan, ReferralFile]],
) -> list[Act]:
    """Of all organisations, oldest first; ``sent`` is all that they sent to each other, with its history."""
    found = [(node, entry) for node in nodes for entry in _done_by_people(databases[node.org])]
    found.sort(key=lambda one: (one[1].at, one[1].id))
    whose: dict[UUID, Person] = {
        entry.referral_id: (node.org, entry.person_id)
        for node, entry in found
        if entry.action is Action.REFERRAL_SENT and entry.referral_id and entry.person_id
    }
    until = {(node.org, id_): end for node in nodes for id_, end in _codes(databases[node.org])}
    return list(_told(found, whose, until, [file for _, file in sent]))


def _done_by_people(database: Database) -> list[Entry]:
    with database.reading() as tx:
        found = find_entries(tx, Wanted(), limit=MOST)
    return [entry for entry in found if _is_of_the_work(entry)]


def _is_of_the_work(entry: Entry) -> bool:
    """A person did something with somebody's file, or with a question or a conference, which name nobody."""
    by_somebody = bool(entry.username) or entry.via == Via.PERSON
    about = entry.person_id or entry.case_id or entry.referral_id
    return (
        by_somebody
        and bool(about or entry.action.startswith(("capacity_", "conference_")))
        and not entry.action.endswith(LOOKS)
    )


def _codes(database: Database) -> list[tuple[UUID, datetime]]:
    """Whose printed codes open something until when, the newest last."""
    with database.reading() as tx:
        rows = tx.execute(select(slips.c.person_id, slips.c.until).order_by(slips.c.made_at))
        return [(row.person_id, row.until) for row in rows]


def _told(
    found: Sequence[tuple[NodePlan, Entry]],
    whose: Mapping[UUID, Person],
    until: Mapping[Person, datetime],
    files: Sequence[ReferralFile],
) -> Iterator[Act]:
    with_code: set[Person] = set()
    before: dict[Person, Seen | None] = {}
    for node, entry in found:
        person = whose.get(entry.referral_id) if entry.referral_id else None
        if person is None and entry.person_id:
            person = (node.org, entry.person_id)
        if person and entry.action in BY_CODE:
            (with_code.add if entry.action is Action.SLIP_MADE else with_code.discard)(person)
        opens = person in with_code and entry.at < until[person] if person else False
        theirs = [file for file in files if whose.get(file.referral.id) == person]
        sees = _seen(theirs, entry.at) if opens else None
        has_changed = person is not None and before.get(person, ()) != sees
        if person:
            before[person] = sees
        role = next((m.role for m in node.about.staff if m.username == entry.username), "")
        yield Act(entry.at, node, entry.username, role, entry.action, has_changed, sees)


def _seen(files: Sequence[ReferralFile], at: datetime) -> Seen:
    """Where each referral stood, as far as it was known where the person is."""
    stood = []
    for file in files:
        lines = [line for line in file.history if not line.refused and line.made_at <= at]
        if lines:
            stood.append((file.referral.service_type, lines[-1].state))
    return tuple(stood)
