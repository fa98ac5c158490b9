"""Requests whose end can be disputed, byte by byte to a real web process: refused, and nothing behind them is heard."""

import re
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest

from shared.ports import LOOPBACK
from tests.node_pages import PATIENCE, node_pages

HOST = b"Host: node.example\r\n"
BEHIND = (
    b"GET /shared/mark.svg HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
)  #: what somebody else is to be told


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where a node's web process listens."""
    with node_pages(tmp_path_factory.mktemp("web")) as listening:
        yield listening


def answers(port: int, request: bytes) -> list[bytes]:
    """The status of each answer, until the server hangs up."""
    with socket.create_connection((LOOPBACK, port), PATIENCE) as connection:
        with suppress(ConnectionError):  # it may have hung up before the end
            connection.sendall(request)
        heard = b"".join(iter(lambda: _more(connection), b""))
    return re.findall(rb"HTTP/1\.1 (\d{3}) ", heard)


def _more(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65_536)
    except ConnectionResetError:
        return b""


DISPUTED = {
    "two lengths": b"Content-Length: 6\r\nContent-Length: 5\r\n\r\nabcdef",
    "a length below nothing": b"Content-Length: -1\r\n\r\n",
    "a length that is no number": b"Content-Length: 0x5\r\n\r\nabcde",
    "another coding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a blank before the colon": b"Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "a name with a blank": b"Content Length: 5\r\n\r\nabcde",
    "a chunk of no size": b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("how", DISPUTED)
def test_it_is_refused_and_what_comes_behind_is_not_heard(port: int, how: str) -> None:
    heard = answers(port, b"POST /sign-in HTTP/1.1\r\n" + HOST + DISPUTED[how] + BEHIND)

    assert heard == [b"400"]


def test_of_length_and_chunks_the_chunks_count(port: int) -> None:
    """As RFC 9112, section 6.3, has it: a length beside them is passed over, and the link ends with the answer."""
    both = b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"

    heard = answers(port, b"POST /sign-in HTTP/1.1\r\n" + HOST + both + BEHIND)

    assert heard in ([b"400"], [b"400", b"200"])


def test_two_proper_requests_are_both_answered(port: int) -> None:
    """So that the silence in the others means something."""
    first = b"GET /sign-in HTTP/1.1\r\n" + HOST + b"\r\n"

    assert answers(port, first + BEHIND) == [b"200", b"200"]


def test_headers_without_end_are_cut_off(port: int) -> None:
    heard = answers(port, b"GET /sign-in HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 2_000_000 + b"\r\n\r\n")

    assert heard in ([], [b"431"])
