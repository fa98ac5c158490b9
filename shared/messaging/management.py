"""The management API of a broker: its virtual hosts, its users and their rights."""

import base64
import json
from http import HTTPMethod
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, unquote, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

PATIENCE = 10.0  #: seconds to wait for one answer


class ManagementRefused(RuntimeError):
    """The broker answered no; the message tells the request and the status."""


class Management:
    """Administers the broker whose API is at ``url``: ``http://<user>:<password>@<host>:<port>/api``."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        login = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        self._authorization = "Basic " + base64.b64encode(login.encode()).decode()
        self._base = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        self._opener = build_opener(ProxyHandler({}))  # a proxy would be told the password

    def create_vhost(self, vhost: str) -> None:
        """Make a virtual host, if it is not there yet."""
        self._ask(HTTPMethod.PUT, "vhosts", vhost)

    def delete_vhost(self, vhost: str) -> None:
        """Remove a virtual host and all that is in it."""
        self._ask(HTTPMethod.DELETE, "vhosts", vhost)

    def create_user(self, user: str, password: str, *, tags: str = "") -> None:
        """Make a user, or give a known one this password; without tags it may administer nothing."""
        self._ask(HTTPMethod.PUT, "users", user, body={"password": password, "tags": tags})

    def delete_user(self, user: str) -> None:
        """Remove a user; its connections are closed."""
        self._ask(HTTPMethod.DELETE, "users", user)

    def set_permissions(self, user: str, vhost: str, *, configure: str, write: str, read: str) -> None:
        """Say which names a user may configure, write and read: regular expressions."""
        rights = {"configure": configure, "write": write, "read": read}
        self._ask(HTTPMethod.PUT, "permissions", vhost, user, body=rights)

    def set_topic_permissions(self, user: str, vhost: str, *, exchange: str, write: str, read: str) -> None:
        """Say which routing keys a user may write to and read from a topic exchange: regular expressions."""
        rights = {"exchange": exchange, "write": write, "read": read}
        self._ask(HTTPMethod.PUT, "topic-permissions", vhost, user, body=rights)

    def set_policy(self, name: str, vhost: str, policy: dict[str, Any]) -> None:
        """Set, or set anew, what holds for the queues whose names match the policy's pattern."""
        self._ask(HTTPMethod.PUT, "policies", vhost, name, body=policy)

    def has_every_vhost_up(self) -> bool:
        """Whether the broker answers, and every virtual host is up."""
        try:
            self._ask(HTTPMethod.GET, "health", "checks", "virtual-hosts")
        except (ManagementRefused, URLError, ConnectionError, TimeoutError):
            return False
        return True

    def _ask(self, method: HTTPMethod, *path: str, body: dict[str, Any] | None = None) -> None:
        address = "/".join((self._base, *(quote(part, safe="") for part in path)))
        headers = {"Authorization": self._authorization, "Content-Type": "application/json"}
        data = json.dumps(body or {}).encode() if method is HTTPMethod.PUT else None
        request = Request(address, data, headers, method=method)  # noqa: S310 - an administrator's own setting
        try:
            self._opener.open(request, timeout=PATIENCE).close()
        except HTTPError as error:
            raise ManagementRefused(f"{method} {'/'.join(path)}: {error.code}") from None
