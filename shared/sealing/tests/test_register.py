"""The register of keys: what is followed, and everything that is not."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from shared.sealing import OwnKeys, SigningKey
from shared.sealing.founding import found
from shared.sealing.letter import MEANT_AS as LETTER
from shared.sealing.register import (
    NotFollowed,
    Register,
    Roots,
    SignedRegister,
    follow,
)

AT = datetime(2026, 3, 2, tzinfo=UTC)
ROOTS = [SigningKey.generate() for _ in range(3)]
HUB, HARBOUR, CLINIC, OTHER = (OwnKeys.generate().public for _ in range(4))
NETWORK = found("north", ROOTS, 2, {"hub": ("Hub", HUB), "harbour-house": ("Harbour House", HARBOUR)}, AT)
FIRST = NETWORK.register


def signed(register: Register, *roots: SigningKey) -> SignedRegister:
    text = SignedRegister(register.write())
    for root in roots or ROOTS[:2]:
        text = text.signed(root)
    return text


SECOND = signed(FIRST.next().admitting("clinic", "Clinic", CLINIC, AT))
THIRD = signed(SECOND.next().revoking("clinic"))


def refusal(known: SignedRegister | None, offered: SignedRegister, roots: Roots = NETWORK.roots) -> str:
    with pytest.raises(NotFollowed) as refused:
        follow(known, offered, roots)
    return refused.value.code


def test_the_first_is_followed_by_whoever_knows_the_roots() -> None:
    assert follow(None, FIRST, NETWORK.roots)


def test_a_newer_one_is_followed_also_when_one_between_was_missed() -> None:
    assert follow(FIRST, SECOND, NETWORK.roots)
    assert follow(FIRST, THIRD, NETWORK.roots)
    assert THIRD.register.parties["clinic"].state == "revoked"


def test_the_same_again_is_nothing_new() -> None:
    assert not follow(SECOND, SECOND, NETWORK.roots)


STRANGER = SigningKey.generate()
SIGNED_TOO_LITTLE: dict[str, SignedRegister] = {
    "by nobody": replace(SECOND, signatures={}),
    "by one of the two it needs": signed(SECOND.register, ROOTS[0]),
    "by one, twice": replace(
        signed(SECOND.register, ROOTS[0]),
        signatures=dict.fromkeys((r.id for r in ROOTS), SECOND.signatures[ROOTS[0].id]),
    ),
    "by strangers": signed(SECOND.register, STRANGER, SigningKey.generate()),
    "under other words": replace(SECOND, text=SECOND.text.replace("Clinic", "Clinics")),
    "in no base64": replace(SECOND, signatures=dict.fromkeys(SECOND.signatures, "é")),
    "in bytes that are too few": replace(SECOND, signatures=dict.fromkeys(SECOND.signatures, "AAAA")),
}


@pytest.mark.parametrize("how", SIGNED_TOO_LITTLE)
def test_too_few_signatures(how: str) -> None:
    assert refusal(FIRST, SIGNED_TOO_LITTLE[how]) == "register_signatures"
    assert refusal(None, SIGNED_TOO_LITTLE[how]) == "register_signatures"


def test_a_signature_over_a_letter_is_none_over_a_register() -> None:
    forged = {
        root.id: base64.b64encode(root.sign(SECOND.text.encode(), meant_as=LETTER)).decode() for root in ROOTS
    }

    assert refusal(FIRST, replace(SECOND, signatures=forged)) == "register_signatures"


def test_an_older_one() -> None:
    assert refusal(SECOND, FIRST) == "register_rolled_back"


def test_another_one_of_the_same_version() -> None:
    other = signed(FIRST.next().admitting("shelter", "Shelter", CLINIC, AT))

    assert refusal(SECOND, other) == "register_split"


def test_one_that_goes_on_from_another() -> None:
    other = signed(FIRST.next().admitting("shelter", "Shelter", CLINIC, AT))

    assert refusal(SECOND, signed(other.next())) == "register_not_built_on_ours"


def test_one_of_another_network() -> None:
    elsewhere = replace(SECOND.register, network="south")

    assert refusal(FIRST, signed(elsewhere)) == "register_of_another_network"


def changed(register: Register, party: str, **entry: Any) -> Register:
    return replace(register, parties={**register.parties, party: replace(register.parties[party], **entry)})


CHANGES: dict[str, Callable[[], SignedRegister]] = {
    "in place": lambda: signed(changed(SECOND.next(), "clinic", keys=OTHER)),
    "as if admitted anew": lambda: signed(SECOND.next().admitting("clinic", "Clinic", OTHER, AT)),
    "as if it had been so before": lambda: signed(changed(SECOND.next(), "clinic", keys=OTHER, admitted=1)),
    "for the hub": lambda: signed(changed(SECOND.next(), "hub", keys=OTHER)),
}


@pytest.mark.parametrize("how", CHANGES)
def test_keys_do_not_change_without_their_owner(how: str) -> None:
    assert refusal(SECOND, CHANGES[how]()) == "register_keys_changed"


def test_a_revoked_party_does_not_come_back_with_the_keys_that_it_had() -> None:
    assert refusal(THIRD, signed(changed(THIRD.next(), "clinic", state="active"))) == "register_keys_changed"


def test_a_revoked_party_is_admitted_anew_with_others() -> None:
    anew = signed(THIRD.next().admitting("clinic", "Clinic", OTHER, AT))

    assert follow(THIRD, anew, NETWORK.roots)
    assert follow(SECOND, anew, NETWORK.roots), "who missed the revocation sees that there was room for it"


def test_nobody_is_left_out_silently() -> None:
    fewer = {name: entry for name, entry in SECOND.register.parties.items() if name != "clinic"}

    assert refusal(SECOND, signed(replace(SECOND.next(), parties=fewer))) == "register_lacks_a_party"


def spoilt(**parts: Any) -> SignedRegister:
    return replace(SECOND, text=json.dumps(json.loads(SECOND.text) | parts))


SHAPES: dict[str, SignedRegister] = {
    "no JSON": SignedRegister("{"),
    "no object": SignedRegister("[]"),
    "nothing in it": SignedRegister("{}"),
    "another form": spoilt(v=2),
    "a version that is no number": spoilt(version="2"),
    "a version that is true": spoilt(version=True, before=[]),
    "fewer hashes than versions": spoilt(before=[]),
    "parties that are none": spoilt(parties=[1]),
    "a party that stands twice": spoilt(parties=json.loads(FIRST.text)["parties"][:1] * 2),
    "an admission that is still to come": spoilt(
        parties=[json.loads(FIRST.text)["parties"][0] | {"admitted": 3}]
    ),
    "a moment without a zone": spoilt(
        parties=[json.loads(FIRST.text)["parties"][0] | {"since": "2026-03-02T00:00:00"}]
    ),
    "a state that there is not": spoilt(parties=[json.loads(FIRST.text)["parties"][0] | {"state": "left"}]),
    "keys that are none": spoilt(parties=[json.loads(FIRST.text)["parties"][0] | {"keys": "2:AAAA"}]),
}


@pytest.mark.parametrize("what", SHAPES)
def test_what_is_no_register(what: str) -> None:
    assert refusal(FIRST, SHAPES[what]) == "register_shape"


@pytest.mark.parametrize(
    ("keys", "threshold"),
    [((), 0), ((ROOTS[0].public,), 0), ((ROOTS[0].public,), 2), ((ROOTS[0].public,) * 2, 2), (("x",), 1)],
)
def test_roots_that_cannot_be(keys: tuple[str, ...], threshold: int) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Roots("north", keys, threshold)


steps = some.lists(some.tuples(some.sampled_from(("admit", "revoke")), some.integers(0, 3)), max_size=6)
KEYS = [OwnKeys.generate().public for _ in range(10)]


def told(network: list[tuple[str, int]]) -> list[SignedRegister]:
    """A chain of versions that people might sign: who is in is revoked, who is not is admitted."""
    chain, fresh = [FIRST], iter(KEYS)
    for what, which in network:
        party, register = f"org-{which}", chain[-1].next()
        entry = register.parties.get(party)
        if what == "admit" and (entry is None or entry.state == "revoked"):
            register = register.admitting(party, party, next(fresh), AT + timedelta(days=len(chain)))
        elif what == "revoke" and entry is not None:
            register = register.revoking(party)
        chain.append(signed(register))
    return chain


@settings(max_examples=30, deadline=None)
@given(steps, some.data())
def test_of_one_chain_every_later_version_is_followed_from_every_earlier_one(
    network: list[tuple[str, int]], data: some.DataObject
) -> None:
    chain = told(network)
    earlier = data.draw(some.integers(0, len(chain) - 1))
    later = data.draw(some.integers(earlier, len(chain) - 1))

    assert follow(chain[earlier], chain[later], NETWORK.roots) == (later > earlier)
    if later > earlier:
        assert refusal(chain[later], chain[earlier]) == "register_rolled_back"


@settings(max_examples=30, deadline=None)
@given(steps, steps, some.data())
def test_of_two_chains_that_part_nobody_changes_from_one_to_the_other(
    one: list[tuple[str, int]], other: list[tuple[str, int]], data: some.DataObject
) -> None:
    ours, theirs = told([("admit", 0), *one]), told([("admit", 1), *other])
    known = ours[data.draw(some.integers(1, len(ours) - 1))]
    offered = theirs[data.draw(some.integers(1, len(theirs) - 1))]

    assert refusal(known, offered) in {"register_rolled_back", "register_split", "register_not_built_on_ours"}


@settings(max_examples=60, deadline=None)
@given(some.integers(0, len(SECOND.text) - 1), some.characters(codec="ascii"))
def test_not_one_letter_of_it_can_be_another(place: int, letter: str) -> None:
    text = SECOND.text[:place] + letter + SECOND.text[place + 1 :]
    if text != SECOND.text:
        assert refusal(FIRST, replace(SECOND, text=text)) in {
            "register_shape",
            "register_signatures",
            "register_of_another_network",
        }
