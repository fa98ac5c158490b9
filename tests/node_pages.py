"""The real web process of a node, alone, on SQLite: for what is said to it byte by byte, or through a proxy."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.polling import poll_until
from shared.ports import free_ports, is_listening
from shared.sealing import OwnKeys, write_key_file
from tests.installed import program

PATIENCE = 20.0  #: seconds


@contextmanager
def node_pages(folder: Path) -> Iterator[int]:
    """The port of loopback where it listens."""
    (port,) = free_ports(1)
    write_key_file(folder / "node.key", OwnKeys.generate())
    settings = {
        "ORG": "harbour-house",
        "ORG_NAME": "Harbour House",
        "INTAKE_DATABASE_URL": f"sqlite:///{folder / 'node.db'}",
        "SECRET_KEY": "0" * 32,
        "KEY_FILE": str(folder / "node.key"),
        "PUBLIC_URL": "https://node.example",
        "WEB_PORT": str(port),
    }
    process = subprocess.Popen(
        [program(), "web", "intake"],
        env=os.environ | {f"THROUGHLINE_{name}": value for name, value in settings.items()},
        stderr=subprocess.DEVNULL,
    )
    try:
        poll_until(lambda: is_listening(port), seconds=PATIENCE, what="the web process")
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE)
