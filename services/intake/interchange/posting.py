"""Post a body to an address, as a rule signed in the form of Standard Webhooks, and nowhere else than it may go.

The name is resolved once, each of its addresses is looked at, and the connection goes to the address that was looked
at: a name that means something else a moment later gains nothing. No redirect is followed, and of an answer nothing is
read but its status, and when to come back.
"""

import base64
import hmac
import ipaddress
import socket
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from urllib.parse import SplitResult, urlsplit

import urllib3

from shared.clock import now

PATIENCE = urllib3.Timeout(connect=5, read=10)  #: seconds
HTTPS = 443
DIGITS = 9  #: of a number of seconds, the first ones: more is far longer than anybody waits
TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  #: RFC 6052: an IPv4 address behind a translator

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotDelivered(Exception):
    """It was not taken, or could not be sent; ``code`` says why and holds nothing of the answer.

    ``wait``: for how long whoever did not take it asks to be left alone.
    """

    def __init__(self, code: str, wait: timedelta | None = None) -> None:
        super().__init__(code)
        self.code, self.wait = code, wait


def signature(secret: str, id_: str, timestamp: str, body: bytes) -> str:
    """As the receiver works it out: HMAC-SHA256 over ``id.timestamp.body``, with what stands behind ``whsec_``."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.digest(key, f"{id_}.{timestamp}.".encode() + body, sha256)
    return f"v1,{base64.b64encode(mac).decode()}"


def post(url: str, headers: dict[str, str], body: bytes, *, may_be_private: bool) -> None:
    """Post it; raises NotDelivered unless the answer is 2xx."""
    parts = urlsplit(url)
    address = _address(parts, may_be_private=may_be_private)
    sent = (
        {"Content-Type": "application/json"} | headers | {"Host": parts.netloc, "User-Agent": "throughline"}
    )
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with _pool(parts, address) as pool:
            response = pool.urlopen(
                "POST", target, body=body, headers=sent, redirect=False, retries=False, preload_content=False
            )
            response.close()
    except urllib3.exceptions.NewConnectionError:
        raise NotDelivered("no_connection") from None
    except urllib3.exceptions.TimeoutError:
        raise NotDelivered("timeout") from None
    except urllib3.exceptions.SSLError:
        raise NotDelivered("tls") from None
    except (urllib3.exceptions.HTTPError, OSError, ValueError):
        raise NotDelivered("no_connection") from None
    if not 200 <= response.status < 300:  # noqa: PLR2004 - what HTTP calls success
        raise NotDelivered(f"http_{response.status}", asked_wait(response.headers.get("Retry-After"), now()))


def asked_wait(said: str | None, at: datetime) -> timedelta | None:
    """What ``Retry-After`` says (RFC 9110): so many seconds, or until a moment; None for what is neither, or over."""
    if said is None:
        return None
    if said.isascii() and said.isdigit():
        return timedelta(seconds=int(said[:DIGITS]))
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    wait = until.replace(tzinfo=until.tzinfo or UTC) - at
    return wait if wait > timedelta() else None


def _pool(parts: SplitResult, address: Address) -> urllib3.HTTPConnectionPool:
    if parts.scheme == "http":
        return urllib3.HTTPConnectionPool(str(address), parts.port, timeout=PATIENCE)
    return urllib3.HTTPSConnectionPool(
        str(address),
        parts.port or HTTPS,
        timeout=PATIENCE,
        cert_reqs="CERT_REQUIRED",
        server_hostname=parts.hostname,
        assert_hostname=parts.hostname,
    )


def _address(parts: SplitResult, *, may_be_private: bool) -> Address:
    """The first of the name's addresses, if it may be all of them."""
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or HTTPS, type=socket.SOCK_STREAM)
        addresses = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    except (OSError, ValueError):
        raise NotDelivered("no_such_host") from None
    if not addresses or not all(_may_go_to(one, may_be_private=may_be_private) for one in addresses):
        raise NotDelivered("address_not_allowed")
    if parts.scheme != "https" and not all(one.is_loopback for one in addresses):
        raise NotDelivered("not_https")
    return addresses[0]


def _may_go_to(address: Address, *, may_be_private: bool) -> bool:
    """Everybody's network; with leave our own too, but never a link's own, where clouds keep their secrets."""
    meant = _meant(address)
    if meant.is_multicast or meant.is_unspecified or meant.is_link_local:
        return False
    return meant.is_global or (may_be_private and (meant.is_private or meant.is_loopback))


def _meant(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, if it does."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in TRANSLATED:
            return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        return address.ipv4_mapped or address.sixtofour or address
    return address
