"""A sealed part opens for its reader and in its place, and for nobody and nowhere else."""

import random
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.sealing import CannotOpen, KeyRing, PrivateKey, box, open_sealed, seal
from shared.sealing.keys import KEY_ID_BYTES, parse_public
from shared.sealing.suites import SUITES

KEY, OTHER = PrivateKey.generate(), PrivateKey.generate()
RING, HERE = KeyRing(OTHER, KEY), b"person:1"
MUTATIONS = 3_000


@pytest.fixture(autouse=True)
def nothing_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(box, "_in_use", {})


def raw(content: bytes = b"Invented", to: PrivateKey = KEY) -> bytes:
    return seal(content, to=to.public, context=HERE)


def begin(sealed: bytes) -> bytes:
    return box._split(sealed)[0]


def refusal(sealed: bytes, ring: KeyRing = RING, context: bytes = HERE) -> str:
    with pytest.raises(CannotOpen) as refused:
        open_sealed(sealed, ring, context=context)
    return refused.value.code


@given(st.binary(max_size=20_000))
@settings(max_examples=50, deadline=None)
def test_what_was_sealed_is_what_is_opened(content: bytes) -> None:
    assert open_sealed(seal(content, to=KEY.public, context=HERE), RING, context=HERE) == content


def test_its_size_says_little() -> None:
    sizes = {len(raw(b"x" * length)) for length in (0, 1, 2_000, 4_092)}
    assert len(sizes) == 1
    assert len(raw(b"x" * 4_093)) - sizes.pop() == box.BUCKET


def test_it_opens_for_its_reader_only() -> None:
    assert refusal(raw(), KeyRing(OTHER)) == "not_for_us"


def test_it_opens_in_its_place_only() -> None:
    assert refusal(raw(), context=b"person:2") == "damaged"


def test_no_key_is_used_under_the_name_of_another() -> None:
    sealed = bytearray(raw(to=OTHER))
    sealed[2 : 2 + KEY_ID_BYTES] = KEY.id

    assert refusal(bytes(sealed)) == "damaged"


def test_parts_of_one_minute_share_a_wrapping_and_nothing_else() -> None:
    first, second = raw(), raw()

    assert begin(first) == begin(second)
    assert first[len(begin(first)) :][: box.NONCE_BYTES] != second[len(begin(second)) :][: box.NONCE_BYTES]
    assert begin(raw(to=OTHER)) != begin(first)


def test_a_wrapping_key_is_used_so_often_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(box, "USES", 3)

    assert len({begin(raw()) for _ in range(8)}) == 3


def test_a_wrapping_key_is_used_so_long_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(box, "IN_USE_FOR", 0.0)

    assert begin(raw()) != begin(raw())


def test_the_wrapping_of_one_part_does_not_open_another() -> None:
    first = raw()
    box._in_use.clear()
    second = raw()

    assert refusal(begin(first) + second[len(begin(second)) :]) == "damaged"


def mutated(sealed: bytes) -> Iterator[bytes]:
    """Every byte of what stands before the content, then any: changed, left out, put in; and cut anywhere."""
    dice = random.Random(7)  # noqa: S311 - so that a failure can be had again
    for place in range(len(begin(sealed)) + box.NONCE_BYTES):
        yield sealed[:place] + bytes([sealed[place] ^ (1 << dice.randrange(8))]) + sealed[place + 1 :]
    for _ in range(MUTATIONS):
        place = dice.randrange(len(sealed))
        yield dice.choice(
            (
                sealed[:place] + bytes([sealed[place] ^ dice.randrange(1, 256)]) + sealed[place + 1 :],
                sealed[:place] + sealed[place + 1 :],
                sealed[:place] + dice.randbytes(1) + sealed[place:],
                sealed[:place],
            )
        )


def test_nothing_that_was_changed_is_accepted() -> None:
    known = {"unknown_suite", "not_for_us", "damaged", "too_short"}

    assert {refusal(changed) for changed in mutated(raw())} == known


@pytest.mark.parametrize("padded", [b"", b"\0\0\0", b"\0\0\0\x09short", b"\0\0\0\x01xy", b"\xff" * 8])
def test_padding_that_is_none_is_refused_behind_the_seal(
    padded: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(box, "_pad", lambda *_: padded)

    assert refusal(raw()) == "padding"


def test_a_wrapping_that_holds_no_key_is_refused() -> None:
    suite, key_id, public = parse_public(KEY.public)
    head = (box.VERSION, suite.number, key_id)
    wrapping = suite.hpke.encrypt(b"short", public, info=box._HEAD.pack(*head, 0))

    assert refusal(box._HEAD.pack(*head, len(wrapping)) + wrapping + bytes(40)) == "damaged"


@pytest.mark.parametrize("to", ["", "2", "2:", "2:not base64", "9:AAAA", "x:AAAA", "2:" + "A" * 1_000])
def test_what_is_no_public_key_is_refused(to: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, nothing is sealed
        seal(b"Invented", to=to, context=HERE)


def test_too_much_is_refused() -> None:
    with pytest.raises(ValueError, match="1 MiB"):
        seal(bytes(box.LARGEST + 1), to=KEY.public, context=HERE)


def test_the_content_is_under_an_ordinary_cipher() -> None:
    """Anybody with the key and the library can open it: nothing of the form is our own invention but the frame."""
    sealed = raw(b"Invented")
    start = begin(sealed)
    suite, _, _ = parse_public(KEY.public)
    head = box._HEAD.pack(*box._HEAD.unpack_from(start)[:3], 0)
    secret = suite.hpke.decrypt(start[box._HEAD.size :], KEY.key, info=head)
    nonce, rest = sealed[len(start) :][: box.NONCE_BYTES], sealed[len(start) + box.NONCE_BYTES :]

    assert ChaCha20Poly1305(secret).decrypt(nonce, rest, start + HERE)[4:12] == b"Invented"


@pytest.mark.parametrize("suite", [1, 2])
@pytest.mark.parametrize("filling", [0, 1, 0xFF], ids=["zeros", "ones", "all bits"])
def test_a_wrapping_to_a_point_of_low_order_opens_nothing(suite: int, filling: int) -> None:
    """Whoever sends one would know the key that comes of it."""
    key = PrivateKey(SUITES[suite], SUITES[suite].new())
    sealed = raw(to=key)
    wrapped = len(begin(sealed)) - box._HEAD.size
    point = bytes([1]) + bytes(31) if filling == 1 else bytes([filling]) * 32
    low = sealed[: box._HEAD.size] + point.ljust(wrapped, b"\0") + sealed[len(begin(sealed)) :]

    assert refusal(low, KeyRing(key)) == "damaged"
