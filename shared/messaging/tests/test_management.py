"""The broker's management API is asked where it is said to be, and nowhere else."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from shared.messaging.management import Management, ManagementRefused

asked: list[tuple[str, str | None]] = []


class Elsewhere(BaseHTTPRequestHandler):
    """Leads every question to another place of its own, which answers."""

    def do_GET(self) -> None:
        asked.append((self.path, self.headers.get("Authorization")))
        self.send_response(200 if self.path == "/elsewhere" else 302)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Nothing on the test's screen."""


@pytest.fixture
def url() -> Iterator[str]:
    asked.clear()
    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://somebody:secret@127.0.0.1:{server.server_port}/api"
        server.shutdown()


def test_a_password_does_not_follow_where_it_is_led(url: str) -> None:
    with pytest.raises(ManagementRefused, match="302"):
        Management(url).get("overview")

    assert [path for path, _ in asked] == ["/api/overview"]
