"""Which processes a configuration asks for, and how they are kept running."""

import os
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import requests

from deploy.composition import COMPOSITIONS, WEB, composition_of, web_of
from deploy.configured import OF_A_FILE
from deploy.health import HealthSettings, is_well
from deploy.place import Noted, Place
from deploy.processes import command
from deploy.supervisor import LOOK_EVERY, Program, Supervisor
from shared.ports import LOOPBACK
from shared.settings import SettingsWrong, read, variable

LONGEST_PAUSE = 60.0  #: seconds before what does not come up is tried again
LARGEST_LOG = 20_000_000  #: bytes; then a log takes the place of the one before, and begins anew
PATIENCE = 5.0  #: seconds for the pages to answer
NO_SERVICE = f"{variable('intake_database_url')} is missing: set it to the node's own database, or see throughline init"


def workers() -> list[str]:
    """The services whose databases the settings name; raises SettingsWrong where they name none."""
    found = [service for service in COMPOSITIONS if _is_told(f"{service}_database_url")]
    if not found:
        raise SettingsWrong([NO_SERVICE])
    return found


def pages() -> list[str]:
    """Those of them that also serve pages."""
    return [service for service in workers() if service in WEB and _is_told("secret_key")]


def _is_told(setting: str) -> bool:
    name = variable(setting)
    return name in os.environ or name + OF_A_FILE in os.environ


def is_to_join() -> bool:
    """Whether the node's worker waits for ``throughline network join``: what it needs of the network is not there."""
    named = os.environ.get(variable("network_file"))
    return named is not None and not Path(named).exists()


def refuse_wrong() -> None:
    """Raises what is wrong with the settings, keys or network of any of the processes, before one is started."""
    for service in pages():
        web_of(service)
    for service in workers():
        if not is_to_join():
            composition_of(service)


def programs(place: Place) -> list[Program]:
    """A worker for each service, then the pages."""
    return [_worker(place, service) for service in workers()] + [
        _pages(place, service) for service in pages()
    ]


def _worker(place: Place, service: str) -> Program:
    sign = place.inside("run") / f"{service}.alive"
    environment = os.environ | {variable("alive_file"): str(sign)}
    is_ready = partial(is_well, HealthSettings(str(sign)))
    return Program(service, command("run", service), environment, place.log(service), is_ready, sign)


def _pages(place: Place, service: str) -> Program:
    name = f"{service}.web"
    return Program(name, command("web", service), dict(os.environ), place.log(name), _pages_answer)


def _pages_answer() -> bool:
    """Whether they can read their database. Of the worker, which they also look at, its own sign tells."""
    try:
        told = requests.get(f"http://{LOOPBACK}:{read(HealthSettings).web_port}/health", timeout=PATIENCE)
        return bool(told.json()["checks"]["database"] == "ok")
    except (requests.RequestException, ValueError, KeyError, TypeError):
        return False


def keep(place: Place, ended: threading.Event, started: Callable[[], None]) -> None:
    """Run them all until the event is set, then let them finish; raises Taken."""
    with place.held():
        supervisor = Supervisor(programs(place), LONGEST_PAUSE)
        supervisor.start()
        try:
            place.note(known := supervisor.lives())
            started()
            while not ended.wait(LOOK_EVERY):
                with suppress(OSError):  # a full disk is no reason to stop working
                    known = _tell(place, supervisor, known)
        finally:
            supervisor.stop()


def _tell(place: Place, supervisor: Supervisor, known: list[Noted]) -> list[Noted]:
    """Note what has changed since it was known, and keep logs short; returns what is known then."""
    if (found := supervisor.lives()) != known:
        place.note(found)
    for program in supervisor.programs.values():
        _turn_over(program.log)
    return found


def _turn_over(log: Path) -> None:
    """The process goes on with the same file, which is empty then."""
    if log.stat().st_size > LARGEST_LOG:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)
