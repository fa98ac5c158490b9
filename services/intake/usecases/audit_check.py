"""Prove that nobody changed the audit: its chain, the node's own checkpoints, and what witnesses hold of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.intake.domain import Action
from services.intake.storage import audit as rows
from services.intake.storage.audit import Witness
from services.intake.usecases.audit_chain import hash_after
from services.intake.usecases.proofs import event_in
from shared.database import Database, Transaction
from shared.messaging.errors import Refused
from shared.messaging.message import HUB
from shared.messaging.witness import Checkpoint
from shared.schemas.intake import AuditCheckpointMade, AuditCheckpointWitnessed
from shared.schemas.referral import AuditCheckpointKept
from shared.sealing import CannotOpen, Letter, signing_key_id

LOST = "lost_in_restore"
Problem = tuple[int, str]  #: the number of an entry, and the code of what is wrong there


@dataclass(frozen=True)
class Keys:
    """What signatures are checked with: all public keys that the node itself signed with, and the others, by name."""

    org: str
    own: Sequence[str]
    others: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Checked:
    """What was found. Behind ``witnessed``, the last number that somebody outside holds, no change stays unseen.

    Reasons: ``lost_in_restore`` (those up to this one were lost when the node was restored), ``entry_missing``,
    ``entry_changed``, ``entries_cut_off``, ``checkpoint_differs``,
    ``checkpoint_signature``, ``checkpoint_missing`` (a witness holds one that is not here), ``witness_signature``,
    ``outside_signature`` (what a witness is said to hold was never signed here).
    """

    entries: int
    unchained: int
    head: str
    checkpoints: int
    witnessed: int
    problems: tuple[Problem, ...]


def check_audit(database: Database, keys: Keys, outside: Sequence[Checkpoint] = ()) -> Checked:
    """Go through the whole audit. ``outside`` are the checkpoints that a witness holds of this node."""
    with database.reading() as tx:
        return check(tx, keys, outside)


def check(tx: Transaction, keys: Keys, outside: Sequence[Checkpoint] = ()) -> Checked:
    """The same within a transaction."""
    ours, words = rows.all_checkpoints(tx), rows.witnesses_of(tx)
    walked = _Walk({made.number for made in (*ours, *outside)})
    problems = list(walked.through(tx))
    problems += [
        problem for made in ours for problem in _breaks_of(made, walked, keys, "checkpoint_signature")
    ]
    problems += [
        problem for made in outside for problem in _breaks_of(made, walked, keys, "outside_signature")
    ]
    known = {made.number for made in ours}
    problems += [(made.number, "checkpoint_missing") for made in outside if made.number not in known]
    believed, lying = _sorted_by_proof(words, ours, keys)
    problems += [(word.number, "witness_signature") for word in lying]
    numbers = [word.number for word in believed] + [made.number for made in outside]
    return Checked(
        entries=walked.last,
        unchained=rows.count_unchained(tx),
        head=walked.head,
        checkpoints=len(ours),
        witnessed=max(numbers, default=0),
        problems=tuple(sorted(set(problems))),
    )


@dataclass
class _Walk:
    """The chain from its first entry; remembers the hashes at the places that checkpoints are about."""

    places: set[int]
    hashes: dict[int, str] = field(default_factory=dict)
    last: int = 0
    head: str = ""

    def through(self, tx: Transaction) -> Iterator[Problem]:
        """What restores lost, and the first thing that is wrong: what follows such a break would be wrong for that."""
        found = [problem for one in rows.in_order(tx) if (problem := self._step(one))]
        yield from (problem for problem in found if problem[1] == LOST)
        yield from [problem for problem in found if problem[1] != LOST][:1]

    def _step(self, one: rows.Chained) -> Problem | None:
        place, previous = self.last + 1, self.head
        self.last, self.head = one.number, one.hash
        if one.number in self.places:
            self.hashes[one.number] = one.hash
        if one.hash != hash_after(previous, one.entry, one.number):
            return place, "entry_changed" if one.number == place else "entry_missing"
        if one.number == place:
            return None
        return (one.number, LOST) if one.entry.action is Action.NODE_RESTORED else (place, "entry_missing")


def _breaks_of(made: Checkpoint, walked: _Walk, keys: Keys, unproven: str) -> Iterator[Problem]:
    if not _is_ours(made, keys):
        yield made.number, unproven
    elif made.number > walked.last:
        yield walked.last + 1, "entries_cut_off"
    elif walked.hashes.get(made.number) != made.hash:
        yield made.number, "checkpoint_differs"


def _is_ours(made: Checkpoint, keys: Keys) -> bool:
    said = _said_in(made.letter, AuditCheckpointMade)
    same = said is not None and (said.number, said.hash) == (made.number, made.hash)
    return same and any(made.letter.is_by(key) for key in keys.own)


def _sorted_by_proof(
    words: Sequence[Witness], ours: Sequence[Checkpoint], keys: Keys
) -> tuple[list[Witness], list[Witness]]:
    """Those that prove something, and those that are false. One whose key is not known any more is neither."""
    hashes = {made.number: made.hash for made in ours}
    known = [word for word in words if _is_known(word, keys)]
    proven = [word for word in known if _proves(word, hashes.get(word.number), keys)]
    return proven, [word for word in known if word not in proven]


def _is_known(word: Witness, keys: Keys) -> bool:
    known = keys.others.get(word.witness, ())
    try:
        return word.letter.said.key in {signing_key_id(key) for key in known}
    except CannotOpen:
        return bool(known)


def _proves(word: Witness, hash_: str | None, keys: Keys) -> bool:
    if not any(word.letter.is_by(key) for key in keys.others[word.witness]):
        return False
    if word.witness == HUB:
        kept = _said_in(word.letter, AuditCheckpointKept)
        return kept is not None and (kept.number, kept.hash, kept.witness) == (word.number, hash_, HUB)
    said = _said_in(word.letter, AuditCheckpointWitnessed)
    return said is not None and (said.org, said.number, said.hash) == (keys.org, word.number, hash_)


def _said_in(letter: Letter, kind: Any) -> Any:
    try:
        return event_in(letter, kind)
    except Refused:
        return None
