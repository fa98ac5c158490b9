"""Free ports of this machine's loopback."""

import random
import socket
from itertools import islice

LOOPBACK = "127.0.0.1"
RANGE = range(20_000, 32_000)  #: below those that the system gives to whoever calls somebody


def free_ports(count: int) -> tuple[int, ...]:
    """That many different TCP ports that nobody listens on. By chance, so that two who ask at once get others."""
    drawn = random.sample(RANGE, len(RANGE))
    return tuple(islice(filter(_is_free, drawn), count))


def is_listening(port: int) -> bool:
    """Whether something accepts connections on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
