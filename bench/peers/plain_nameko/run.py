"""Run one of the services. What is not set is as nameko has it."""

import eventlet

eventlet.monkey_patch()

from typing import Any  # noqa: E402 - sockets and threads are patched first

from nameko.runners import ServiceRunner  # noqa: E402

from bench.peers import say_ready  # noqa: E402
from bench.peers.plain_nameko import services  # noqa: E402
from bench.peers.plain_nameko.entrypoint import CLIENTS  # noqa: E402
from bench.peers.plain_nameko.session import DATABASE  # noqa: E402
from bench.peers.settings import read_settings  # noqa: E402

CLASSES = {
    service.name: service
    for service in (
        services.IntakeService,
        services.ReferralService,
        services.NotificationsService,
        services.ReportingService,
    )
}


def main() -> None:
    """Until it is ended."""
    told = read_settings()
    settings: dict[str, Any] = {"AMQP_URI": told.broker, DATABASE: told.database}
    if told.service == services.IntakeService.name:
        settings |= {CLIENTS: told.clients, "max_workers": told.clients}
    runner = ServiceRunner(settings)
    runner.add_service(CLASSES[told.service])
    runner.start()
    say_ready()
    runner.wait()


if __name__ == "__main__":
    main()
