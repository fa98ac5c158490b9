"""The proxies' files that we give do what the how-to asks; whatever they do instead, the doctor finds it."""

import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.doctor import pages
from deploy.doctor.check import Finding, Machine, Verdict
from shared.clock import now
from shared.messaging.authority import Authority, keep, new_authority
from shared.ports import LOOPBACK, free_ports
from tests.node_pages import node_pages
from tests.packaging.proxies import PROXIES, Ports

WELL = {check.name: Verdict.WELL for check in pages.CHECKS}
NOT_LOOKED_AT = dict.fromkeys(WELL, Verdict.NOT_APPLICABLE)
LONG = timedelta(days=90)
FILE = bytes(5_000_000)

TO_PAGES, TO_TLS = "proxy_pass http://127.0.0.1:8000", "return 308 https://$server_name$request_uri"
OLD_SUITES = "CHACHA20:AES128-SHA:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0;"


@dataclass(frozen=True)
class Planted:
    """What a proxy's file says instead, which check finds it, and a word of what that says."""

    proxy: str
    instead: dict[str, str]
    check: str
    says: str


PLANTED = {
    "TLS of old": Planted(
        "nginx",
        {"TLSv1.2 TLSv1.3;": "TLSv1 TLSv1.1 TLSv1.2;", "CHACHA20;": OLD_SUITES},
        "pages_tls",
        "TLS 1.0 and TLS 1.1",
    ),
    "a suite that is not good": Planted(
        "nginx",
        {"CHACHA20;": "CHACHA20:ECDHE-ECDSA-AES128-SHA256;"},
        "pages_tls",
        "ECDHE-ECDSA-AES128-SHA256",
    ),
    "no TLS of the newest version": Planted(
        "nginx", {"TLSv1.2 TLSv1.3;": "TLSv1.2;"}, "pages_tls", "TLS 1.3"
    ),
    "Caddy without the newest version": Planted(
        "Caddy", {"protocols tls1.2 tls1.3": "protocols tls1.2 tls1.2"}, "pages_tls", "TLS 1.3"
    ),
    "pages in the clear": Planted("nginx", {TO_TLS: TO_PAGES}, "pages_in_the_clear", "without TLS"),
    "programs are led to https": Planted(
        "nginx", {"return 444": TO_TLS}, "pages_in_the_clear", "forgot the s"
    ),
    "Caddy leads programs to https": Planted(
        "Caddy", {"abort": "redir https://{host}{uri}"}, "pages_in_the_clear", "forgot the s"
    ),
    "files of a case are too large": Planted(
        "nginx", {"client_max_body_size 100m;": ""}, "pages_room", "files of a case"
    ),
    "a link breaks when a file comes": Planted(
        "nginx",
        {"client_max_body_size 100m;": "if ($request_method = POST) { return 444; }"},
        "pages_room",
        "files of a case",
    ),
}


