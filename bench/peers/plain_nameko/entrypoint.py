"""The clients of the peer: greenlets in the intake process, each calling as soon as its last call has returned."""

import sys
from typing import Any

from eventlet import GreenPool
from eventlet.event import Event
from eventlet.greenio import GreenPipe
from nameko.extensions import Entrypoint

CLIENTS = "clients"  #: where the container's configuration holds how many


class CalledByClients(Entrypoint):  # type: ignore[misc]
    """Calls the method as often as each line of standard input says. No transport stands between, as with ours."""

    def start(self) -> None:
        """Listen to standard input."""
        self.container.spawn_managed_thread(self._obey, identifier="clients")

    def _obey(self) -> None:
        clients = GreenPool(self.container.config[CLIENTS])
        for line in GreenPipe(sys.stdin.fileno(), "r"):
            for _ in range(int(line)):
                clients.spawn(self._call)

    def _call(self) -> None:
        """In a worker, with its dependencies; an error ends the process."""
        done = Event()

        def handle_result(_context: Any, result: Any = None, exc_info: Any = None) -> tuple[Any, Any]:
            done.send(exc_info and exc_info[1])
            return result, exc_info

        self.container.spawn_worker(self, (), {}, handle_result=handle_result)
        if done.wait() is not None:
            sys.exit("a client was refused")


called_by_clients = CalledByClients.decorator
