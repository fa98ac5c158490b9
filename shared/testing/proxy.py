"""A TCP proxy on loopback that does to connections what networks do: cut them, hold them up, swallow them."""

import socket
import struct
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from shared.ports import LOOPBACK

MOST = 200  #: connections in a proxy's life, so that a client gone wild ends
CHUNK = 16_384  #: bytes read at once
AT_ONCE = struct.pack("ii", 1, 0)  #: linger no time: what is under way is lost, as when a cable is cut


class Proxy:
    """Stands before the server of a URL; ``url`` is the same address by way of the proxy.

    ``lifetimes`` are bytes, to and fro together, after which one new connection after the other is cut, mostly
    in the middle of a frame; when they are used up, connections live on. ``most`` ends its own life.
    It listens ``at`` an address and port, by default at any port of loopback.
    """

    def __init__(
        self,
        url: str,
        *,
        lifetimes: Iterable[int] = (),
        most: int = MOST,
        at: tuple[str, int] = (LOOPBACK, 0),
    ) -> None:
        parts = urlsplit(url)
        self._target = (str(parts.hostname), int(parts.port or 0))
        self._server = socket.create_server(at)
        port = self._server.getsockname()[1]
        self.url = parts._replace(netloc=f"{parts.netloc.rpartition(':')[0]}:{port}").geturl()
        self._lifetimes, self._most = iter(lifetimes), most
        self._pairs: list[_Pair] = []
        self._passing = threading.Event()
        self._passing.set()
        self._swallowing = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def connections(self) -> int:
        """How many there have been."""
        return len(self._pairs)

    def cut(self) -> None:
        """Reset every connection, on both sides."""
        for pair in self._pairs:
            pair.cut()

    def hold(self) -> None:
        """Let bytes wait, as a network does that stumbles; ``heal`` hands them on."""
        self._passing.clear()

    def swallow(self, *, to_server: bool = True, to_client: bool = True) -> None:
        """A black hole, in both directions or in one: bytes vanish, nobody is told, who connects hears nothing."""
        self._swallowing = True
        for pair in self._pairs:
            pair.swallow(to_server=to_server, to_client=to_client)

    def leave_half_open(self) -> None:
        """The server's side ends, and the client is not told."""
        for pair in self._pairs:
            pair.swallow(to_server=True, to_client=True)
            _end(pair.server)

    def heal(self) -> None:
        """Hand on what was held and let new connections through; from those that were swallowed nothing comes."""
        self._swallowing = False
        self._passing.set()

    def close(self) -> None:
        """Stop listening and end all connections."""
        _end(self._server)
        self.cut()
        self._passing.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _accept(self) -> None:
        with suppress(OSError):  # it was closed
            while len(self._pairs) < self._most:
                self._join(self._server.accept()[0])
        _end(self._server)

    def _join(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self._target)
        except OSError:
            _end(client)
            return
        pair = _Pair(client, server, self._passing, next(self._lifetimes, sys.maxsize))
        if self._swallowing:
            pair.swallow(to_server=True, to_client=True)
        self._pairs.append(pair)
        pair.start()


class _Pair:
    """A client's connection and its continuation to the server."""

    def __init__(
        self, client: socket.socket, server: socket.socket, passing: threading.Event, lifetime: int
    ) -> None:
        self.client, self.server = client, server
        self._passing, self._left = passing, lifetime
        self._vanishing: set[socket.socket] = set()  # what these say goes nowhere

    def start(self) -> None:
        """Copy both ways until one side ends."""
        for way in ((self.client, self.server), (self.server, self.client)):
            threading.Thread(target=self._copy, args=way, daemon=True).start()

    def swallow(self, *, to_server: bool, to_client: bool) -> None:
        """Let vanish what goes that way, the end of the connection too."""
        if to_server:
            self._vanishing.add(self.client)
        if to_client:
            self._vanishing.add(self.server)

    def cut(self) -> None:
        """Reset both sides."""
        _end(self.client)
        _end(self.server)

    def _copy(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):  # it was cut
            while self._left > 0 and (data := source.recv(CHUNK)):
                self._passing.wait()
                if source not in self._vanishing:
                    portion, self._left = data[: self._left], self._left - len(data)
                    sink.sendall(portion)
        if source not in self._vanishing:
            self.cut()


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        connection.shutdown(socket.SHUT_RD)  # wakes the thread that reads from it, and says no good-bye
    connection.close()
