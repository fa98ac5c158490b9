"""Two thousand ways to change the audit behind the last witnessed checkpoint, by whoever owns the whole machine."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from services.intake.domain import About, Action, Via
from services.intake.storage import audit as rows
from services.intake.storage.audit_tables import checkpoints, entries, witnesses
from services.intake.tests.node import HERE, OUR_KEYS, WORKER, Node
from services.intake.tests.test_audit_chain import KEYS, hub_keeps, letter_of, partner_keeps
from services.intake.usecases import audit
from services.intake.usecases.audit_chain import hash_after, keep_chain
from services.intake.usecases.audit_check import Checked, check
from shared.clock import new_id
from shared.database import Transaction
from shared.messaging.message import HUB
from shared.messaging.witness import Checkpoint
from shared.schemas.intake import AuditCheckpointMade

TIMES = 2_000
LENGTH = 40  #: entries, of which the last few came after the last witnessed checkpoint
WITNESSED = 30


@dataclass(frozen=True)
class Kept:
    """A node's audit, what a witness holds of it, and dice."""

    node: Node
    outside: list[Checkpoint]
    dice: random.Random

    def place(self) -> int:
        """Somewhere behind the last witnessed checkpoint."""
        return self.dice.randint(1, WITNESSED)


@pytest.fixture
def kept(node: Node) -> Kept:
    persons = [new_id() for _ in range(5)]
    for number in range(1, LENGTH + 1):
        with node.database.transaction() as tx:
            audit.did(tx, WORKER, Action.PERSON_READ, About(persons[number % 5]))
        node.pass_time(seconds=61)
        if number in (10, 20, WITNESSED):
            node.pass_time(hours=1)
            keep_chain(node.database)
            hub_keeps(node)
            partner_keeps(node)
    keep_chain(node.database)
    with node.database.reading() as tx:
        outside = rows.all_checkpoints(tx)
        found = check(tx, KEYS, outside)
    assert (found.entries, found.unchained, found.problems) == (LENGTH, 0, ())
    assert (found.witnessed, [one.number for one in outside]) == (WITNESSED, [10, 20, WITNESSED])
    return Kept(node, outside, random.Random(7))  # noqa: S311 - dice


def flip(tx: Transaction, kept: Kept) -> None:
    """Another value in one entry."""
    mine = entries.c.number == kept.place()
    row = tx.execute(select(entries).where(mine)).mappings().one()
    changes: dict[str, Any] = {
        "username": "someone.else",
        "action": Action.CASE_READ,
        "via": Via.API,
        "person_id": None,
        "case_id": new_id(),
        "referral_id": new_id(),
        "member": "olena",
        "at": row["at"] - timedelta(seconds=kept.dice.randint(1, 600)),
        "id": new_id(),
        "hash": f"{kept.dice.getrandbits(256):064x}",
    }
    name = kept.dice.choice(list(changes))
    tx.execute(update(entries).where(mine).values({name: changes[name]}))


def remove(tx: Transaction, kept: Kept) -> None:
    """An entry is gone; perhaps those behind it move up."""
    place = kept.place()
    tx.execute(delete(entries).where(entries.c.number == place))
    if kept.dice.random() < 0.5:
        for number in range(place + 1, LENGTH + 1):
            tx.execute(update(entries).where(entries.c.number == number).values(number=number - 1))


def swap(tx: Transaction, kept: Kept) -> None:
    """Two entries change places, with their hashes or without."""
    first, second = kept.dice.sample(range(1, WITNESSED + 1), 2)
    found = {row.number: row for row in tx.execute(select(entries))}
    tx.execute(update(entries).where(entries.c.id == found[first].id).values(number=None))
    with_hash = kept.dice.random() < 0.5
    for row, place in ((found[second], first), (found[first], second)):
        hash_ = row.hash if with_hash else found[place].hash
        tx.execute(update(entries).where(entries.c.id == row.id).values(number=place, hash=hash_))


def truncate(tx: Transaction, kept: Kept) -> None:
    """The end is cut off, perhaps with the checkpoints about it."""
    place = kept.place()
    tx.execute(delete(entries).where(entries.c.number >= place))
    if kept.dice.random() < 0.5:
        forget_checkpoints(tx, place)


def forget_checkpoints(tx: Transaction, place: int) -> None:
    tx.execute(delete(checkpoints).where(checkpoints.c.number >= place))
    tx.execute(delete(witnesses).where(witnesses.c.number >= place))


