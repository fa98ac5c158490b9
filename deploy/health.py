"""``python -m deploy.health``: is this container's process well? It ends with 0 or 1, for what watches containers."""

import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from deploy.configured import take_settings
from shared.ports import LOOPBACK
from shared.settings import read, setting

EVERY = 5.0  #: seconds between a worker's signs of life
SILENT = 60.0  #: seconds without one, after which its loop stands still
PATIENCE = 10.0  #: seconds for the pages to answer


@dataclass(frozen=True)
class HealthSettings:
    """Where a process shows that it is well: a worker in a file, pages at their port."""

    alive_file: str = setting(
        "a file that a worker touches every few seconds while its loop turns; without it the pages are asked",
        default="",
    )
    web_port: int = setting("the port that the web process listens on", default=8000)


def touch(file: str) -> None:
    """Show that the loop turns. A file that cannot be written is no reason to stop working."""
    with suppress(OSError):
        Path(file).touch()
        os.utime(file)


def is_well(settings: HealthSettings) -> bool:
    """Whether the worker showed itself lately, or the pages say of themselves that they are well."""
    try:
        if settings.alive_file:
            return time.time() - Path(settings.alive_file).stat().st_mtime < SILENT
        asked = HTTPConnection(LOOPBACK, settings.web_port, timeout=PATIENCE)
        asked.request("GET", "/health")
        return asked.getresponse().status == 200  # noqa: PLR2004 - HTTP's own number
    except (OSError, HTTPException):
        return False


if __name__ == "__main__":
    take_settings()
    sys.exit(not is_well(read(HealthSettings)))
