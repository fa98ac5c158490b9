"""Known answers, frozen: what any version of ours, or anybody else's, must open, and sign alike."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from shared.sealing import (
    KeyRing,
    Letter,
    PrivateKey,
    SigningKey,
    disclose,
    enclose,
    framed,
    open_sealed,
    seal,
)
from shared.sealing.letter import MEANT_AS
from shared.sealing.suites import SUITES

VECTORS = sorted((Path(__file__).parent / "vectors").iterdir())


@pytest.fixture(params=VECTORS, ids=lambda path: path.stem)
def known(request: pytest.FixtureRequest) -> dict[str, Any]:
    vector: dict[str, Any] = json.loads(request.param.read_text("utf-8"))
    return vector


def raw(known: dict[str, Any], name: str) -> bytes:
    return base64.b64decode(known[name])


def key_of(known: dict[str, Any]) -> PrivateKey:
    return PrivateKey(SUITES[known["suite"]], raw(known, "private_key"))


def letter_of(known: dict[str, Any]) -> Letter:
    return Letter(known["text"].encode(), raw(known, "signature"), raw(known, "sealed"))


def test_there_is_one_for_each_suite() -> None:
    assert [json.loads(path.read_text("utf-8"))["suite"] for path in VECTORS] == sorted(SUITES)


def test_the_public_half_follows_from_the_private_one(known: dict[str, Any]) -> None:
    assert key_of(known).public == known["public_key"]
    assert SigningKey(raw(known, "signing_key")).public == known["verifying_key"]


def test_what_was_sealed_is_opened(known: dict[str, Any]) -> None:
    opened = open_sealed(raw(known, "sealed"), KeyRing(key_of(known)), context=known["context"].encode())

    assert opened.decode() == known["content"]


def test_the_same_words_have_the_same_signature(known: dict[str, Any]) -> None:
    letter = letter_of(known)

    assert SigningKey(raw(known, "signing_key")).sign(letter.text, meant_as=MEANT_AS) == letter.signature
    assert letter.is_by(known["verifying_key"])
    assert letter.hash == known["hash"]


def test_the_envelope_holds_the_letter(known: dict[str, Any]) -> None:
    [letter] = disclose(raw(known, "envelope"), KeyRing(key_of(known)), reader="hub")

    assert letter == letter_of(known)
    assert letter.said.readers == ("hub", "legal-aid")


def test_what_is_sealed_today_opens_with_the_known_key(known: dict[str, Any]) -> None:
    ring = KeyRing(key_of(known))
    again = enclose(framed([letter_of(known)]), reader="hub", key=known["public_key"])

    assert disclose(again, ring, reader="hub") == [letter_of(known)]
    assert open_sealed(seal(b"x", to=known["public_key"], context=b"y"), ring, context=b"y") == b"x"
