"""Where a webhook may go: never where a name leads that means us harm, whatever it says."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from urllib3 import Timeout

from services.intake.interchange import posting
from services.intake.interchange.posting import NotDelivered, post
from services.intake.interchange.tests.receiver import Receiver
from shared.clock import now
from shared.messaging.authority import keep, new_authority

BODY = b"{}"


def refused(url: str, *, may_be_private: bool = False) -> str:
    with pytest.raises(NotDelivered) as failed:
        post(url, {}, BODY, may_be_private=may_be_private)
    return failed.value.code


def names(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Every name is these addresses."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (address, 443)) for address in addresses]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: found)


OWN = ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.5.4", "100.64.0.1", "::1", "fd00::1", "::ffff:10.0.0.1",
       "64:ff9b::a00:1", "2002:0a00:0001::1"]  # fmt: skip
NEVER = ["169.254.169.254", "fe80::1", "224.0.0.1", "ff02::1", "0.0.0.0", "::", "::ffff:169.254.169.254",  # noqa: S104
         "240.0.0.1", "255.255.255.255"]  # fmt: skip


@pytest.mark.parametrize("address", [*OWN, *NEVER])
def test_no_name_leads_into_our_own_network(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    names(monkeypatch, address)
    assert refused("https://example.org/") == "address_not_allowed"


@pytest.mark.parametrize("address", NEVER[:-2])
def test_some_addresses_are_nobody_s_even_with_leave(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    names(monkeypatch, address)
    assert refused("https://example.org/", may_be_private=True) == "address_not_allowed"


def test_one_bad_address_is_one_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, "93.184.215.14", "10.0.0.1")
    assert refused("https://example.org/") == "address_not_allowed"


def test_the_name_is_resolved_once(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    """A name that means something else a moment later would lead past what was looked at."""
    resolve, asked = socket.getaddrinfo, []

    def once(host: Any, *rest: Any, **more: Any) -> Any:
        asked.append(host)
        return resolve("127.0.0.1" if host == "example.org" else host, *rest, **more)

    monkeypatch.setattr("socket.getaddrinfo", once)
    post(f"http://example.org:{receiver.port}/", {}, BODY, may_be_private=True)

    assert asked == ["example.org", "127.0.0.1"]
    assert receiver.got[0][1]["host"] == f"example.org:{receiver.port}"


def test_only_to_the_loopback_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, "10.0.0.1")
    assert refused("http://localhost/", may_be_private=True) == "not_https"


def test_the_loopback_takes_leave_too(receiver: Receiver) -> None:
    assert refused(receiver.url) == "address_not_allowed"
    assert receiver.got == []


def test_a_name_that_there_is_not() -> None:
    assert refused("https://nowhere.invalid/") == "no_such_host"


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert refused(f"http://127.0.0.1:{port}/", may_be_private=True) == "no_connection"


def test_it_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    receiver.hold.clear()
    monkeypatch.setattr(posting, "PATIENCE", Timeout(connect=5, read=0.1))
    assert refused(receiver.url, may_be_private=True) == "timeout"


def test_what_is_no_http_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                _read_whole(connection)
                connection.sendall(b"Kryptonym\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        assert refused(url, may_be_private=True) == "no_connection"


@contextmanager
def over_tls(folder: Path, host: str) -> Iterator[int]:
    """A server with a certificate for that host, of an authority whose own is ``ca.pem``; its port."""
    authority = new_authority(at=now())
    keep(authority, folder / "ca.pem", folder / "ca.key")
    certificate, key = authority.sign(host, at=now())
    (folder / "host.pem").write_bytes(certificate)
    (folder / "host.key").write_bytes(key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "host.pem", folder / "host.key")
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_answer, args=(server, context), daemon=True).start()
        yield server.getsockname()[1]


def _answer(server: socket.socket, context: ssl.SSLContext) -> None:
    connection, _ = server.accept()
    try:
        with context.wrap_socket(connection, server_side=True) as secured:
            _read_whole(secured)
            secured.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
    except OSError:
        connection.close()


def _read_whole(connection: socket.socket) -> None:
    """Headers and body may come in two pieces; whoever hangs up between them resets the connection."""
    came = b""
    while not came.endswith(BODY) and (more := connection.recv(10_000)):
        came += more


def test_a_certificate_that_nobody_vouches_for_is_not_believed(tmp_path: Path) -> None:
    with over_tls(tmp_path, "127.0.0.1") as port:
        assert refused(f"https://127.0.0.1:{port}/", may_be_private=True) == "tls"


@pytest.mark.parametrize(("named", "code"), [("hooks.example", None), ("other.example", "tls")])
def test_the_certificate_has_to_be_of_the_name_and_not_of_the_address(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: str, code: str | None
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with over_tls(tmp_path, "hooks.example") as port:
        asked = names_for(monkeypatch, named)
        url = f"https://{named}:{port}/"
        if code:
            assert refused(url, may_be_private=True) == code
        else:
            post(url, {}, BODY, may_be_private=True)
    assert asked.count(named) == 1


def names_for(monkeypatch: pytest.MonkeyPatch, name: str) -> list[Any]:
    """That name is the loopback's; what is asked for."""
    resolve, asked = socket.getaddrinfo, []

    def instead(host: Any, *rest: Any, **more: Any) -> Any:
        asked.append(host)
        return resolve("127.0.0.1" if host == name else host, *rest, **more)

    monkeypatch.setattr("socket.getaddrinfo", instead)
    return asked
