"""Mail: a message that tells nothing, and the conversation with the server that takes it."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from shared.clock import Clock, now
from shared.notices import wording
from shared.notices.saying import AddressRefused, ChannelAway, Saying
from shared.notices.settings import MailSettings

TIMEOUT = 10.0  #: seconds for each answer of the mail server
PERMANENT = range(500, 600)  #: the replies of SMTP that say "never" (RFC 5321, section 4.2.1)


@dataclass(frozen=True)
class MailChannel:
    """Tells people through an SMTP server."""

    settings: MailSettings
    clock: Clock = now

    def tell(self, to: str, saying: Saying, *, message_id: str) -> None:
        """Return when the server has taken it; raises ChannelAway, AddressRefused, or what else went wrong."""
        message = self.compose(to, saying, message_id)
        with _conversation(self.settings) as server:
            try:
                server.send_message(message)
            except smtplib.SMTPRecipientsRefused as refused:
                raise _refusal(refused) from refused

    def compose(self, to: str, saying: Saying, message_id: str) -> EmailMessage:
        """A mail that says that so many things wait, and where; never what, nor of whom, nor from whom."""
        settings = self.settings
        message = EmailMessage()
        message["Subject"] = wording.subject(saying)
        message["From"] = Address(settings.mail_sender_name, addr_spec=settings.mail_from)
        message["To"] = Address(addr_spec=ascii_address(to))
        message["Date"] = format_datetime(self.clock())
        message["Message-ID"] = f"<{message_id}@{settings.message_id_domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(wording.body(saying))
        message["Content-Language"] = saying.language  # which setting the contents would take away
        return message


def ascii_address(address: str) -> str:
    """The address with its domain as the mail system writes it."""
    name, _, domain = address.rpartition("@")
    return f"{name}@{domain.encode('idna').decode()}"


@contextmanager
def _conversation(settings: MailSettings) -> Iterator[smtplib.SMTP]:
    try:
        server = _greeted(settings)
    except (OSError, smtplib.SMTPException) as error:
        raise ChannelAway from error
    with server:
        yield server


def _greeted(settings: MailSettings) -> smtplib.SMTP:
    """Connected, secured and logged in."""
    server = connected(settings)
    try:
        secure(server, settings)
        log_in(server, settings)
    except BaseException:
        server.close()
        raise
    return server


def connected(settings: MailSettings) -> smtplib.SMTP:
    """The server has answered; through TLS from the first byte, if the settings say so."""
    place = (settings.smtp_host, settings.smtp_port)
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(*place, timeout=TIMEOUT, context=_trust(settings))
    return smtplib.SMTP(*place, timeout=TIMEOUT)


def secure(server: smtplib.SMTP, settings: MailSettings) -> None:
    """From here on through TLS, if the settings say so. There is no fall-back to plain text."""
    if settings.smtp_security == "starttls":
        server.starttls(context=_trust(settings))


def log_in(server: smtplib.SMTP, settings: MailSettings) -> None:
    """As the settings say, if they do."""
    if settings.smtp_username:
        server.login(settings.smtp_username, settings.smtp_password)


def _trust(settings: MailSettings) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.smtp_ca_file or None)


def _refusal(refused: smtplib.SMTPRecipientsRefused) -> Exception:
    codes = [code for code, _reason in refused.recipients.values()]
    return AddressRefused() if all(code in PERMANENT for code in codes) else refused
