"""Write down who did what: with the act itself, and before what was read is shown; and look it up."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.intake.domain import NOTHING, About, Action, Actor, Entry, Via
from services.intake.storage import audit as rows
from services.intake.storage.audit import Wanted
from services.intake.usecases.refusals import NotPermitted
from shared.clock import new_id
from shared.database import Database, Transaction
from shared.messaging.witness import Checkpoint

AT_ONCE = 100  #: entries on one page
EXPORTED_AT_ONCE = 1_000
LOOKS = 200  #: of a person's newest entries, on their page
LOOKING = (
    Action.PEOPLE_SEARCHED,
    Action.PERSON_READ,
    Action.CASE_READ,
    Action.FILE_READ,
    Action.REFERRAL_READ,
    Action.REFERRAL_EXPORTED,
    Action.IMPORT_READ,
    Action.EMERGENCY_OPENED,
    Action.SLIP_OPENED,
)


def did(
    tx: Transaction, by: Actor | None, action: Action, about: About = NOTHING, *, via: Via = Via.NODE
) -> None:
    """Somebody did it; without a ``by`` the node or one of its commands did. It is kept when the transaction commits.

    However many there are in one transaction, it is one statement.
    """
    username, via = (by.username, by.via) if by else ("", via)
    _gather(tx, Entry(new_id(), tx.at, username, action, via, **vars(about)))


def _gather(tx: Transaction, entry: Entry) -> None:
    if _write not in tx.gathered:
        tx.gathered[_write] = []
        tx.before_commit.append(_write)
    tx.gathered[_write].append(entry)


def _write(tx: Transaction) -> None:
    rows.add_entries(tx, tx.gathered[_write])


def saw(database: Database, by: Actor, action: Action, *about: About) -> None:
    """Somebody is about to be shown these; without any, something that stands for no single record.

    It is kept before it is shown, in a transaction of its own: what cannot be kept is not shown.
    """
    with database.transaction() as tx:
        for one in about or (NOTHING,):
            did(tx, by, action, one)


def note_sign_in(tx: Transaction, what: str, username: str, via: Via = Via.PAGE) -> None:
    """Something happened to somebody's own account; ``what`` is the code of an ``Action``.

    ``username`` is empty for a name that nobody here has: it may be anything that was mistyped.
    """
    _gather(tx, Entry(new_id(), tx.at, username, Action(what), via))


def note_account(tx: Transaction, what: str, member: str) -> None:
    """A command of the node did that to the account of a member of staff; links and passwords are its owner's doing."""
    if what in (Action.RECOVERED, Action.PASSWORD_CHANGED):
        return note_sign_in(tx, what, member)
    return _gather(tx, Entry(new_id(), tx.at, "", Action(what), Via.COMMAND, member=member))


@dataclass(frozen=True)
class Look:
    """That somebody saw a person's data; how often on that day, and when the last time."""

    username: str
    action: Action
    via: Via
    at: datetime
    times: int


def who_looked(database: Database, record_id: UUID, by: Actor) -> list[Look]:
    """Who saw this person's data, or a referral that came in, newest first.

    Only for those who see it, as the caller has found out; the same by the same person on one day (in UTC) is one look.
    """
    if not by.sees_cases:
        raise NotPermitted
    with database.reading() as tx:
        return list(_together(rows.find_entries(tx, Wanted(record_id, actions=LOOKING), limit=LOOKS)))


def _together(entries: Collection[Entry]) -> Iterator[Look]:
    looks: dict[object, Look] = {}
    for entry in entries:
        key = (entry.username, entry.action, entry.via, entry.at.date())
        look = looks.get(key) or Look(entry.username, entry.action, entry.via, entry.at, 0)
        looks[key] = replace(look, times=look.times + 1)
    yield from looks.values()


@dataclass(frozen=True)
class Chain:
    """How far the audit is proven: places given, entries that wait for one, and the last checkpoint's witnesses."""

    entries: int
    unchained: int
    checkpoint: Checkpoint | None
    witnesses: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """Entries, newest first, and the id behind which older ones begin."""

    entries: tuple[Entry, ...]
    following: UUID | None
    chain: Chain


def audit_page(database: Database, wanted: Wanted, by: Actor, after: UUID | None = None) -> Page:
    """The audit, for auditors; to look at it is an action, too. Raises NotPermitted."""
    _require_auditor(by)
    saw(database, by, Action.AUDIT_READ)
    with database.reading() as tx:
        found = rows.find_entries(tx, wanted, limit=AT_ONCE + 1, after=after)
        page = tuple(found[:AT_ONCE])
        return Page(page, page[-1].id if len(found) > AT_ONCE else None, _chain(tx))


def _chain(tx: Transaction) -> Chain:
    last, (number, _) = rows.last_checkpoint(tx), rows.head(tx)
    witnesses = tuple(one.witness for one in rows.witnesses_of(tx, last.number)) if last else ()
    return Chain(number, rows.count_unchained(tx), last, witnesses)


def export_audit(database: Database, wanted: Wanted, by: Actor) -> Iterator[Entry]:
    """All entries that are wanted, newest first, read piece by piece; an action like the others.

    Raises NotPermitted at once.
    """
    _require_auditor(by)
    saw(database, by, Action.AUDIT_EXPORTED)
    return _all(database, wanted)


def _all(database: Database, wanted: Wanted) -> Iterator[Entry]:
    after = None
    while True:
        with database.reading() as tx:
            found = rows.find_entries(tx, wanted, limit=EXPORTED_AT_ONCE, after=after)
        yield from found
        if len(found) < EXPORTED_AT_ONCE:
            return
        after = found[-1].id


def _require_auditor(by: Actor) -> None:
    if not by.sees_the_audit:
        raise NotPermitted
