"""Run one of the peer's services, with the settings that come in by standard input."""

import eventlet

eventlet.monkey_patch()

import json  # noqa: E402 - sockets and threads are patched first
import os  # noqa: E402
import sys  # noqa: E402

from nameko.runners import ServiceRunner  # noqa: E402

from bench.plain_nameko import READY, services  # noqa: E402

CLASSES = {
    service.name: service
    for service in (
        services.IntakeService,
        services.ReferralService,
        services.NotificationsService,
        services.ReportingService,
    )
}


def main(service: str) -> None:
    """Until it is ended."""
    runner = ServiceRunner(json.loads(_first_line()))
    runner.add_service(CLASSES[service])
    runner.start()
    print(READY, flush=True)  # noqa: T201 - said to who started it
    runner.wait()


def _first_line() -> str:
    """Byte by byte, since what follows is for another to read."""
    return "".join(iter(lambda: os.read(sys.stdin.fileno(), 1).decode(), "\n"))


if __name__ == "__main__":
    main(sys.argv[1])
