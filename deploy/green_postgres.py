"""How a worker waits for PostgreSQL: a moment by itself, since most answers come at once, then so that others go on."""

from collections.abc import Generator
from typing import Any, TypeVar

from eventlet import patcher
from psycopg import Connection
from psycopg.waiting import Ready, Wait

T = TypeVar("T")
Steps = Generator[Wait, Ready | int, T]  #: each tells what it waits for, and is told what of it is ready

AT_ONCE = 20  #: milliseconds in which nobody else in the process is missed
_system = patcher.original("select")  # eventlet's own way costs more than most statements


class GreenConnection(Connection[Any]):
    """One that never waits long by itself: who holds the lock that it waits for may be another greenlet."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """What these steps come to, as psycopg waits for them; but first each is given a moment."""
        return super().wait(_after_a_moment(gen, self.pgconn.socket), interval, timeout)


def _after_a_moment(steps: Steps[T], socket: int) -> Steps[T]:
    """The same without the steps that were ready in a moment."""
    try:
        wanted = next(steps)
        while True:
            ready = _ready(socket, wanted) or (yield wanted)
            while not ready:  # nothing yet: psycopg only says that it still waits
                steps.send(ready)
                ready = yield wanted
            wanted = steps.send(ready)
    except StopIteration as done:
        result: T = done.value
        return result


def _ready(socket: int, wanted: Wait) -> int:
    readable, writable = _system.POLLIN, _system.POLLOUT
    poll = _system.poll()
    poll.register(socket, (readable if wanted & Wait.R else 0) | (writable if wanted & Wait.W else 0))
    happened = sum(what for _, what in poll.poll(AT_ONCE))
    return (Ready.R if happened & readable else 0) | (Ready.W if happened & writable else 0)
