"""What is signed in a sheaf is as good as signed alone: each text proves itself, and nothing else is proven by it."""

import hashlib
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.sealing import OwnKeys, SigningKey, Unsigned, framed, letters_in, sheaf, write_letters
from shared.sealing.sheaf import LEFT, RIGHT, STEP_BYTES, is_signed_so, sign_each
from shared.sealing.signing import SIGNATURE_BYTES, is_signed, pae

KEY, OTHER = SigningKey(bytes(range(32))), OwnKeys.generate().signing[0]
MEANT_AS = b"letters"
TEXTS = [b"text %d" % number for number in range(5)]


def proven(text: bytes, signature: bytes, by: str = KEY.public, meant_as: bytes = MEANT_AS) -> bool:
    return is_signed_so(text, signature, by=by, meant_as=meant_as)


@given(st.lists(st.binary(max_size=20), max_size=70, unique=True))
@settings(max_examples=50, deadline=None)
def test_each_proves_itself_and_no_other(texts: list[bytes]) -> None:
    signed = sign_each(texts, by=KEY, meant_as=MEANT_AS)

    assert all(map(proven, texts, signed))
    assert not any(map(proven, texts, signed[1:]))
    assert not any(proven(text + b"x", signature) for text, signature in zip(texts, signed, strict=True))


def test_nor_another_signer_nor_another_meaning() -> None:
    signed = sign_each(TEXTS, by=KEY, meant_as=MEANT_AS)

    assert not any(proven(*each, by=OTHER.public) for each in zip(TEXTS, signed, strict=True))
    assert not any(proven(*each, meant_as=b"others") for each in zip(TEXTS, signed, strict=True))


def test_what_is_signed_alone_is_signed_as_it_is() -> None:
    [alone] = sign_each(TEXTS[:1], by=KEY, meant_as=MEANT_AS)

    assert alone == KEY.sign(TEXTS[0], meant_as=MEANT_AS)
    assert sign_each([], by=KEY, meant_as=MEANT_AS) == []


def test_no_bit_of_it_can_be_changed() -> None:
    for text, signature in zip(TEXTS, sign_each(TEXTS, by=KEY, meant_as=MEANT_AS), strict=True):
        for place in range(len(signature) * 8):
            changed = bytearray(signature)
            changed[place // 8] ^= 1 << place % 8
            assert not proven(text, bytes(changed))


def test_nor_can_steps_be_left_out_or_put_in() -> None:
    signature = sign_each(TEXTS, by=KEY, meant_as=MEANT_AS)[0]

    for end in range(len(signature)):
        assert not proven(TEXTS[0], signature[:end])
    assert not proven(TEXTS[0], signature + LEFT + bytes(32))
    assert not proven(TEXTS[0], signature[:SIGNATURE_BYTES] + (RIGHT + bytes(32)) * 100)


def test_two_halves_are_no_text() -> None:
    """Whoever shows what is hashed for a fork shows no text: texts begin otherwise."""
    one, two = TEXTS[:2]
    signature = sign_each([one, two], by=KEY, meant_as=MEANT_AS)[0]
    halves = [hashlib.sha256(sheaf._LEAF + pae(MEANT_AS, text)).digest() for text in (one, two)]
    root = hashlib.sha256(sheaf._FORK + b"".join(halves)).digest()

    assert is_signed(root, signature[:SIGNATURE_BYTES], by=KEY.public, meant_as=MEANT_AS + b" sheaf")
    assert not proven(b"".join(halves), signature[:SIGNATURE_BYTES])
    assert not proven(root, signature[:SIGNATURE_BYTES])


def test_a_known_answer_stays() -> None:
    """Frozen: what one version signs in a sheaf, every other must prove."""
    signed = sign_each(TEXTS, by=KEY, meant_as=MEANT_AS)

    assert [(len(each) - SIGNATURE_BYTES) // STEP_BYTES for each in signed] == [3, 3, 2, 2, 2]
    assert (
        hashlib.sha256(b"".join(signed)).hexdigest()
        == "33e0f73688c657f2a0cdf9cc669d1e68ef31c6435fe0903b7f47d7ee560bb488"
    )


def test_letters_of_one_moment_are_signed_and_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = count()
    monkeypatch.setattr(
        sheaf, "is_signed", lambda *said, **how: next(checks) >= 0 and is_signed(*said, **how)
    )
    unsigned = [Unsigned([b'{"id":"%d"}' % number], ["hub"], b"sealed") for number in range(64)]
    letters = write_letters(unsigned, sender="harbour-house", signing=OTHER)

    again = letters_in(framed(letters))

    assert again == letters
    assert len({letter.signature[:SIGNATURE_BYTES] for letter in again}) == 1
    assert all(letter.is_by(OTHER.public) and letter.said for letter in again)
    assert all(letter.without_private().is_by(OTHER.public) for letter in again)
    assert next(checks) == 1
