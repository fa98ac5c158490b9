"""The referrals that one batch of messages is about: read once, changed in memory, written at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.intake.domain import NEED_AFTER, Direction, Pending, Standing
from services.intake.storage import cases as case_rows
from services.intake.storage import erasures as erasure_rows
from services.intake.storage import hearing as rows
from services.intake.storage import referrals as referral_rows
from services.intake.storage.tables import keys, letters
from services.intake.usecases.erasures import stop_and_erase
from services.intake.usecases.moves import CALM, QUIET
from services.intake.usecases.proofs import prove_link, prove_move
from services.intake.usecases.sealed_parts import open_note
from services.intake.usecases.withdrawing import awaited
from shared.database import Transaction
from shared.messaging.errors import Refused, Unready
from shared.messaging.keybook import may_be_unsigned
from shared.messaging.letters import Proof, hashes_of, keep_letters
from shared.messaging.message import Message
from shared.messaging.topology import from_node
from shared.schemas.intake import HistoryAsked
from shared.schemas.life import OPEN, Move, State
from shared.schemas.referral import MoveRefused, NumberedMove
from shared.sealing import CannotOpen, KeyRing, Letter, from_text

FIRST = 1  #: the number of every referral's first move, with which a chain begins
#: of a move, in its line
LINE = ("number", "move", "state", "by_org", "made_at", "recorded_at", "reason", "letter", "link")
SAME = ("number", "state", "shown_state", "overdue_acknowledgement", "overdue_reply", "refused", "unseen")


@dataclass
class Entry:
    """One referral: its row as it was, and where it stands by now."""

    row: dict[str, Any]
    standing: Standing
    changed: bool = False

    def stands(self, standing: Standing, **deadlines: datetime) -> None:
        """It stands so from now on."""
        self.standing, self.changed = standing, True
        self.row |= deadlines


@dataclass
class Ledger:
    """A batch's referrals, locked, and what is to be written of them."""

    tx: Transaction
    ring: KeyRing
    org: str
    entries: dict[UUID, Entry]
    lines: dict[tuple[UUID, UUID], dict[str, Any]] = field(default_factory=dict)
    numbered: list[dict[str, Any]] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)
    gaps: dict[UUID, int] = field(default_factory=dict)
    needs: dict[UUID, str] = field(default_factory=dict)
    erased: set[UUID] = field(default_factory=set)
    proofs: list[Proof] = field(default_factory=list)
    own: dict[UUID, str] = field(default_factory=dict)
    applied: list[tuple[Mapping[str, Any], NumberedMove]] = field(default_factory=list)

    @classmethod
    def open(
        cls,
        tx: Transaction,
        ids: Collection[UUID],
        own: Collection[tuple[UUID, UUID]],
        ring: KeyRing,
        org: str,
    ) -> "Ledger":
        """Lock and read the referrals of these ids, and what proves our ``own`` moves, by referral, that come back."""
        found = rows.lock_referrals(tx, ids) if ids else {}
        waiting = referral_rows.pending_of(tx, found.keys()) if found else {}
        entries = {id_: Entry(row, _standing(row, waiting.get(id_, ()))) for id_, row in found.items()}
        return cls(tx, ring, org, entries, own=_letters_of(tx, waiting, own))

    def find(self, referral_id: UUID) -> Entry:
        """The referral; Unready when it has not come yet."""
        try:
            return self.entries[referral_id]
        except KeyError:
            raise Unready("referral_not_here") from None

    def apply(self, entry: Entry, message: Message, move: NumberedMove, **deadlines: datetime) -> None:
        """Take in a numbered move: the next one counts, a known one does nothing, an early one is a gap.

        Raises Refused for one that is not proven, or does not continue the chain, and Unready for one of our own that
        we lack.
        """
        standing, referral_id = entry.standing, entry.row["id"]
        if move.by_org not in (self.org, entry.row["other_org"]):
            raise Refused("not_a_party")
        if move.number > standing.number + 1:
            self.gaps[referral_id] = standing.number
        if move.number != standing.number + 1:
            return
        theirs = move.by_org != self.org
        waits = own_id(referral_id, move) in {one.move_id for one in standing.pending}
        if not move.letter and not self._began_unsigned(entry, move):
            raise Refused("letter_missing")
        letter = self._proven(entry, message, move) if move.letter else None
        line = self._line(referral_id, move, letter, theirs=theirs)
        if waits:
            self.numbered.append(line)
        else:
            self.lines[referral_id, line["move_id"]] = line
        after = standing.moved(move.number, line["move_id"], move.move, move.state, theirs=theirs)
        entry.row["link"] = move.link
        entry.row["said_at"] = max(entry.row["said_at"], move.recorded_at or move.made_at)
        entry.stands(after, **deadlines)
        self._note_consequences(entry, move)
        self.applied.append((entry.row, move))

    def _began_unsigned(self, entry: Entry, move: NumberedMove) -> bool:
        """A referral that began under version 0.1.0 has no chain, and its first moves no letters."""
        row = entry.row
        return row["link"] is None and may_be_unsigned(self.tx, keys, move.by_org, row["sent_at"])

    def _proven(self, entry: Entry, message: Message, move: NumberedMove) -> Letter | None:
        """The maker's letter, and the chain; of our own moves we have the letter, which need not come again.

        One that we lack we made after the backup from which this node was restored: our own letter comes with it.
        """
        referral_id, hash_ = entry.row["id"], move.letter or ""
        known = self.own.get(own_id(referral_id, move)) if move.by_org == self.org else None
        if known is not None:
            if known != hash_:
                raise Refused("letter_differs")
            letter = None
        elif move.by_org == self.org and hash_ not in message.beside:
            raise Unready("own_letter_not_here")  # the history that this node asks for brings it
        else:
            letter = prove_move(message, referral_id, move)
            self.proofs.append((referral_id, move.move_id, letter.without_private()))
        previous, at = entry.row["link"], move.recorded_at
        if move.number == FIRST or move.link is not None or previous is not None:
            prove_link(move.link, previous, number=move.number, letter=hash_, state=move.state, at=at)
        return letter

    def refuse(self, event: MoveRefused) -> None:
        """Take in that a move of ours does not stand, or that the network could not take the referral."""
        entry, is_send = self.find(event.referral_id), event.move is Move.SEND
        self.receipts.append(f"sent:{event.referral_id}" if is_send else f"move:{event.move_id}")
        if is_send and entry.standing.number:
            return
        move_id = event.referral_id if is_send else event.move_id
        without = entry.standing.without(move_id)
        pending = () if is_send else without.pending
        entry.stands(replace(without, refused=without.refused or is_send, pending=pending))
        refusal = rows.refusal(event.number, event.state, event.allowed)
        rows.refuse_line(self.tx, event.referral_id, move_id, refusal)
        if is_send:
            self._settle_what_came_after(event, without.pending)
        if is_send and entry.row["need_id"]:
            self.needs[entry.row["need_id"]] = "open"
        if event.number > without.number:
            self.gaps[event.referral_id] = without.number

    def _settle_what_came_after(self, event: MoveRefused, pending: Collection[Pending]) -> None:
        """Nobody will ever answer what was made of a referral that the network could not take."""
        self.receipts.append(awaited(event.referral_id))
        erasure_rows.forget_copies(self.tx, event.referral_id)
        for move in pending:
            self.receipts.append(f"move:{move.move_id}")
            rows.refuse_line(self.tx, event.referral_id, move.move_id, rows.refusal(event.number, None, ()))

    def _line(
        self, referral_id: UUID, move: NumberedMove, letter: Letter | None, *, theirs: bool
    ) -> dict[str, Any]:
        said: dict[str, Any] = {"note": None, "outcome": None, "scheduled_for": None, "unreadable": None}
        if theirs and move.move is not Move.SEND:
            said |= self._opened(letter, move)
        known = {name: getattr(move, name) for name in LINE}
        named = {"move_id": own_id(referral_id, move)}
        return known | said | named | {"referral_id": referral_id, "position": move.number}

    def _opened(self, letter: Letter | None, move: NumberedMove) -> dict[str, Any]:
        """A note that cannot be opened must not stop the move that it came with: the line says so instead."""
        try:
            sealed = letter.private if letter else from_text(move.sealed_note or "")
            return open_note(sealed, move.move_id, self.ring) if sealed else {}
        except CannotOpen as error:
            return {"unreadable": error.code}

    def _note_consequences(self, entry: Entry, move: NumberedMove) -> None:
        row, out = entry.row, entry.row["direction"] == Direction.OUT
        if move.by_org == self.org and move.move is not Move.SEND:
            self.receipts.append(f"move:{move.move_id}")
        if out and (move.move is Move.DELIVER or move.state not in OPEN):
            # Over before it was delivered: the hub has it, and goes on offering it until the other node does.
            self.receipts.append(f"sent:{row['id']}")
        if out and row["need_id"] and move.state in NEED_AFTER:
            self.needs[row["need_id"]] = NEED_AFTER[move.state]
        if not out and move.state is State.WITHDRAWN:
            self.erased.add(row["id"])

    def save(self) -> None:
        """Write everything, in a few statements however large the batch is."""
        keep_letters(self.tx, letters, self.proofs)
        changed = [self._row(entry) for entry in self.entries.values() if entry.changed]
        if changed:
            rows.save_standings(self.tx, changed)
        if self.lines:
            data_keys = {id_: entry.row["data_key"] for id_, entry in self.entries.items()}
            rows.put_lines(self.tx, list(self.lines.values()), data_keys)
        rows.number_lines(self.tx, self.numbered)
        if self.receipts:
            self.tx.outbox.receipted(self.tx, self.receipts)
        if self.erased:
            stop_and_erase(self.tx, dict.fromkeys(self.erased, self.tx.at), self.org)
        for state in set(self.needs.values()):
            of_state = [need_id for need_id, now in self.needs.items() if now == state]
            case_rows.settle_planned(self.tx, of_state, state)
        for referral_id, number in self.gaps.items():
            ask_history(self.tx, referral_id, number)

    def _row(self, entry: Entry) -> dict[str, Any]:
        now = entry.standing
        asked = 0 if now.expects_news else CALM
        return entry.row | {
            **{name: getattr(now, name) for name in SAME},
            "unconfirmed": bool(now.pending),
            "asked": asked,
            "quiet_until": self.tx.at + QUIET * 2**asked if now.may_move or now.pending else None,
        }


