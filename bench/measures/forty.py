"""Forty referrals of one moment, and what is done with all of them at a hop; keys and words are made once."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

from bench.clients import REASON
from services.intake.storage.cells import of_content
from services.intake.usecases.checks import checked
from services.intake.usecases.sealed_parts import open_person, seal_person
from services.intake.usecases.sending import NEEDED, RULES
from shared.at_rest import StorageKeys
from shared.clock import new_id
from shared.messaging.message import HUB, encode
from shared.schemas import Event
from shared.schemas.intake import ReferralSent
from shared.schemas.life import Move, State
from shared.schemas.referral import Moved, Offered
from shared.sealing import Letter, OwnKeys, Unsigned, disclose, enclose, framed, write_letters

SENDER, RECEIVER = "harbour-house", "legal-aid-centre"
FACTS = {"service_type": "legal_assistance", "urgency": "normal"}
CONTENT = {"alias": "Invented", "age_band": "24--26", "reason": REASON, "safe_contact": "in_person"}
ASKED: Mapping[str, Any] = {
    **FACTS,
    "to_org": RECEIVER,
    "reason": REASON,
    "fields": ("alias", "age_band"),
    "safe_contact": "in_person",
    "purpose": None,
}
PROOF = {"letter": "0" * 64, "link": "0" * 64}

Said = tuple[Event, bytes]  #: an event, and as it is written


class Forty:
    """Every method without parameters is one thing that is done with all of them. All parties have one key ring."""

    MANY: ClassVar[int] = 40

    def __init__(self) -> None:
        self._keys, self._at = OwnKeys.generate(), datetime.now(UTC)
        self._at_rest = StorageKeys(self._keys.storage)
        self._ids = [new_id() for _ in range(self.MANY)]
        at = {"acknowledge_by": self._at, "reply_by": self._at, "recorded_at": self._at}
        self.sent = [
            self._said(id_, SENDER, ReferralSent, to_org=RECEIVER, sent_at=self._at) for id_ in self._ids
        ]
        self.offered = [
            self._said(id_, HUB, Offered, from_org=SENDER, sent_at=self._at, **at, **PROOF)
            for id_ in self._ids
        ]
        move = {"number": 1, "move": Move.SEND, "state": State.SENT, "by_org": SENDER, "made_at": self._at}
        between = {"from_org": SENDER, "to_org": RECEIVER}
        self.moved = [
            self._said(id_, HUB, Moved, move_id=id_, **between, **move, **at, **PROOF) for id_ in self._ids
        ]
        self._sealed = self.seal_parts()
        self._letters = self.write_letters()
        self._offered, self._moved = self.say_offers(), self.say_moves()
        self.letters = self.enclose_letters()
        self.offers, self.moves = self.enclose_offers(), self.enclose_moves()
        self._of_hub = {self.offers: self._offered[0], self.moves: self._moved[0]}

    def _said(self, id_: UUID, by: str, kind: type[Event], **told: Any) -> Said:
        event = kind(referral_id=id_, **FACTS, **told)  # type: ignore[call-arg]
        return event, encode(event, id=new_id(), sender=by, subject=id_, at=self._at)

    def check_what_is_asked(self) -> None:
        """As the case worker's order is checked."""
        for _ in self._ids:
            checked(ASKED, RULES, needed=NEEDED)

    def seal_parts(self) -> list[bytes]:
        """Each person's part, for the receiver alone."""
        return [seal_person(CONTENT, id_, to=self._keys.public.sealing) for id_ in self._ids]

    def open_parts(self) -> None:
        """And opened there."""
        for id_, sealed in zip(self._ids, self._sealed, strict=True):
            open_person(sealed, id_, self._keys.ring)

    def keep_parts(self) -> None:
        """As a node keeps them, at rest."""
        for id_ in self._ids:
            of_content(self._at_rest, id_, "out", CONTENT)

    def write_letters(self) -> list[Letter]:
        """The sender's, of one moment."""
        said = zip(self.sent, self._sealed, strict=True)
        unsigned = [Unsigned([event], (HUB, RECEIVER), sealed) for (_, event), sealed in said]
        return write_letters(unsigned, sender=SENDER, signing=self._keys.signing[0])

    def prove_letters(self) -> None:
        """Each by itself."""
        if not all(letter.is_by(self._keys.public.signing) for letter in self._letters):
            raise AssertionError("a letter is not by whom it says")

    def say_offers(self) -> list[Letter]:
        """What the hub says to the receiver, as one letter."""
        return self._spoken(self.offered)

    def say_moves(self) -> list[Letter]:
        """What the hub says to each of the others, as one letter."""
        return self._spoken(self.moved)

    def _spoken(self, said: Sequence[Said]) -> list[Letter]:
        together = b",".join(event for _, event in said)
        return write_letters([Unsigned([together], (RECEIVER,))], sender=HUB, signing=self._keys.signing[0])

    def prove_hub(self, pack: bytes) -> None:
        """The hub's one letter of that pack."""
        if not self._of_hub[pack].is_by(self._keys.public.signing):
            raise AssertionError("the letter is not the hub's")

    def enclose_letters(self) -> bytes:
        """The sender's letters, for the hub."""
        return self._enclosed(self._letters)

    def enclose_offers(self) -> bytes:
        """The hub's letter and the sender's, for the receiver."""
        return self._enclosed([*self._offered, *self._letters])

    def enclose_moves(self) -> bytes:
        """The hub's letter, for one who hears of it."""
        return self._enclosed(self._moved)

    def _enclosed(self, letters: Sequence[Letter]) -> bytes:
        return enclose(framed(letters), reader=HUB, key=self._keys.public.sealing)

    def disclose(self, pack: bytes) -> list[Letter]:
        """The letters in it."""
        return disclose(pack, self._keys.ring, reader=HUB)
