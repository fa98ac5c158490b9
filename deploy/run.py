"""Run one service in this process, patched before by deploy.green: its parts, a nameko container, signals."""

import os
import signal
from collections.abc import Callable
from functools import partial

import eventlet
import structlog
from eventlet.debug import hub_exceptions
from nameko.containers import ServiceContainer

from deploy.composition import Composition
from deploy.health import EVERY, HealthSettings, touch
from deploy.memory import prepare_memory
from deploy.watching.serve import let_watch_worker
from deploy.watching.settings import WatchSettings
from shared.failpoints import FailpointSettings, arm
from shared.logs import set_up_logs
from shared.messaging.amqp import AmqpLink
from shared.messaging.embedded import EmbeddedLink, open_bus
from shared.messaging.entrypoint import PARTS, Parts
from shared.messaging.errors import Misconfigured
from shared.messaging.in_turn import InTurn
from shared.messaging.link import Link
from shared.messaging.post import posted
from shared.settings import EXIT_CODE, brokers_in, read

EMBEDDED = "embedded://"

log = structlog.get_logger()


def run(composition: Composition) -> int:
    """Run until told to stop (SIGTERM or SIGINT drain first); returns the process's exit code."""
    arm(read(FailpointSettings), reaches=composition.amqp_url)
    set_up_logs(composition.name, level=os.environ.get("THROUGHLINE_LOG_LEVEL", "INFO"))
    hub_exceptions(state=False)  # it would print them past the log, with whatever they quote
    container = ServiceContainer(composition.service_class, {PARTS: parts_of(composition)})
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: eventlet.spawn_n(container.stop))
    let_watch_worker(read(WatchSettings), composition, container.config[PARTS].database)
    container.start()
    eventlet.spawn_n(_show_life, read(HealthSettings).alive_file)
    prepare_memory()
    log.info("service.started")
    return _wait(container)


def _show_life(file: str) -> None:
    """For as long as the process lives and its loop turns; a query that never returns ends it."""
    while file:
        touch(file)
        eventlet.sleep(EVERY)


def _wait(container: ServiceContainer) -> int:
    try:
        container.wait()
    except Misconfigured as error:
        log.critical("service.misconfigured", error=str(error))
        return EXIT_CODE
    except Exception:
        log.exception("service.died")
        return 1
    log.info("service.stopped")
    return 0


def parts_of(composition: Composition) -> Parts:
    """Put a service's parts together."""
    database = composition.open_database()
    return Parts(
        name=composition.name,
        queue=composition.queue,
        database=database,
        connect=posted(
            link_to(composition.amqp_url, composition.queue, ca_file=composition.broker_ca_file),
            database.outbox.scribe,
        ),
        tables=composition.metadata.tables,
        settings=composition.settings,
        poll=composition.poll,
        own=composition.own,
    )


def link_to(url: str, queue: str, *, ca_file: str = "") -> Callable[[], Link]:
    """How to connect: to RabbitMQ, by TLS for amqps://, to each of several in turn; or to the embedded bus."""
    if url.startswith(EMBEDDED):
        bus = open_bus(url.removeprefix(EMBEDDED))
        return partial(EmbeddedLink, bus, queue)
    return InTurn([partial(AmqpLink, broker, queue, ca_file=ca_file) for broker in brokers_in(url)])