def own_id(referral_id: UUID, move: NumberedMove) -> UUID:
    """By what a move is known here; the first by the referral's own id: it needs a name before the hub gives it one."""
    return referral_id if move.move is Move.SEND else move.move_id


def _letters_of(
    tx: Transaction, waiting: Mapping[UUID, tuple[Pending, ...]], own: Collection[tuple[UUID, UUID]]
) -> dict[UUID, str]:
    """The hashes of our letters: what waits names its own, and the others are looked up."""
    known = {move.move_id: move.letter for moves in waiting.values() for move in moves if move.letter}
    elsewhere = {referral_id for referral_id, move_id in own if move_id not in known}
    return known | (hashes_of(tx, letters, elsewhere) if elsewhere else {})


def _standing(row: dict[str, Any], waiting: tuple[Pending, ...]) -> Standing:
    flags = {name: row[name] for name in ("overdue_acknowledgement", "overdue_reply", "refused", "unseen")}
    return Standing(Direction(row["direction"]), row["number"], State(row["state"]), waiting, **flags)


def ask_history(tx: Transaction, referral_id: UUID, number: int) -> None:
    """Ask the referral service for every move after that number."""
    asked = HistoryAsked(referral_id=referral_id, after=number)
    tx.outbox.publish(tx, asked, to=from_node(tx.outbox.sender), subject=referral_id)
