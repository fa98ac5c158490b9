"""The organisation's identity provider, asked over the network: where it is, its keys, a token for a code."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.oidc.begun import Secrets
from shared.oidc.errors import ProviderAway, TokenRefused, UnknownKey
from shared.oidc.id_token import Expected, Said, read_id_token
from shared.oidc.settings import OidcSettings, is_safe

TIMEOUT = (3.05, 5)  #: seconds to connect, and to wait for the next byte
LARGEST = 262_144  #: bytes of an answer
KNOWN_FOR = timedelta(hours=1)  #: where the provider is, and its keys
LEFT_ALONE_FOR = timedelta(seconds=10)  #: after it did not answer: whoever comes meanwhile is told so at once
ASKED_AGAIN_AFTER = timedelta(minutes=1)  #: for keys, when a token names one that is not known
DISCOVERY = "/.well-known/openid-configuration"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
SECRET_IN_HEADER, SECRET_IN_BODY = "client_secret_basic", "client_secret_post"


@dataclass(frozen=True)
class _Known:
    """What the provider said of itself at that time."""

    said: dict[str, Any]
    keys: KeySet
    at: datetime


class Provider:
    """One provider, at which these pages are known as ``client_id`` and to which people come back at ``back``.

    What it says of itself is kept for an hour, in this process. ``clock`` tells the time.
    """

    def __init__(self, settings: OidcSettings, *, back: str, clock: Callable[[], datetime]) -> None:
        self._settings, self._back, self._clock = settings, back, clock
        self._known: _Known | None = None
        self._away_at: datetime | None = None
        self._lock = threading.Lock()

    def address(self, made: Secrets) -> str:
        """Where somebody signs in; raises ProviderAway."""
        said = self._now_known().said
        prompt = self._settings.oidc_prompt
        asked = {"nonce": made.nonce, "prompt": "" if prompt == "as_provider" else prompt}
        asked["acr_values"] = self._settings.oidc_acr
        with self._session(said) as session:
            url, _state = session.create_authorization_url(
                said["authorization_endpoint"],
                state=made.state,
                code_verifier=made.verifier,
                **{name: value for name, value in asked.items() if value},
            )
        return str(url)

    def identify(self, code: str, made: Secrets, *, begun_at: datetime) -> Said:
        """Who has come back with that code; raises TokenRefused (a code counts once), ProviderAway."""
        known = self._now_known()
        token = self._token(known.said, code, made)
        expected = Expected(
            self._settings.oidc_issuer,
            self._settings.oidc_client_id,
            made.nonce,
            begun_at,
            self._clock(),
            fresh=self._settings.oidc_prompt == "login",
        )
        try:
            return read_id_token(token, known.keys, expected)
        except UnknownKey:
            return read_id_token(token, self._now_known(ASKED_AGAIN_AFTER).keys, expected)

    def _token(self, said: dict[str, Any], code: str, made: Secrets) -> str:
        """The ID token alone: what it opens besides is not kept."""
        with self._session(said) as session:
            try:
                got = session.fetch_token(
                    said["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    redirect_uri=self._back,
                    code_verifier=made.verifier,
                )
            except OAuthError:
                raise TokenRefused("code") from None
            except (requests.RequestException, ValueError) as error:
                raise ProviderAway(type(error).__name__) from None
        text = got.get("id_token")
        if not isinstance(text, str):
            raise TokenRefused("no_id_token")
        return text

    def _now_known(self, at_most: timedelta = KNOWN_FOR) -> _Known:
        with self._lock:
            if self._known is None or self._clock() - self._known.at >= at_most:
                self._known = self._ask_unless_away()
            return self._known

    def _ask_unless_away(self) -> _Known:
        if self._away_at is not None and self._clock() - self._away_at < LEFT_ALONE_FOR:
            raise ProviderAway("was_away")
        try:
            return self._ask()
        except ProviderAway:
            self._away_at = self._clock()
            raise

    def _ask(self) -> _Known:
        issuer = self._settings.oidc_issuer
        with self._session({}) as session:
            said = _object(session, issuer.rstrip("/") + DISCOVERY)
            if said.get("issuer") != issuer:
                raise ProviderAway("other_issuer")
            if not all(_is_as_safe(said.get(name), issuer) for name in ENDPOINTS):
                raise ProviderAway("unsafe_address")
            try:
                keys = KeySet.import_key_set(_object(session, said["jwks_uri"]))  # type: ignore[arg-type]
            except (JoseError, ValueError, TypeError, KeyError):
                raise ProviderAway("keys") from None
        return _Known(said, keys, self._clock())

    def _session(self, said: dict[str, Any]) -> "_Session":
        ways = said.get("token_endpoint_auth_methods_supported") or [SECRET_IN_HEADER]
        in_body = SECRET_IN_HEADER not in ways and SECRET_IN_BODY in ways
        session = _Session(
            client_id=self._settings.oidc_client_id,
            client_secret=str(self._settings.oidc_client_secret),
            token_endpoint_auth_method=SECRET_IN_BODY if in_body else SECRET_IN_HEADER,
            scope="openid",
            redirect_uri=self._back,
            code_challenge_method="S256",
        )
        session.trust_env = False  # no proxy, no password and no authority of the environment's
        session.verify = self._settings.oidc_ca_file or True
        return session


class _Session(OAuth2Session):  # type: ignore[misc]
    """Follows no redirect, waits for nobody, and reads no more than it must."""

    def request(self, method: str, url: str, **more: Any) -> requests.Response:
        """The answer, read whole; raises requests.RequestException."""
        more |= {"timeout": TIMEOUT, "allow_redirects": False, "stream": True}
        answer: requests.Response = super().request(method, url, **more)
        body = b""
        for part in answer.iter_content(8192):
            body += part
            if len(body) > LARGEST:
                raise requests.exceptions.ContentDecodingError("too large")
        answer._content = body  # noqa: SLF001 - the library reads it whole otherwise, however large
        return answer


def _object(session: _Session, url: str) -> dict[str, Any]:
    try:
        answer = session.request("GET", url, withhold_token=True)
        found = orjson.loads(answer.content) if answer.status_code == requests.codes.ok else None
    except (requests.RequestException, ValueError) as error:
        raise ProviderAway(type(error).__name__) from None
    if not isinstance(found, dict):
        raise ProviderAway("no_object")
    return found


def _is_as_safe(url: object, issuer: str) -> bool:
    """Over TLS, or as near as the provider itself."""
    return (
        isinstance(url, str) and is_safe(url) and urlsplit(url).scheme in ("https", urlsplit(issuer).scheme)
    )
