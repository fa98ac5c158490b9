"""The register of keys: who is in the network and by which keys each is known, signed by people who hold its root keys.

Its text is JSON: ``v`` (1), ``network``, ``version``, ``before`` (the hash of every earlier version, oldest first) and
``parties``. It is signed, kept and passed on as it is, never written anew.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from shared.sealing.key_file import PublicKeys
from shared.sealing.signing import SigningKey, is_signed, parse_verifying, signing_key_id

VERSION = 1
MEANT_AS = b"application/vnd.throughline.register+json"
ACTIVE, REVOKED, LEFT = "active", "revoked", "left"


class NotFollowed(Exception):
    """A register, or what a party says of its own keys, is not to be believed. ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Roots:
    """What a node is told of its network once, by people: its name, its public root keys, how many must sign."""

    network: str
    keys: tuple[str, ...]
    threshold: int

    def __post_init__(self) -> None:
        """Raises ValueError for keys that are none or stand twice, and for a threshold that they cannot reach."""
        for key in self.keys:
            parse_verifying(key)
        if not 1 <= self.threshold <= len(set(self.keys)) == len(self.keys):
            raise ValueError("threshold")

    def dump(self) -> dict[str, Any]:
        """As JSON."""
        return {"network": self.network, "roots": list(self.keys), "threshold": self.threshold}


@dataclass(frozen=True)
class Party:
    """One party as people admitted it; ``admitted`` is the version of the register that did."""

    party: str
    name: str
    keys: PublicKeys
    since: datetime
    admitted: int
    state: str = ACTIVE

    def dump(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "party": self.party,
            "name": self.name,
            "keys": str(self.keys),
            "since": self.since.isoformat(),
            "admitted": self.admitted,
            "state": self.state,
        }


@dataclass(frozen=True)
class Register:
    """One version. A party's entry never changes its keys: those that it has now follow by what it says itself."""

    network: str
    version: int
    before: tuple[str, ...]
    parties: Mapping[str, Party]

    @classmethod
    def first(cls, network: str) -> "Register":
        """Before anybody is in it; to be written only with a party."""
        return cls(network, 1, (), {})

    def admitting(self, party: str, name: str, keys: PublicKeys, since: datetime) -> "Register":
        """The same with that party, known by these keys."""
        entry = Party(party, name, keys, since, self.version)
        return replace(self, parties={**self.parties, party: entry})

    def revoking(self, party: str) -> "Register":
        """The same with that party believed no more; raises KeyError."""
        return replace(self, parties={**self.parties, party: replace(self.parties[party], state=REVOKED)})

    def write(self) -> str:
        """The text to be signed."""
        return json.dumps(
            {
                "v": VERSION,
                "network": self.network,
                "version": self.version,
                "before": list(self.before),
                "parties": [entry.dump() for _, entry in sorted(self.parties.items())],
            }
        )

    @classmethod
    def read(cls, text: str) -> "Register":
        """From that text; raises NotFollowed for what is none."""
        try:
            return _read(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise NotFollowed("register_shape") from None


def _read(told: Any) -> Register:
    number, before = told["version"], tuple(told["before"])
    if told["v"] != VERSION or type(number) is not int or len(before) != number - 1:
        raise ValueError("version")
    entries = [_entry(one, number) for one in told["parties"]]
    if len({entry.party for entry in entries}) != len(entries):
        raise ValueError("twice")
    return Register(str(told["network"]), number, before, {entry.party: entry for entry in entries})


def _entry(told: Any, number: int) -> Party:
    since, admitted = datetime.fromisoformat(told["since"]), told["admitted"]
    if since.tzinfo is None or type(admitted) is not int or not 1 <= admitted <= number:
        raise ValueError("admitted")
    if told["state"] not in (ACTIVE, REVOKED):
        raise ValueError("state")
    return Party(
        str(told["party"]), str(told["name"]), PublicKeys.parse(told["keys"]), since, admitted, told["state"]
    )


@dataclass(frozen=True)
class SignedRegister:
    """A text with its signatures: base64, each under the id of the root key that made it."""

    text: str
    signatures: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the text in hexadecimal: by which later versions name it."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def register(self) -> Register:
        """What it says; raises NotFollowed for what is no register."""
        return Register.read(self.text)

    def next(self) -> Register:
        """The version after it, still saying the same."""
        now = self.register
        return replace(now, version=now.version + 1, before=(*now.before, self.hash))

    def signed(self, root: SigningKey) -> "SignedRegister":
        """The same with one signature more."""
        signature = base64.b64encode(root.sign(self.text.encode(), meant_as=MEANT_AS)).decode()
        return replace(self, signatures={**self.signatures, root.id: signature})

    def signers(self, roots: Roots) -> int:
        """How many of the roots have signed it."""
        return sum(self._is_by(key) for key in roots.keys)

    def _is_by(self, root: str) -> bool:
        try:
            signature = base64.b64decode(self.signatures.get(signing_key_id(root), ""), validate=True)
        except (binascii.Error, ValueError, TypeError):
            return False
        return is_signed(self.text.encode(), signature, by=root, meant_as=MEANT_AS)

    def dump(self) -> dict[str, Any]:
        """As JSON."""
        return {"text": self.text, "signatures": dict(self.signatures)}


def follow(known: SignedRegister | None, offered: SignedRegister, roots: Roots) -> bool:
    """Whether what is offered takes the place of what is known; False for what is known already.

    Raises NotFollowed: with too few signatures, of another network, older than what is known, another one of the
    same version, not built on what is known, or with other keys for a party that was not revoked and admitted anew.
    """
    register = offered.register
    if register.network != roots.network:
        raise NotFollowed("register_of_another_network")
    if offered.signers(roots) < roots.threshold:
        raise NotFollowed("register_signatures")
    if known is None:
        return True
    ours = known.register
    if register.version < ours.version:
        raise NotFollowed("register_rolled_back")
    if register.version == ours.version:
        if offered.hash != known.hash:
            raise NotFollowed("register_split")
        return False
    if register.before[: ours.version] != (*ours.before, known.hash):
        raise NotFollowed("register_not_built_on_ours")
    for entry in ours.parties.values():
        _check_goes_on(entry, register, since=ours.version)
    return True


def _check_goes_on(entry: Party, register: Register, *, since: int) -> None:
    """A known party keeps its keys, or was revoked in a version of its own before it was admitted anew."""
    now = register.parties.get(entry.party)
    if now is None:
        raise NotFollowed("register_lacks_a_party")
    if (now.keys, now.admitted) == (entry.keys, entry.admitted):
        if entry.state == REVOKED and now.state != REVOKED:
            raise NotFollowed("register_keys_changed")
        return
    if now.admitted <= since + (entry.state != REVOKED):
        raise NotFollowed("register_keys_changed")
