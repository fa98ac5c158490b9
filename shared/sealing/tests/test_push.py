"""What a browser is told is sealed as the standard's own example says, and a push service believes who posts it."""

from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.errors import JoseError

from shared.sealing.push import CURVE, RECORD, PushKey, from_text, in_text, is_point, sealed_push
from shared.sealing.tests.push_browser import PushBrowser, signed_by

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
# RFC 8291, section 5 and appendix A.
SAID = b"When I grow up, I want to be a watermelon"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
BROWSER = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3"
    "jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(from_text(text), "big"), CURVE)


def test_the_example_of_the_standard_comes_out_byte_by_byte() -> None:
    keys = (from_text(P256DH), from_text(AUTH))
    made = sealed_push(SAID, *keys, salt=from_text(SALT), sender=private(SENDER))
    assert in_text(made) == BODY
    assert PushBrowser(private(BROWSER), from_text(AUTH)).opens(made) == SAID


def sealed_for(browser: PushBrowser, said: bytes = SAID) -> bytes:
    given = browser.given("")
    return sealed_push(said, from_text(given["p256dh"]), from_text(given["auth"]))


def test_each_time_it_looks_another_and_nobody_else_opens_it() -> None:
    browser = PushBrowser()
    first, second = sealed_for(browser), sealed_for(browser)
    assert browser.opens(first) == browser.opens(second) == SAID
    assert (first[:16], first[21:86]) != (second[:16], second[21:86])
    for other in (PushBrowser(), PushBrowser(browser.private, b"another secret..")):
        with pytest.raises(InvalidTag):
            other.opens(first)


def test_more_than_a_record_is_refused() -> None:
    room = RECORD - len(sealed_for(PushBrowser(), b""))
    assert len(sealed_for(PushBrowser(), bytes(room))) == RECORD
    with pytest.raises(ValueError, match="one record"):
        sealed_for(PushBrowser(), bytes(room + 1))


@pytest.mark.parametrize(
    "raw",
    [b"", bytes(65), b"\x04" + bytes(64), from_text(P256DH)[:-1], b"\x02" + from_text(P256DH)[1:33], b"\x00"],
)
def test_what_is_no_key_is_none(raw: bytes) -> None:
    assert not is_point(raw)
    assert is_point(from_text(P256DH))


@pytest.mark.parametrize("text", ["§", "a", "\u0437"])
def test_what_is_no_base64_is_nothing(text: str) -> None:
    assert from_text(text) == b""


def test_who_posts_is_signed_for_that_push_service_and_not_for_long() -> None:
    key = PushKey.generate()
    claims, said = signed_by(key.authorization("https://push.example:8443/to/1", "mailto:a@b.invalid", AT))
    twelve_hours = int(AT.timestamp()) + 12 * 3600
    assert claims == {"aud": "https://push.example:8443", "exp": twelve_hours, "sub": "mailto:a@b.invalid"}
    assert said == key.public
    assert is_point(from_text(said))


def test_another_key_does_not_pass_for_ours() -> None:
    header = PushKey.generate().authorization("https://push.example/", "mailto:a@b.invalid", AT)
    ours = PushKey.generate().public
    with pytest.raises(JoseError):
        signed_by(header.rpartition("k=")[0] + f"k={ours}")


def test_the_key_is_never_printed() -> None:
    key = PushKey.generate()
    assert "PRIVATE" not in repr(key) + str(key)
