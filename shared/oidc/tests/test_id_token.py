"""A provider's token lets somebody in only if each part of it is right."""

from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from shared.oidc.id_token import LEEWAY
from shared.oidc.tests.world import World
from shared.testing.identity_provider import CLIENT

MINUTE = timedelta(minutes=1)
OTHER = RSAKey.generate_key(2048, {"kid": "one"})
STRANGE = RSAKey.generate_key(2048, {"kid": "two"})
WRONG = [
    ({"iss": "https://other.example"}, "iss"),
    ({"iss": None}, "iss"),
    ({"aud": "another-client"}, "aud"),
    ({"aud": [CLIENT, "another-client"], "azp": CLIENT}, "aud"),
    ({"aud": None}, "aud"),
    ({"azp": "another-client"}, "azp"),
    ({"nonce": "of another sign-in"}, "nonce"),
    ({"nonce": None}, "nonce"),
    ({"exp": None}, "exp"),
    ({"exp": "soon"}, "exp"),
    ({"iat": None}, "iat"),
    ({"sub": None}, "sub"),
    ({"sub": ""}, "sub"),
    ({"sub": 7}, "sub"),
    ({"sub": "s" * 256}, "sub"),
    ({"amr": "mfa"}, "amr"),
]


@pytest.mark.parametrize(("claims", "code"), WRONG)
def test_a_claim_that_is_wrong_lets_nobody_in(world: World, claims: dict[str, Any], code: str) -> None:
    world.provider.claims = claims

    assert world.refusal() == code


@pytest.mark.parametrize(
    ("claim", "wrong_by", "code"),
    [("exp", -LEEWAY, "exp"), ("nbf", LEEWAY + 1, "nbf"), ("iat", LEEWAY + 1, "iat")],
)
def test_times_are_checked_but_for_half_a_minute(world: World, claim: str, wrong_by: int, code: str) -> None:
    at = int(world.at.timestamp())
    world.provider.claims = {claim: at + wrong_by - (1 if wrong_by > 0 else -1)}
    world.signs_in()

    world.provider.claims = {claim: at + wrong_by}
    assert world.refusal() == code


@pytest.mark.parametrize("algorithm", ["HS256", "none"])
def test_an_algorithm_that_anybody_could_sign_with_is_refused(world: World, algorithm: str) -> None:
    world.provider.algorithm = algorithm

    assert world.refusal() == "unsupported_algorithm"


def test_a_signature_of_another_key_is_refused(world: World) -> None:
    world.provider.signing = OTHER

    assert world.refusal() == "bad_signature"


def test_an_unknown_key_is_asked_for_once_a_minute_and_then_refused(world: World) -> None:
    world.signs_in()
    world.provider.signing = STRANGE

    assert [world.refusal(), world.refusal()] == ["unknown_key", "unknown_key"]
    assert world.provider.asked.count("/realm/keys") == 1
    world.at += MINUTE
    world.provider.published.append(STRANGE)
    assert world.signs_in()
    assert world.provider.asked.count("/realm/keys") == 2
