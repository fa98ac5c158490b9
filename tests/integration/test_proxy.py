"""The proxy of the fault tests does to a connection what it says, and otherwise nothing."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from shared.ports import LOOPBACK
from shared.testing.proxy import Proxy

PATIENCE = 5.0  #: seconds for an answer
SILENCE = 0.3  #: seconds in which an answer would have come many times over


def serve(server: socket.socket) -> None:
    with suppress(OSError):
        while True:
            threading.Thread(target=echo, args=server.accept()[:1], daemon=True).start()


def echo(client: socket.socket) -> None:
    """Say back what is said."""
    with suppress(OSError), client:
        while said := client.recv(65_536):
            client.sendall(said)


@pytest.fixture
def url() -> Iterator[str]:
    with socket.create_server((LOOPBACK, 0)) as server:
        threading.Thread(target=serve, args=(server,), daemon=True).start()
        yield f"amqp://user:secret@{LOOPBACK}:{server.getsockname()[1]}/%2F"
        server.shutdown(socket.SHUT_RDWR)


def connect(proxy: Proxy) -> socket.socket:
    client = socket.create_connection((LOOPBACK, int(urlsplit(proxy.url).port or 0)))
    client.settimeout(PATIENCE)
    return client


def hear(client: socket.socket, count: int) -> bytes:
    heard = b""
    while len(heard) < count and (more := client.recv(count - len(heard))):
        heard += more
    return heard


def is_silent(client: socket.socket) -> bool:
    client.settimeout(SILENCE)
    with pytest.raises(TimeoutError):
        client.recv(1)
    client.settimeout(PATIENCE)
    return True


def test_its_address_differs_in_the_port_alone(url: str) -> None:
    with Proxy(url) as proxy:
        port = urlsplit(proxy.url).port
        assert port != urlsplit(url).port
        assert proxy.url == f"amqp://user:secret@{LOOPBACK}:{port}/%2F"


def test_it_passes_on_what_is_said_both_ways(url: str) -> None:
    said = b"0123456789" * 100_000
    with Proxy(url) as proxy, connect(proxy) as client:
        threading.Thread(target=client.sendall, args=(said,), daemon=True).start()
        assert hear(client, len(said)) == said
        assert proxy.connections == 1


def test_a_cut_is_a_reset(url: str) -> None:
    with Proxy(url) as proxy, connect(proxy) as client:
        client.sendall(b"a")
        assert hear(client, 1) == b"a"
        proxy.cut()
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_a_lifetime_ends_in_the_middle_of_what_is_said(url: str) -> None:
    with Proxy(url, lifetimes=[1_500]) as proxy:
        with connect(proxy) as first, suppress(OSError):
            first.sendall(b"x" * 1_000)
            assert len(hear(first, 1_000)) <= 500
        with connect(proxy) as second:
            second.sendall(b"x" * 1_000)
            assert len(hear(second, 1_000)) == 1_000


def test_what_is_held_comes_late_and_whole(url: str) -> None:
    with Proxy(url) as proxy, connect(proxy) as client:
        proxy.hold()
        client.sendall(b"late")
        assert is_silent(client)
        proxy.heal()
        assert hear(client, 4) == b"late"


def test_what_is_swallowed_never_comes_and_nobody_is_told(url: str) -> None:
    with Proxy(url) as proxy, connect(proxy) as client:
        client.sendall(b"a")
        hear(client, 1)
        proxy.swallow()
        client.sendall(b"b")
        assert is_silent(client)
        proxy.heal()
        assert is_silent(client)


def test_who_connects_into_a_black_hole_hears_nothing_until_it_is_gone(url: str) -> None:
    with Proxy(url) as proxy:
        proxy.swallow()
        with connect(proxy) as inside:
            inside.sendall(b"a")
            assert is_silent(inside)
        proxy.heal()
        with connect(proxy) as outside:
            outside.sendall(b"b")
            assert hear(outside, 1) == b"b"


def test_left_half_open_the_client_is_not_told(url: str) -> None:
    with Proxy(url) as proxy, connect(proxy) as client:
        client.sendall(b"a")
        hear(client, 1)
        proxy.leave_half_open()
        client.sendall(b"b")
        assert is_silent(client)
