"""What the provider says of somebody: checked, and then forgotten but for who it is and how they proved it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from shared.oidc.errors import TokenRefused, UnknownKey

ALGORITHMS = [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
    "EdDSA",
]
LEEWAY = 30  #: seconds by which the provider's clock may differ from ours
LONGEST_SUBJECT = 255  #: characters (OpenID Connect Core, section 2)


@dataclass(frozen=True)
class Expected:
    """What a token must say. ``fresh`` asks that the person signed in there after ``begun_at``, if it says when."""

    issuer: str
    client_id: str
    nonce: str
    begun_at: datetime
    now: datetime
    fresh: bool = True


@dataclass(frozen=True)
class Said:
    """Who it is, and how they proved it: ``acr`` a level, ``amr`` ways. Roles, groups and names are not read."""

    subject: str
    acr: str
    amr: frozenset[str]


def read_id_token(text: str, keys: KeySet, expected: Expected) -> Said:
    """What the token says, once its signature, issuer, audience, nonce and times are right; raises TokenRefused."""
    try:
        token = jwt.decode(text, keys, algorithms=ALGORITHMS)
    except InvalidKeyIdError:
        raise UnknownKey from None
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise TokenRefused(getattr(error, "error", "") or "malformed") from None
    claims = _checked(token.claims, token.header, expected)
    if claims["aud"] not in (expected.client_id, [expected.client_id]):
        raise TokenRefused("aud")  # one that is meant for others, too, is not taken
    _check_fresh(claims, expected)
    return Said(_subject(claims), _text(claims.get("acr")), frozenset(map(_text, claims.get("amr") or ())))


def _checked(claims: Any, header: Any, expected: Expected) -> CodeIDToken:
    """By the library: the library's error names the claim."""
    options: Any = {
        "iss": {"essential": True, "value": expected.issuer},
        "aud": {"essential": True, "value": expected.client_id},
    }
    params = {"nonce": expected.nonce, "client_id": expected.client_id}
    checked = CodeIDToken(claims, header, options, params)
    try:
        checked.validate(now=int(expected.now.timestamp()), leeway=LEEWAY)
    except JoseError as error:
        raise TokenRefused(getattr(error, "claim", None) or error.error) from None
    except (ValueError, TypeError, KeyError):
        raise TokenRefused("malformed") from None
    return checked


def _check_fresh(claims: Mapping[str, Any], expected: Expected) -> None:
    at = claims.get("auth_time")
    if expected.fresh and at and at < expected.begun_at.timestamp() - LEEWAY:
        raise TokenRefused("auth_time")


def _subject(claims: Mapping[str, Any]) -> str:
    subject = claims["sub"]
    if not isinstance(subject, str) or not subject.isascii() or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise TokenRefused("sub")
    return subject


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
