"""Try the way to the mail server step by step, and say for each what became of it and what to do."""

import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from uuid import uuid4

from shared.notices.mail import TIMEOUT, MailChannel, ascii_address, connected, log_in, secure
from shared.notices.saying import TEST, Saying
from shared.notices.settings import MailSettings

SAYS = {
    "resolves": "the mail server's name is known",
    "connects": "it can be reached at that port",
    "speaks": "it greets, and speaks TLS under its own name where the settings ask for that",
    "logs_in": "it takes the user name and the password",
    "sender": "it takes mail from our sender",
    "recipient": "it takes mail for that address",
    "message": "it took a test mail for that address",
}  #: the steps in their order; the last two only with an address
REMEDIES = {
    "resolves": "check THROUGHLINE_SMTP_HOST, and whether this machine can look names up",
    "connects": "check THROUGHLINE_SMTP_PORT, and whether a firewall lets this machine out: many close 25",
    "speaks": "check THROUGHLINE_SMTP_SECURITY: starttls is usual at port 587, tls at 465; the server must offer it",
    "name": "the certificate is of another name: set THROUGHLINE_SMTP_HOST to the name that it is made out to",
    "authority": "the certificate is not believed here: set THROUGHLINE_SMTP_CA_FILE to its authority, or renew it",
    "logs_in": "check THROUGHLINE_SMTP_USERNAME and THROUGHLINE_SMTP_PASSWORD; some want a password for programs",
    "sender": "ask the server's operator which senders this user may have, and set THROUGHLINE_MAIL_FROM to one",
    "recipient": "check the address; if it is right, ask the operator whether the server sends beyond its own domain",
    "later": "the server asks to come back later, which mails do by themselves: try again in a few minutes",
    "message": "look into the server's log for why it refused the mail: often too much of it, or the sender's domain",
}
LATER = range(400, 500)  #: the replies of SMTP that say "not now"
WRONG_NAME = 62  #: OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH


@dataclass(frozen=True)
class Step:
    """What became of one: ``error`` names its kind, or the server's reply code; never what the server wrote."""

    step: str
    well: bool
    error: str | None = None
    remedy: str | None = None


@dataclass
class Trial:
    """One try. ``to`` is sent a test mail."""

    settings: MailSettings
    to: str | None = None
    link: str = "https://test.invalid/inbox"
    _open: ExitStack = field(default_factory=ExitStack)

    def steps(self) -> Iterator[Step]:
        """Each as it is done, until the first that fails."""
        todo: dict[str, Callable[[], object]] = {
            "resolves": lambda: socket.getaddrinfo(*self._place),
            "connects": lambda: socket.create_connection(self._place, TIMEOUT).close(),
            "speaks": self._greet,
            "logs_in": lambda: log_in(self._server, self.settings),
            "sender": lambda: _expect(self._server.mail(self.settings.mail_from)),
        }
        if self.to:
            address = ascii_address(self.to)
            todo |= {"recipient": lambda: _expect(self._server.rcpt(address)), "message": self._send}
        with self._open:
            for name, do in todo.items():
                step = _tried(name, do)
                yield step
                if not step.well:
                    return

    @property
    def _place(self) -> tuple[str, int]:
        return self.settings.smtp_host, self.settings.smtp_port

    def _greet(self) -> None:
        self._server = connected(self.settings)
        self._open.callback(self._server.close)
        secure(self._server, self.settings)
        self._server.ehlo_or_helo_if_needed()

    def _send(self) -> None:
        said = Saying(0, self.link, sentence=TEST)
        message = MailChannel(self.settings).compose(self.to or "", said, uuid4().hex)
        _expect(self._server.data(message.as_bytes()))


def _expect(reply: tuple[int, bytes]) -> None:
    code, _ = reply
    if code not in range(200, 300):
        raise smtplib.SMTPResponseException(code, b"")


def _tried(name: str, do: Callable[[], object]) -> Step:
    try:
        do()
    except (OSError, smtplib.SMTPException) as error:
        code = getattr(error, "smtp_code", None)
        return Step(name, False, str(code or type(error).__name__), REMEDIES[_remedy(name, error, code)])  # noqa: FBT003 - its verdict
    return Step(name, True)  # noqa: FBT003 - its verdict


def _remedy(name: str, error: Exception, code: int | None) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "name" if error.verify_code == WRONG_NAME else "authority"
    return "later" if code in LATER and name != "logs_in" else name
