"""What the notifications service needs from its environment."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from shared.messaging.tls import ca_file_setting
from shared.settings import (
    BROKER_URL,
    DATABASE_URL,
    LOOPBACK,
    Check,
    Secret,
    SettingsWrong,
    between,
    one_of,
    setting,
    variable,
)

_ADDRESS = Check(lambda value: value.count("@") == 1 and value.isascii(), "must be a mail address")


@dataclass(frozen=True)
class NotificationsSettings:
    """Settings of ``throughline run notifications``."""

    amqp_url: str = setting(
        "the broker's address, amqps://user:password@host/vhost; several with ; between them", *BROKER_URL
    )
    notifications_database_url: str = setting(
        "the service's own database, postgresql://… or sqlite:///…", DATABASE_URL
    )
    key_file: Path = setting("the file of the hub's keys, made with: throughline network create")  # noqa: RUF009 - a field specifier
    network_file: Path = setting("the network's file, made with: throughline network create")  # noqa: RUF009 - a field specifier
    smtp_host: str = setting("the name of the mail server")
    mail_from: str = setting("the address that mails come from; it should say nothing of this work", _ADDRESS)
    broker_ca_file: str = ca_file_setting()
    smtp_port: int = setting("the port of the mail server", between(1, 65535), default=587)
    smtp_security: str = setting(
        "how the mail server is spoken to: starttls, tls, or none on this machine's loopback",
        one_of("starttls", "tls", "none"),
        default="starttls",
    )
    smtp_username: str = setting("the name to log in to the mail server with, if it asks for one", default="")
    smtp_password: Secret = setting(  # noqa: RUF009 - a Secret is a str
        "the password that belongs to it", default=Secret("")
    )
    mail_sender_name: str = setting("the name that mails come from", default="Throughline")
    message_id_domain: str = setting("the neutral domain in the Message-ID of mails", default="mail.invalid")
    notice_brake_seconds: float = setting(
        "the least seconds between two mails to one person; an emergency does not wait",
        between(0, 86_400),
        default=900,
    )

    def __post_init__(self) -> None:
        """Mail goes in plain text no further than this machine."""
        if self.smtp_security == "none" and self.smtp_host not in LOOPBACK:
            names = variable("smtp_security"), variable("smtp_host")
            raise SettingsWrong(["{} must be starttls or tls: {} is another machine".format(*names)])

    @property
    def brake(self) -> timedelta:
        """The least time between two mails to one person."""
        return timedelta(seconds=self.notice_brake_seconds)
