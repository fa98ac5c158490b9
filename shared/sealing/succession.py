"""What a party says of its own keys: that others follow them, or that it leaves; signed with the key that it has.

Each statement is signed with the signing key that stood before it, so that nobody need sign it but the party: whoever
knows the keys that the register names can follow to those that it has now.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from shared.sealing.key_file import PublicKeys
from shared.sealing.register import ACTIVE, LEFT, NotFollowed, Party, Register
from shared.sealing.signing import SigningKey, is_signed

VERSION = 1
MEANT_AS = b"application/vnd.throughline.keys+json"
HEARD_FOR = timedelta(
    days=90
)  #: what was signed with a former key before it was followed may still be under way


@dataclass(frozen=True)
class Statement:
    """One of them: the keys from now on. ``admitted`` names the admission that it belongs to."""

    network: str
    party: str
    admitted: int
    number: int
    keys: PublicKeys
    at: datetime
    leaves: bool = False

    def signed(self, signing: SigningKey) -> "SignedStatement":
        """As it travels; the same statement under the same key is the same text."""
        text = json.dumps(
            {
                "v": VERSION,
                "network": self.network,
                "party": self.party,
                "admitted": self.admitted,
                "number": self.number,
                "keys": str(self.keys),
                "at": self.at.isoformat(),
                "leaves": self.leaves,
            }
        )
        signature = signing.sign(text.encode(), meant_as=MEANT_AS)
        return SignedStatement(text, base64.b64encode(signature).decode())


@dataclass(frozen=True)
class SignedStatement:
    """A text and its signature in base64."""

    text: str
    signature: str

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the text in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def said(self) -> Statement:
        """What it claims; raises NotFollowed for what is none."""
        try:
            return _read(json.loads(self.text))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise NotFollowed("statement_shape") from None

    def is_by(self, signing_key: str) -> bool:
        """Whether that public key's owner said it."""
        try:
            signature = base64.b64decode(self.signature, validate=True)
        except (binascii.Error, ValueError):
            return False
        return is_signed(self.text.encode(), signature, by=signing_key, meant_as=MEANT_AS)

    def dump(self) -> dict[str, Any]:
        """As JSON."""
        return {"text": self.text, "signature": self.signature}


def _read(told: Any) -> Statement:
    at, admitted, number = datetime.fromisoformat(told["at"]), told["admitted"], told["number"]
    if told["v"] != VERSION or at.tzinfo is None or type(told["leaves"]) is not bool:
        raise ValueError("version")
    if type(admitted) is not int or type(number) is not int or number < 1:
        raise ValueError("number")
    keys = PublicKeys.parse(told["keys"])
    return Statement(str(told["network"]), str(told["party"]), admitted, number, keys, at, told["leaves"])


@dataclass(frozen=True)
class Standing:
    """How a party stands: its keys now, the signing keys that it had, and until when each is heard."""

    entry: Party
    keys: PublicKeys
    state: str
    number: int = 0
    former: tuple[tuple[str, datetime], ...] = ()

    def after(self, statement: SignedStatement, network: str) -> "Standing":
        """How it stands after that; raises NotFollowed when it is not its own."""
        said = statement.said
        about = (said.network, said.party, said.admitted)
        if about != (network, self.entry.party, self.entry.admitted) or said.number <= self.number:
            raise NotFollowed("statement_of_another")
        if not statement.is_by(self.keys.signing):
            raise NotFollowed("statement_signature")
        if self.state == LEFT:
            raise NotFollowed("statement_after_leaving")
        changed = said.keys.signing != self.keys.signing
        former = (*self.former, (self.keys.signing, said.at + HEARD_FOR)) if changed else self.former
        state = LEFT if said.leaves and self.state == ACTIVE else self.state
        return replace(self, keys=said.keys, state=state, number=said.number, former=former)


Statements = Sequence[SignedStatement]


def standings(register: Register, statements: Iterable[SignedStatement]) -> dict[str, Standing]:
    """How every party stands; raises NotFollowed when a statement does not follow.

    Those of an earlier admission say nothing any more.
    """
    found = {entry.party: Standing(entry, entry.keys, entry.state) for entry in register.parties.values()}
    for statement in sorted(statements, key=lambda one: one.said.number):
        standing = found.get(statement.said.party)
        if standing is None or statement.said.admitted > standing.entry.admitted:
            raise NotFollowed("statement_of_another")
        if statement.said.admitted == standing.entry.admitted:
            found[statement.said.party] = standing.after(statement, register.network)
    return found


def merged(known: Statements, offered: Statements) -> list[SignedStatement]:
    """All of both; raises NotFollowed for two of one party and number that differ."""
    by_place: dict[tuple[str, int, int], SignedStatement] = {}
    for statement in (*known, *offered):
        said = statement.said
        kept = by_place.setdefault((said.party, said.admitted, said.number), statement)
        if kept.hash != statement.hash:
            raise NotFollowed("statement_split")
    return list(by_place.values())


def needed(register: Register, statements: Statements) -> list[SignedStatement]:
    """Those without which nobody could follow: each that changed what is signed with, and each party's newest."""
    kept = []
    for party, entry in sorted(register.parties.items()):
        own = [one for one in statements if (one.said.party, one.said.admitted) == (party, entry.admitted)]
        own.sort(key=lambda one: one.said.number)
        signing = entry.keys.signing
        for statement in own:
            if statement is own[-1] or statement.said.keys.signing != signing:
                kept.append(statement)
            signing = statement.said.keys.signing
    return kept
