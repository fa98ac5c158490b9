"""Mail: a message that tells nothing, and the conversation with the server that takes it."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import UUID, uuid4

from services.notifications import wording
from services.notifications.settings import NotificationsSettings
from services.notifications.storage import Contact
from services.notifications.usecases.send import AddressRefused, ServerAway
from shared.clock import Clock, now

TIMEOUT = 10.0  #: seconds for each answer of the mail server
PERMANENT = range(500, 600)  #: the replies of SMTP that say "never" (RFC 5321, section 4.2.1)


@dataclass(frozen=True)
class SmtpMailer:
    """Tells people through an SMTP server."""

    settings: NotificationsSettings
    clock: Clock = now
    new_uuid: Callable[[], UUID] = uuid4  # random: one made from the time would say when it was made

    def send(self, contact: Contact, count: int, *, link: str) -> None:
        """Return when the server has taken it; raises ServerAway, AddressRefused, or what else went wrong."""
        message = self.compose(contact, count, link=link)
        with _conversation(self.settings) as server:
            try:
                server.send_message(message)
            except smtplib.SMTPRecipientsRefused as refused:
                raise _refusal(refused) from refused

    def compose(self, contact: Contact, count: int, *, link: str) -> EmailMessage:
        """A mail that says that so many things wait, and where; never what, nor of whom, nor from whom."""
        settings = self.settings
        message = EmailMessage()
        message["Subject"] = wording.subject(contact.language)
        message["From"] = Address(settings.mail_sender_name, addr_spec=settings.mail_from)
        message["To"] = Address(addr_spec=_ascii(contact.email))
        message["Date"] = format_datetime(self.clock())
        message["Message-ID"] = f"<{self.new_uuid().hex}@{settings.message_id_domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = contact.language
        message.set_content(wording.body(contact.language, count=count, link=link))
        return message


def _ascii(address: str) -> str:
    """The address with its domain as the mail system writes it."""
    name, _, domain = address.rpartition("@")
    return f"{name}@{domain.encode('idna').decode()}"


@contextmanager
def _conversation(settings: NotificationsSettings) -> Iterator[smtplib.SMTP]:
    try:
        server = _greeted(settings)
    except (OSError, smtplib.SMTPException) as error:
        raise ServerAway from error
    with server:
        yield server


def _greeted(settings: NotificationsSettings) -> smtplib.SMTP:
    """Connected, secured and logged in, as the settings say. There is no fall-back to plain text."""
    place = (settings.smtp_host, settings.smtp_port)
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(*place, timeout=TIMEOUT, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(*place, timeout=TIMEOUT)
    try:
        if settings.smtp_security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_username:
            server.login(settings.smtp_username, settings.smtp_password)
    except BaseException:
        server.close()
        raise
    return server


def _refusal(refused: smtplib.SMTPRecipientsRefused) -> Exception:
    codes = [code for code, _reason in refused.recipients.values()]
    return AddressRefused() if all(code in PERMANENT for code in codes) else refused
