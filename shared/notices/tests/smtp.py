"""A real mail server in this process, which takes, refuses, asks for patience or hangs, as it is told."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from shared.ports import LOOPBACK, free_ports

TAKEN = "250 taken"


class MailServer:
    """What it took, and what it answers: to each address, and to the contents."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.addresses: dict[str, list[str]] = {}
        self.data: list[str] = []
        self.port = free_ports(1)[0]
        self._running: Controller | None = None

    async def handle_RCPT(self, *given: Any) -> str:  # noqa: N802 - aiosmtpd's name
        _server, _session, envelope, address, _options = given
        answers = self.addresses.get(address)
        answer = answers.pop(0) if answers else "250 OK"
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - likewise
        answer = self.data.pop(0) if self.data else TAKEN
        if answer == TAKEN:
            self.mails.append(message_from_bytes(envelope.content, policy=default))
        return answer

    def start(self, **how: Any) -> None:
        """Listen, with or without TLS and passwords."""
        self._running = Controller(self, hostname=LOOPBACK, port=self.port, **how)
        self._running.start()

    def stop(self) -> None:
        """Be away."""
        if self._running:
            self._running.stop()
        self._running = None


@contextmanager
def serving(**how: Any) -> Iterator[MailServer]:
    """Running for as long as the block."""
    server = MailServer()
    server.start(**how)
    try:
        yield server
    finally:
        server.stop()


def knows(username: str, password: str) -> Any:
    """An authenticator that lets in nobody else."""

    def ask(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        right = LoginPassword(username.encode(), password.encode())
        return AuthResult(success=given == right, handled=False)

    return ask


def tls(certificate: bytes, key: bytes, folder: Any) -> ssl.SSLContext:
    """The server's side."""
    (folder / "mail.pem").write_bytes(certificate)
    (folder / "mail.key").write_bytes(key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "mail.pem", folder / "mail.key")
    return context
