"""Queries on printed codes. A code is found by its keyed hash, which is made of its hash, and stands nowhere itself."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, insert, select, update

from services.intake.domain import Actor
from services.intake.domain.slip import Slip
from services.intake.storage.need_to_know import visible
from services.intake.storage.slip_tables import slips, visits
from services.intake.storage.tables import consents, people
from shared.at_rest import place
from shared.database import Transaction
from shared.rows import add_new
from shared.sign_ins import sha256

MEANING = "slip"  #: of the code in its keyed hash
_KNOWN = [slips.c[name] for name in Slip.__dataclass_fields__]


def add_slip(tx: Transaction, slip: Slip, code: str) -> None:
    """Keep that this code, as it is compared, opens it."""
    tx.execute(insert(slips), vars(slip) | _found_by(tx, slip.id, sha256(code)))


def _found_by(tx: Transaction, slip_id: UUID, hashed: str) -> dict[str, bytes]:
    """By which the code is found, and the hash of which that is made, which under another key makes another."""
    sealed = tx.at_rest.seal(hashed.encode(), place("slips.sealed", slip_id))
    return {"code_index": tx.at_rest.blind(MEANING, hashed), "sealed": sealed}


def index_anew(tx: Transaction) -> int:
    """Codes that are found by an older storage key are found by the newest from now on; says how many that were."""
    c = slips.c
    query = select(c.id, c.sealed).where(c.sealed.is_not(None), c.until > tx.at).with_for_update()
    old = [row for row in tx.execute(query) if not tx.at_rest.is_newest(row.sealed)]
    for row in old:
        hashed = tx.at_rest.open(row.sealed, place("slips.sealed", row.id)).rstrip().decode()
        tx.execute(update(slips).where(c.id == row.id).values(_found_by(tx, row.id, hashed)))
    return len(old)


def beginning(tx: Transaction, code: str) -> str:
    """What stands for the first half of a code where attempts are counted: told by no one without the key."""
    return "slip/" + tx.at_rest.blind("beginning of a slip", code[: len(code) // 2]).hex()


def opened_by(tx: Transaction, code: str) -> Slip | None:
    """What this code opens now. One statement, whatever is wrong with it."""
    return _usable(tx, slips.c.code_index.in_(tx.at_rest.blinds(MEANING, sha256(code))))


def usable(tx: Transaction, slip_id: UUID) -> Slip | None:
    """The slip, if its code still opens it."""
    return _usable(tx, slips.c.id == slip_id)


def _usable(tx: Transaction, which: ColumnElement[bool]) -> Slip | None:
    """In time, not ended, and held by whoever gave the consent that counts."""
    c = slips.c
    gave = select(consents.c.given_by).where(consents.c.person_id == c.person_id)
    newest = gave.order_by(consents.c.version.desc()).limit(1).scalar_subquery()
    query = select(*_KNOWN).where(which, c.code_index.is_not(None), c.until > tx.at, c.holder == newest)
    row = tx.execute(query).mappings().one_or_none()
    return Slip(**row) if row else None


def slip_of(tx: Transaction, person_id: UUID) -> Slip | None:
    """The person's slip that is in force, whoever may see the person."""
    return _usable(tx, slips.c.person_id == person_id)


def end_slips(tx: Transaction, person_id: UUID) -> int:
    """The person's code opens nothing any more, and visits with it are over; how many there were."""
    in_force = and_(slips.c.person_id == person_id, slips.c.code_index.is_not(None))
    return tx.execute(update(slips).where(in_force).values(code_index=None, sealed=None)).rowcount


def use_form(tx: Transaction, form: str) -> bool:
    """One showing of the form opens one visit: loaded again, it opens none. Says whether it is the first."""
    row = {"token_sha256": sha256(f"form/{form}"), "username": "", "begun_at": tx.at, "seen_at": tx.at}
    return bool(add_new(tx, visits, [row]))


def set_unseen(tx: Transaction, slip_id: UUID) -> None:
    """Consent was taken back with it."""
    tx.execute(update(slips).where(slips.c.id == slip_id).values(unseen=True))


def set_seen(tx: Transaction, person_id: UUID) -> None:
    """Somebody here has looked."""
    tx.execute(update(slips).where(slips.c.person_id == person_id).values(unseen=False))


def unseen(tx: Transaction, *, seen_by: Actor) -> list[UUID]:
    """People who took consent back themselves, and nobody here has looked since; the newest first."""
    c = slips.c
    query = select(c.person_id).where(c.unseen).group_by(c.person_id).order_by(func.max(c.made_at).desc())
    waiting = list(tx.execute(query).scalars())
    if not waiting:
        return []
    mine = select(people.c.id).where(people.c.id.in_(waiting), visible(people, seen_by, tx.at))
    known = set(tx.execute(mine).scalars())
    return [person_id for person_id in waiting if person_id in known]


def forget_slips(tx: Transaction, person_ids: Collection[UUID]) -> None:
    """Of people who are erased nothing stays."""
    theirs = slips.c.person_id.in_(person_ids)
    ids = [str(id_) for id_ in tx.execute(select(slips.c.id).where(theirs)).scalars()]
    tx.execute(delete(visits).where(visits.c.username.in_(ids)))
    tx.execute(delete(slips).where(theirs))
