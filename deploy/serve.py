"""Serve a service's pages and API: granian, ordinary threads, nothing patched."""

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from sqlalchemy.exc import SQLAlchemyError

from deploy.composition import WebComposition, web_of
from deploy.memory import prepare_memory
from deploy.watching.serve import let_watch_pages
from deploy.watching.settings import WatchSettings
from shared.database import Database
from shared.failpoints import FailpointSettings, arm
from shared.logs import set_up_logs
from shared.settings import read

THREADS = 16  #: requests worked on at once
LOOK_FOR_PARENT = 0.5  #: seconds
STOP_PATIENCE = 20  #: seconds in which requests that are being answered end; what keeps this process waits 25


def serve(service: str, *, address: str, port: int) -> None:
    """Serve until told to stop."""
    os.register_at_fork(after_in_child=_end_when_told)
    Granian(
        f"deploy.serve:{service}",
        factory=True,
        interface=Interfaces.WSGI,
        address=address,
        port=port,
        workers=1,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_PATIENCE,
        log_enabled=False,
        log_access=False,
    ).serve()


def intake() -> Flask:
    """A node's pages and API."""
    from services.intake.web import create_app

    def create(database: Database, web: WebComposition) -> Flask:
        threading.Thread(target=_show_life, args=(database,), daemon=True).start()
        return create_app(database, web.settings, examine=lambda: _examined(web, database))

    return _application("intake", create)


def _examined(web: WebComposition, database: Database) -> list[tuple[str, str, str, str]]:
    """What the checks find; they are imported when somebody first asks, as mostly nobody does."""
    from deploy.doctor.served import examine

    return examine(web, database)


def reporting() -> Flask:
    """The coordinator's pages and API."""
    from services.reporting.web import create_app

    return _application("reporting", lambda database, web: create_app(database, web.settings))


def _application(service: str, create: Callable[[Database, WebComposition], Flask]) -> Flask:
    set_up_logs(f"{service}.web", level=os.environ.get("THROUGHLINE_LOG_LEVEL", "INFO"))
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    web = web_of(service)
    arm(read(FailpointSettings), reaches=web.settings.public_url)
    application = create(web.open_database(), web)
    let_watch_pages(read(WatchSettings), service)
    prepare_memory()
    return application


def _show_life(database: Database) -> None:
    """Again and again; a database that is away is no reason to end."""
    from services.intake.usecases import processes

    while True:
        with suppress(SQLAlchemyError):
            processes.show(database, processes.PAGES)
        time.sleep(processes.SHOWN_EVERY)


def _end_when_told() -> None:
    """The server's handlers come along into its worker, where they do nothing, until that has loaded the pages."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def _end_with_parent(parent: int) -> None:
    """A worker whose server was killed would keep the port, so it goes as well."""
    while os.getppid() == parent:
        time.sleep(LOOK_FOR_PARENT)
    os._exit(1)