def slip_in(tx: Transaction, kept: Kept) -> None:
    """An entry that nobody made, in its place as if it had been there."""
    place = kept.place()
    for number in range(LENGTH, place - 1, -1):
        tx.execute(update(entries).where(entries.c.number == number).values(number=number + 1))
    row = tx.execute(select(entries).where(entries.c.number == place + 1)).mappings().one()
    tx.execute(insert(entries), {**row, "id": new_id(), "number": place, "username": "someone.else"})


def rewrite(tx: Transaction, kept: Kept) -> None:
    """One entry is another, and all that proves it is made anew: the chain, and checkpoints with the node's own key."""
    place = kept.place()
    mine = entries.c.number == place
    if kept.dice.random() < 0.5:
        tx.execute(update(entries).where(mine).values(username="someone.else"))
    else:
        remove_neatly(tx, place)
    chain_anew(tx)
    for made in rows.all_checkpoints(tx):
        sign_anew(tx, made)
    if kept.dice.random() < 0.5:
        tx.execute(delete(witnesses).where(witnesses.c.number >= place))


def remove_neatly(tx: Transaction, place: int) -> None:
    tx.execute(delete(entries).where(entries.c.number == place))
    for number in range(place + 1, LENGTH + 1):
        tx.execute(update(entries).where(entries.c.number == number).values(number=number - 1))


def chain_anew(tx: Transaction) -> None:
    previous, places = "", []
    for one in rows.in_order(tx):
        previous = hash_after(previous, one.entry, one.number)
        places.append((one.entry.id, one.number, previous))
    rows.set_places(tx, places)


def sign_anew(tx: Transaction, made: Checkpoint) -> None:
    hash_ = tx.execute(select(entries.c.hash).where(entries.c.number == made.number)).scalar_one()
    event = AuditCheckpointMade(number=made.number, hash=hash_, made_at=made.made_at)
    letter = letter_of(event, OUR_KEYS, HERE, *made.letter.said.readers)
    rows.put_checkpoint(tx, replace(made, hash=hash_, letter=letter))


WAYS: tuple[Callable[[Transaction, Kept], None], ...] = (flip, remove, swap, truncate, slip_in, rewrite)


@contextmanager
def tampered(kept: Kept, way: Callable[[Transaction, Kept], None]) -> Iterator[Transaction]:
    """A transaction in which it was done, and which never was."""
    with kept.node.database.reading() as tx:
        way(tx, kept)
        yield tx


def test_every_tampering_is_found_with_what_a_witness_holds(
    kept: Kept, record_property: Callable[[str, object], None]
) -> None:
    unseen = []
    for number in range(TIMES):
        way = WAYS[number % len(WAYS)]
        with tampered(kept, way) as tx:
            if not check(tx, KEYS, kept.outside).problems:
                unseen.append(way.__name__)

    assert unseen == []
    record_property(
        "figure", f"Audits tampered with behind a witnessed checkpoint: {TIMES:,}, {len(unseen)} unseen."
    )


def test_without_a_witness_a_full_rewrite_is_not_found(kept: Kept) -> None:
    """Whoever owns the machine owns its key too: what witnesses hold is what finds it."""

    def rewrite_and_forget(tx: Transaction, kept: Kept) -> None:
        tx.execute(update(entries).where(entries.c.number == kept.place()).values(username="someone.else"))
        chain_anew(tx)
        for made in rows.all_checkpoints(tx):
            sign_anew(tx, made)
        tx.execute(delete(witnesses))

    with tampered(kept, rewrite_and_forget) as tx:
        alone: Checked = check(tx, KEYS)
        together = check(tx, KEYS, kept.outside)

    assert (alone.problems, alone.witnessed) == ((), 0)
    assert together.problems


def test_what_nobody_signed_here_is_no_evidence(kept: Kept) -> None:
    forged = replace(kept.outside[0], hash="a" * 64)

    with kept.node.database.reading() as tx:
        assert check(tx, KEYS, [forged]).problems == ((10, "outside_signature"),)


def test_a_partners_word_is_not_the_hubs(kept: Kept) -> None:
    with kept.node.database.reading() as tx:
        tx.execute(delete(witnesses).where(witnesses.c.witness == HUB))
        tx.execute(update(witnesses).values(witness=HUB))
        found = check(tx, KEYS)

    assert found.witnessed == 0
