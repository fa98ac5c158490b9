"""The address of the pages, and the proxy there: certificate, TLS, what it answers without, what it lets through."""

import ssl
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

from deploy.doctor.check import WELL, Check, Finding, Machine, NotApplicable, failed, warning
from deploy.doctor.handshakes import WAIT, expires, spoken
from deploy.doctor.network import SOON

HTTP, HTTPS = 80, 443
FIRST = "public_address comes first"
HOW = "docs/how-to/deploy-a-node.md#the-proxy says what the proxy is to do"
FILES = 11_000_000  #: bytes of a request with a file of a case
SILENCE = 2.0  #: seconds after which a proxy waits for the whole of a request, and so does not refuse it
_CERTIFICATES = {
    9: "is not valid yet",
    10: "has expired",
    62: "is for another name",
    64: "is for another name",
}  #: by OpenSSL's codes for one that was not accepted


def public_address(machine: Machine) -> Finding:
    """The pages are well where people reach them."""
    try:
        status, _ = _answer(f"{_url(machine)}/health")
    except ssl.SSLCertVerificationError as untrusted:
        how = _CERTIFICATES.get(untrusted.verify_code, "is of no authority that this machine knows")
        return failed(
            f"the certificate there {how}", f"give the proxy one that every browser believes; {HOW}"
        )
    except (OSError, HTTPException) as away:
        return failed(
            f"nothing answers there ({type(away).__name__})",
            f"check THROUGHLINE_PUBLIC_URL, the proxy, its certificate, and that throughline web {machine.pages} runs",
        )
    if status != 200:  # noqa: PLR2004 - OK
        return failed(
            f"it answers {status}",
            f"look into the log of throughline web {machine.pages}, and of the proxy",
        )
    return WELL


def certificate(machine: Machine) -> Finding:
    """That of the pages is valid for some time."""
    at = _reached(machine)
    ends = expires(at.hostname or "", at.port or HTTPS, ssl.create_default_context())
    if ends - machine.at < SOON:
        return warning(
            f"the certificate of the pages expires on {ends:%Y-%m-%d}",
            "renew it; where the proxy does that by itself, its log says why it did not",
        )
    return WELL


def tls(machine: Machine) -> Finding:
    """The newest version is spoken and no old one, with good suites alone."""
    at = _reached(machine)
    found = spoken(at.hostname or "", at.port or HTTPS)
    return (failed if found.old else warning)(found.says, HOW) if found.says else WELL


def in_the_clear(machine: Machine) -> Finding:
    """Without TLS nothing is answered but the way to the pages, and programs not even that."""
    at = _reached(machine)
    if (at.port or HTTPS) != HTTPS:
        raise NotApplicable("the pages have a port of their own")
    page, to = _answer_in_the_clear(at, "/sign-in")
    if 200 <= page < 400 and not to.startswith("https://"):  # noqa: PLR2004 - a success, or a way elsewhere
        return failed("pages are answered without TLS, too", HOW)
    _, to = _answer_in_the_clear(at, "/api/v1/")
    if to:
        return warning(
            "below /api/ http leads to https, so that nobody sees that a program forgot the s", HOW
        )
    return WELL


def room(machine: Machine) -> Finding:
    """A file of a case gets through."""
    at = _reached(machine)
    try:
        status, _ = _answer(f"{at.geturl()}/health", "POST", SILENCE, {"Content-Length": str(FILES)})
    except TimeoutError:
        return WELL
    except (OSError, HTTPException):
        status = 0
    if status in (0, 413):  # nobody answers, or HTTP's Content Too Large
        return warning(f"{FILES // 1_000_000} MB are refused there, which files of a case may have", HOW)
    return WELL


def _url(machine: Machine) -> str:
    return str(machine.settings.public_url).rstrip("/")


def _reached(machine: Machine) -> SplitResult:
    """The address of a proxy that speaks TLS; NotApplicable where there is none, or the pages are not well there."""
    if not (at := urlsplit(_url(machine))).scheme == "https":
        raise NotApplicable("the pages are on this machine's own loopback")
    if public_address(machine) is not WELL:
        raise NotApplicable(FIRST)
    return at


def _answer(
    url: str, method: str = "GET", wait: float = WAIT, headers: dict[str, str] | None = None
) -> tuple[int, HTTPMessage]:
    """Status and headers; no redirect is followed, and no body sent."""
    at = urlsplit(url)
    connect = HTTPSConnection if at.scheme == "https" else HTTPConnection
    with closing(connect(at.hostname or "", at.port, timeout=wait)) as connection:
        connection.request(method, at.path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers


def _answer_in_the_clear(at: SplitResult, path: str) -> tuple[int, str]:
    """Status, and where to if it leads elsewhere; (0, "") if nothing answers."""
    try:
        status, headers = _answer(f"http://{at.hostname}:{HTTP}{path}")
    except (OSError, HTTPException):
        return 0, ""
    return status, headers["location"] or ""


CHECKS = (
    Check("public_address", public_address),
    Check("pages_certificate", certificate),
    Check("pages_tls", tls),
    Check("pages_in_the_clear", in_the_clear),
    Check("pages_room", room),
)
