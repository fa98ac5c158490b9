"""Free ports of this machine's loopback."""

import socket
from contextlib import ExitStack

LOOPBACK = "127.0.0.1"


def free_ports(count: int) -> tuple[int, ...]:
    """That many different TCP ports that nobody listened on a moment ago."""
    with ExitStack() as held_together:
        return tuple(_bound(held_together.enter_context(socket.socket())) for _ in range(count))


def is_listening(port: int) -> bool:
    """Whether something accepts connections on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def _bound(reserved: socket.socket) -> int:
    reserved.bind((LOOPBACK, 0))
    return int(reserved.getsockname()[1])