class Pages(BaseHTTPRequestHandler):
    """Stands for the pages: it answers everything, and ``/health`` well."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        """As the pages do before they have read anything."""
        self.send_response(405)
        self.end_headers()
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def served() -> Iterator[int]:
    server = ThreadingHTTPServer((LOOPBACK, 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """One that this machine believes."""
    made = new_authority(at=now())
    keep(made, tmp_path / "ca.pem", tmp_path / "ca.key")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return made


@pytest.fixture
def ports(served: int, monkeypatch: pytest.MonkeyPatch) -> Ports:
    """Of a proxy, and taken for those of http and https."""
    found = Ports.beside(served)
    monkeypatch.setattr(pages, "HTTP", found.clear)
    monkeypatch.setattr(pages, "HTTPS", found.safe)
    return found


def certify(authority: Authority, folder: Path, name: str = "localhost", lasts: timedelta = LONG) -> None:
    certificate, key = authority.sign(name, at=now(), lasts=lasts)
    (folder / "host.pem").write_bytes(certificate)
    (folder / "host.key").write_bytes(key)


def found_at(port: int) -> dict[str, Finding]:
    machine = Machine()
    machine.pages, machine.settings = "intake", SimpleNamespace(public_url=f"https://localhost:{port}/")
    return {check.name: check.of(machine) for check in pages.CHECKS}


def verdicts(found: dict[str, Finding]) -> dict[str, Verdict]:
    return {name: one.verdict for name, one in found.items()}


@pytest.mark.parametrize("proxy", PROXIES)
def test_nothing_is_found_before_pages_with_our_file(
    proxy: str, authority: Authority, ports: Ports, tmp_path: Path
) -> None:
    certify(authority, tmp_path)
    with PROXIES[proxy](tmp_path, ports, {}):
        found = found_at(ports.safe)

    assert verdicts(found) == WELL, found


@pytest.mark.parametrize("fault", PLANTED)
def test_a_fault_of_a_proxy_is_named(fault: str, authority: Authority, ports: Ports, tmp_path: Path) -> None:
    planted = PLANTED[fault]
    certify(authority, tmp_path)
    with PROXIES[planted.proxy](tmp_path, ports, planted.instead):
        found = found_at(ports.safe)

    named = found[planted.check]
    assert verdicts(found) == WELL | {planted.check: named.verdict}, found
    assert named.verdict in (Verdict.WARNING, Verdict.FAILED)
    assert planted.says in named.says
    assert "#the-proxy" in named.remedy


def test_a_certificate_that_nobody_renews_is_named_before_it_ends(
    authority: Authority, ports: Ports, tmp_path: Path
) -> None:
    certify(authority, tmp_path, lasts=timedelta(days=13))
    with PROXIES["nginx"](tmp_path, ports, {}):
        found = found_at(ports.safe)

    assert verdicts(found) == WELL | {"pages_certificate": Verdict.WARNING}
    assert f"{now() + timedelta(days=13):%Y-%m-%d}" in found["pages_certificate"].says


@pytest.mark.parametrize(
    ("how", "name", "lasts"),
    [("is for another name", "else.example", LONG), ("has expired", "localhost", timedelta(seconds=-1))],
)
def test_a_certificate_that_browsers_do_not_believe(
    how: str, name: str, lasts: timedelta, authority: Authority, ports: Ports, tmp_path: Path
) -> None:
    certify(authority, tmp_path, name, lasts)
    with PROXIES["nginx"](tmp_path, ports, {}):
        found = found_at(ports.safe)

    assert verdicts(found) == NOT_LOOKED_AT | {"public_address": Verdict.FAILED}
    assert how in found["public_address"].says


def test_a_certificate_of_somebody_whom_nobody_knows(
    authority: Authority, ports: Ports, tmp_path: Path
) -> None:
    certify(new_authority(at=now()), tmp_path)
    with PROXIES["nginx"](tmp_path, ports, {}):
        found = found_at(ports.safe)

    assert found["public_address"].verdict is Verdict.FAILED
    assert "of no authority" in found["public_address"].says


def test_a_machine_that_answers_nothing_without_tls_is_well(
    authority: Authority, ports: Ports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "HTTP", free_ports(1)[0])
    certify(authority, tmp_path)
    with PROXIES["nginx"](tmp_path, ports, {}):
        assert verdicts(found_at(ports.safe)) == WELL


def test_beside_a_port_of_their_own_nobody_looks_for_http(
    authority: Authority, served: int, tmp_path: Path
) -> None:
    certify(authority, tmp_path)
    ports = Ports.beside(served)
    with PROXIES["nginx"](tmp_path, ports, {}):
        found = verdicts(found_at(ports.safe))

    assert found == WELL | {"pages_in_the_clear": Verdict.NOT_APPLICABLE}


@pytest.fixture(scope="module")
def real_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with node_pages(tmp_path_factory.mktemp("web")) as port:
        yield port


@pytest.mark.parametrize("proxy", PROXIES)
def test_whoever_sends_a_file_after_their_session_has_ended_hears_so(
    proxy: str, real_pages: int, authority: Authority, tmp_path: Path
) -> None:
    """The answer is known before the file has come; a link that ends with it would be a 502 of the proxy's."""
    certify(authority, tmp_path)
    ports = Ports.beside(real_pages)
    address, trust = f"https://localhost:{ports.safe}/cases/{uuid4()}/files/new", ssl.create_default_context()
    with PROXIES[proxy](tmp_path, ports, {}):
        answers = [httpx.post(address, content=FILE, verify=trust, trust_env=False) for _ in range(10)]

    assert [(one.status_code, one.headers["location"].partition("?")[0]) for one in answers] == [
        (302, "/sign-in")
    ] * len(answers)
