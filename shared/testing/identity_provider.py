"""A small identity provider over HTTP on loopback: it signs in whoever it is told to, and lies when it is told to."""

import hashlib
import html
import json
import secrets
import time
from base64 import b64decode, urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

if TYPE_CHECKING:
    from collections.abc import Callable

CLIENT, SECRET = "these-pages", "an invented secret of the pages"
ALGORITHMS = ["RS256", "HS256", "none"]
Answer = tuple[int, dict[str, str], str]


def _json(said: object, status: int = 200) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(said)


def _nothing() -> Answer:
    return 404, {}, ""


class IdentityProvider:
    """Signs in ``subject`` at once, with ``claims`` besides (None leaves one out).

    ``key`` and ``algorithm`` sign its tokens; ``published`` are its public keys. ``said`` joins what it says of itself.
    ``redirects_to`` is where its token endpoint sends those who ask. ``asked`` is every path that was asked for.
    """

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self._codes: dict[str, dict[str, str]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self._server.server_port}/realm"
        self.reset()
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def reset(self) -> None:
        """Tell the truth again."""
        self.subject, self.algorithm = "subject-1", "RS256"
        self.signing: Any = self.key
        self.published = [self.key]
        self.claims: dict[str, Any] = {}
        self.said: dict[str, Any] = {}
        self.now: Callable[[], float] = time.time
        self.redirects_to, self.refuses, self.is_away, self.padding = "", False, False, ""
        self.asked: list[str] = []
        self.posted: list[dict[str, str]] = []

    def close(self) -> None:
        """Stop for good."""
        self._server.shutdown()
        self._server.server_close()

    def sends_back(self, address: str) -> str:
        """What a browser is sent to by somebody who signs in at that address."""
        asked = dict(parse_qsl(urlsplit(address).query))
        if self.refuses:
            given = {"error": "access_denied"}
        else:
            code = secrets.token_urlsafe(16)
            self._codes[code] = asked
            given = {"code": code}
        return f"{asked['redirect_uri']}?{urlencode(given | {'state': asked['state']})}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            """Answers as the provider does."""

            def do_GET(self) -> None:
                self._answer("")

            def do_POST(self) -> None:
                self._answer(self.rfile.read(int(self.headers["Content-Length"] or 0)).decode())

            def _answer(self, body: str) -> None:
                status, headers, said = provider.answer(
                    self.path, body, self.headers.get("Authorization", "")
                )
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(said.encode())))
                self.end_headers()
                self.wfile.write(said.encode())

            def log_message(self, *_: object) -> None:
                """Tests are quiet."""

        return Handler

    def answer(self, path: str, body: str, authorization: str) -> Answer:
        """Status, headers and body for that request."""
        self.asked.append(urlsplit(path).path)
        if self.is_away:
            return 502, {}, "away"
        pages: dict[str, Callable[[], Answer]] = {
            "/realm/.well-known/openid-configuration": self._configuration,
            "/realm/keys": lambda: _json({"keys": [key.as_dict(private=False) for key in self.published]}),
            "/realm/authorize": lambda: self._authorize(path, body),
            "/realm/token": lambda: self._token(body, authorization),
        }
        return pages.get(urlsplit(path).path, _nothing)()

    def _configuration(self) -> Answer:
        known = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "padding": self.padding,
        }
        return _json(known | self.said)

    def _authorize(self, path: str, body: str) -> Answer:
        """A page with a button, which leads back."""
        if body:
            return 303, {"Location": self.sends_back(path)}, ""
        form = f'<form method="post" action="{html.escape(path)}"><button name="go" value="1">Sign in</button></form>'
        return 200, {"Content-Type": "text/html"}, f"<!doctype html><title>Elsewhere</title>{form}"

    def _token(self, body: str, authorization: str) -> Answer:
        if self.redirects_to:
            return 307, {"Location": self.redirects_to}, ""
        given = {name: values[0] for name, values in parse_qs(body).items()}
        self.posted.append(given)
        asked = self._codes.pop(given.get("code", ""), None)
        if asked is None or not _fits(asked, given, authorization):
            return _json({"error": "invalid_grant"}, 400)
        token = self._signed({"nonce": asked["nonce"]} | self.claims)
        return _json({"access_token": "opens nothing", "token_type": "Bearer", "id_token": token})

    def _signed(self, claims: dict[str, Any]) -> str:
        at = int(self.now())
        told = {"iss": self.issuer, "aud": CLIENT, "sub": self.subject, "iat": at, "exp": at + 300} | claims
        said = {name: value for name, value in told.items() if value is not None}
        header = {"alg": self.algorithm, "kid": getattr(self.signing, "kid", None) or "one"}
        key = OctKey.import_key(SECRET) if self.algorithm == "HS256" else self.signing
        return jwt.encode(header, said, key, algorithms=ALGORITHMS)


def _fits(asked: dict[str, str], given: dict[str, str], authorization: str) -> bool:
    """Whether the code is redeemed by who began, as the page that began, with the secret: RFC 6749 and 7636."""
    digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
    challenge = urlsafe_b64encode(digest).decode().rstrip("=")
    in_body = f"{given.get('client_id')}:{given.get('client_secret')}"
    said = b64decode(authorization.removeprefix("Basic ")).decode() or in_body
    is_pkce = (asked.get("code_challenge_method"), asked.get("code_challenge")) == ("S256", challenge)
    return said == f"{CLIENT}:{SECRET}" and is_pkce and asked["redirect_uri"] == given.get("redirect_uri")
