"""A container is well while its worker's loop turns, or while its pages say so."""

import os
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from deploy.health import SILENT, HealthSettings, is_well, touch
from shared.ports import LOOPBACK, free_ports


def test_a_worker_that_showed_itself_is_well(tmp_path: Path) -> None:
    touch(str(tmp_path / "alive"))
    assert is_well(HealthSettings(str(tmp_path / "alive")))


def test_a_worker_that_has_long_been_silent_is_not(tmp_path: Path) -> None:
    (file := tmp_path / "alive").touch()
    silent_since = time.time() - SILENT - 1
    os.utime(file, (silent_since, silent_since))
    assert not is_well(HealthSettings(str(file)))


def test_a_silent_worker_that_shows_itself_is_well_again(tmp_path: Path) -> None:
    (file := tmp_path / "alive").touch()
    os.utime(file, (0, 0))
    touch(str(file))
    assert is_well(HealthSettings(str(file)))


def test_a_worker_that_never_came_up_is_not(tmp_path: Path) -> None:
    assert not is_well(HealthSettings(str(tmp_path / "alive")))


def test_a_sign_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    touch(str(tmp_path / "no such folder" / "alive"))


@pytest.fixture
def answered(request: pytest.FixtureRequest) -> Iterator[int]:
    """The port of pages that answer with this status to ``/health``."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(request.param if self.path == "/health" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with HTTPServer((LOOPBACK, 0), Pages) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize(("answered", "well"), [(200, True), (503, False)], indirect=["answered"])
def test_pages_are_as_well_as_they_say(answered: int, *, well: bool) -> None:
    assert is_well(HealthSettings(web_port=answered)) is well


def test_pages_that_nobody_serves_are_not() -> None:
    assert not is_well(HealthSettings(web_port=free_ports(1)[0]))
