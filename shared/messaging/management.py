"""The management API of a broker: its virtual hosts, its users and their rights, and whatever else stands there."""

import base64
import json
from http import HTTPMethod
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, unquote, urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from shared.messaging import tls
from shared.messaging.errors import Misconfigured

PATIENCE = 30.0  #: seconds to wait for one answer: a queue's comes when it has its leader

Json = dict[str, Any]


class _NoRedirects(HTTPRedirectHandler):
    """The answer that would lead elsewhere is a refusal."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Nothing is asked there."""


class ManagementRefused(RuntimeError):
    """The broker answered no; the message tells the request and the status, and the broker's reason."""


class Management:
    """Administers the broker whose API is at ``url``: ``https://<user>:<password>@<host>:<port>/api``.

    Its certificate must be of an authority in ``ca_file``, or else of one that the system trusts.
    """

    def __init__(self, url: str, *, ca_file: str = "") -> None:
        parts = urlsplit(url)
        login = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        self._authorization = "Basic " + base64.b64encode(login.encode()).decode()
        self._base = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl().rstrip("/")
        secure = [HTTPSHandler(context=tls.context(ca_file))] if parts.scheme == "https" else []
        # A proxy would be told the password, and so would whoever is redirected to.
        self._opener = build_opener(ProxyHandler({}), _NoRedirects(), *secure)

    def get(self, *path: str) -> Any:
        """What stands at that path."""
        return self._ask(HTTPMethod.GET, path)

    def put(self, body: Json, *path: str) -> None:
        """Make this stand at that path."""
        self._ask(HTTPMethod.PUT, path, body)

    def post(self, body: Json, *path: str) -> None:
        """Add this at that path."""
        self._ask(HTTPMethod.POST, path, body)

    def delete(self, *path: str) -> None:
        """Remove what stands at that path."""
        self._ask(HTTPMethod.DELETE, path)

    def create_vhost(self, vhost: str) -> None:
        """Make a virtual host, if it is not there yet."""
        self.put({}, "vhosts", vhost)

    def delete_vhost(self, vhost: str) -> None:
        """Remove a virtual host and all that is in it."""
        self.delete("vhosts", vhost)

    def create_user(self, user: str, password: str, *, tags: str = "") -> None:
        """Make a user, or give a known one this password; without tags it may administer nothing."""
        self.put({"password": password, "tags": tags}, "users", user)

    def delete_user(self, user: str) -> None:
        """Remove a user; its connections are closed."""
        self.delete("users", user)

    def close_connections(self, user: str) -> None:
        """End all connections of a user: what was changed of it holds for those that follow."""
        self.delete("connections", "username", user)

    def set_permissions(self, user: str, vhost: str, *, configure: str, write: str, read: str) -> None:
        """Say which names a user may configure, write and read: regular expressions."""
        self.put({"configure": configure, "write": write, "read": read}, "permissions", vhost, user)

    def set_policy(self, name: str, vhost: str, policy: Json) -> None:
        """Set, or set anew, what holds for the queues whose names match the policy's pattern."""
        self.put(policy, "policies", vhost, name)

    def has_every_vhost_up(self) -> bool:
        """Whether the broker answers, and every virtual host is up."""
        try:
            self.get("health", "checks", "virtual-hosts")
        except (ManagementRefused, URLError, ConnectionError, TimeoutError):
            return False
        return True

    def _ask(self, method: HTTPMethod, path: tuple[str, ...], body: Json | None = None) -> Any:
        address = "/".join((self._base, *(quote(part, safe="") for part in path)))
        headers = {"Authorization": self._authorization, "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = Request(address, data, headers, method=method)  # noqa: S310 - an administrator's own setting
        try:
            with self._opener.open(request, timeout=PATIENCE) as answer:
                return json.loads(answer.read() or b"null")
        except HTTPError as error:
            raise ManagementRefused(f"{method} {'/'.join(path)}: {error.code}{_reason(error)}") from None
        except URLError as error:
            if advice := isinstance(error.reason, Exception) and tls.remedy(error.reason):
                raise Misconfigured(f"the broker's management API: {advice}") from None
            raise


def _reason(error: HTTPError) -> str:
    """What the broker says of it; it quotes names and arguments, and nothing of a message."""
    try:
        told = json.loads(error.read())
        return f" ({told['reason']})"
    except (ValueError, KeyError, TypeError):
        return ""
