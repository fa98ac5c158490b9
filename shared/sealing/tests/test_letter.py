"""A letter is by whom it says, and not a bit of it can be changed; an envelope opens for its reader only."""

from collections.abc import Callable

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.sealing import (
    CannotOpen,
    KeyRing,
    Letter,
    OwnKeys,
    SigningKey,
    disclose,
    enclose,
    framed,
    letters_in,
    write_letter,
)
from shared.sealing.letter import MEANT_AS
from shared.sealing.tests.mutations import taken_for_its_senders

KEYS, OTHERS = OwnKeys.generate(), OwnKeys.generate()
SIGNING, READER = KEYS.signing[0], KEYS.sealing[0]
EVENT = orjson.dumps({"id": "1", "type": "intake.move_made", "data": {"move": "accept"}})
MUTATIONS = 25_000  #: of each of two; so 50,000 in all


def letter(*events: bytes, private: bytes = b"", sender: str = "harbour-house") -> Letter:
    said = events or (EVENT,)
    return write_letter(said, sender=sender, readers=("hub",), signing=SIGNING, private=private)


def signed(text: object) -> Letter:
    """Whatever it says, rightly signed: what lies behind the signature."""
    raw = text if isinstance(text, bytes) else orjson.dumps(text)
    return Letter(raw, SIGNING.sign(raw, meant_as=MEANT_AS))


def refusal(body: bytes, ring: KeyRing = KEYS.ring, reader: str = "hub") -> str:
    with pytest.raises(CannotOpen) as refused:
        _ = [one.said for one in disclose(body, ring, reader=reader)]
    return refused.value.code


@given(st.lists(st.dictionaries(st.text(), st.text()), min_size=1, max_size=5), st.binary(max_size=200))
@settings(max_examples=50, deadline=None)
def test_what_was_written_is_read(events: list[dict[str, str]], private: bytes) -> None:
    one = letter(*map(orjson.dumps, events), private=private)
    [read] = disclose(enclose(framed([one]), reader="hub", key=READER.public), KEYS.ring, reader="hub")

    assert read == one
    assert read.is_by(SIGNING.public)
    assert (read.said.sender, read.said.readers, read.said.events) == (
        "harbour-house",
        ("hub",),
        tuple(events),
    )


def test_another_did_not_write_it() -> None:
    assert not letter().is_by(SigningKey.generate().public)


@pytest.mark.parametrize("signature", [b"", bytes(64), b"\xff" * 64, bytes(63)])
def test_what_is_no_signature_proves_nothing(signature: bytes) -> None:
    assert not Letter(letter().text, signature).is_by(SIGNING.public)


def test_a_signature_is_good_for_one_meaning() -> None:
    text = letter().text

    assert not Letter(text, SIGNING.sign(text, meant_as=b"something else")).is_by(SIGNING.public)


def test_without_its_sealed_part_it_proves_the_same() -> None:
    whole = letter(private=b"sealed")
    kept = whole.without_private()

    assert (kept.hash, kept.said) == (whole.hash, whole.said)
    assert kept.is_by(SIGNING.public)


def test_the_sealed_part_of_another_is_refused() -> None:
    swapped = Letter(letter(private=b"one").text, letter(private=b"one").signature, b"other")

    assert refusal(enclose(framed([swapped]), reader="hub", key=None)) == "private_part"
    added = Letter(letter().text, letter().signature, b"added")
    assert refusal(enclose(framed([added]), reader="hub", key=None)) == "private_part"


def test_an_envelope_opens_for_its_reader_only() -> None:
    sealed = enclose(framed([letter()]), reader="hub", key=READER.public)

    assert refusal(sealed, ring=OTHERS.ring) == "not_for_us"
    assert refusal(sealed, reader="legal-aid") == "damaged"


def test_an_envelope_says_little_of_its_size() -> None:
    sizes = {
        len(enclose(framed([letter(b'"' + b"x" * n + b'"')]), reader="hub", key=READER.public))
        for n in range(300)
    }

    assert len(sizes) == 1


def test_nothing_can_be_read_in_an_envelope() -> None:
    assert b"accept" not in enclose(framed([letter()]), reader="hub", key=READER.public)


@pytest.mark.parametrize("key", [READER.public, None], ids=["sealed", "open"])
def test_no_changed_envelope_is_accepted(
    key: str | None, record_property: Callable[[str, object], None]
) -> None:
    """Of the sealed one nothing opens; behind the seal, which anybody can make, the signature decides."""
    taken = list(taken_for_its_senders(MUTATIONS, seed=11, sealed=key is not None))

    where = "sealed" if key else "behind the seal"
    record_property("figure", f"Envelopes changed ({where}): {MUTATIONS:,}, {len(taken)} accepted.")
    assert taken == []


TEXT = {"v": 2, "from": "harbour-house", "to": ["hub"], "key": "k", "events": [{"id": "1"}]}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "letter_not_json"),
        (b"\xff\xfe", "letter_not_json"),
        (b'{"v": NaN}', "letter_not_json"),
        (b"[" * 10_000, "letter_not_json"),
        (b'{"v": 2, "from": "\\ud800"}', "letter_not_json"),
        ([], "letter_shape"),
        (None, "letter_shape"),
        ({}, "letter_version"),
        ({**TEXT, "v": 0}, "letter_version"),
        ({**TEXT, "v": 3}, "letter_version"),
        ({**TEXT, "v": "2"}, "letter_version"),
        ({**TEXT, "v": 2.0}, "letter_version"),
        ({**TEXT, "v": True}, "letter_version"),
        ({**TEXT, "from": 7}, "letter_shape"),
        ({**TEXT, "from": None}, "letter_shape"),
        ({**TEXT, "to": "hub"}, "letter_shape"),
        ({**TEXT, "to": [1]}, "letter_shape"),
        ({**TEXT, "key": []}, "letter_shape"),
        ({**TEXT, "events": []}, "letter_shape"),
        ({**TEXT, "events": {}}, "letter_shape"),
        ({**TEXT, "events": ["1"]}, "letter_shape"),
    ],
)
def test_what_is_no_letter_is_refused_behind_the_signature(text: object, code: str) -> None:
    assert refusal(enclose(framed([signed(text)]), reader="hub", key=READER.public)) == code


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"TL2",
        b"TL2S",
        b"TL2O",
        b"TL2X" + bytes(200),
        b"TL2O\0\0\0\x01",
        b"TL2O\xff\xff\xff\xff",
        b"TL2S" + bytes(500),
    ],
)
def test_what_is_no_envelope_is_refused(body: bytes) -> None:
    assert refusal(body) in {"no_envelope", "frame", "too_short", "unknown_suite"}


def test_letters_lie_one_behind_the_other() -> None:
    one, two = letter(private=b"x"), letter(sender="legal-aid")

    assert letters_in(framed([one]) + framed([two])) == [one, two]
