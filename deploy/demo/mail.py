"""The demo's mail catcher: takes every mail over SMTP and keeps it as a file; nothing leaves the machine."""

import signal
import threading
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from shared.clock import new_id
from shared.ports import LOOPBACK


class KeepAsFile:
    """Writes each mail to ``<folder>/<id>.eml``, oldest first by name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """The library's name for the end of a mail."""
        content = envelope.content
        body = content if isinstance(content, bytes) else str(content).encode()
        unfinished = self.folder / f".{new_id()}"
        unfinished.write_bytes(body)
        unfinished.rename(self.folder / f"{new_id()}.eml")
        return "250 kept"


def catch_mail(folder: Path, port: int) -> None:
    """Serve on loopback until told to stop."""
    folder.mkdir(parents=True, exist_ok=True)
    controller = Controller(KeepAsFile(folder), hostname=LOOPBACK, port=port)
    controller.start()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
    controller.stop()
