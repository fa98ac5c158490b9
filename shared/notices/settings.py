"""The settings of whoever sends notices by mail: the mail server, and how much is sent at most."""

from dataclasses import dataclass
from datetime import timedelta

from shared.notices.sending import Rules
from shared.settings import LOOPBACK, Check, Secret, SettingsWrong, between, one_of, setting, variable

_ADDRESS = Check(lambda value: value.count("@") == 1 and value.isascii(), "must be a mail address")
_ADDRESS_OR_NONE = Check(lambda value: not value or _ADDRESS.passes(value), _ADDRESS.says)


@dataclass(frozen=True, kw_only=True)
class MailSettings:
    """How mail goes out. Without a mail server none does."""

    smtp_host: str = setting("the name of the mail server; without it no mail leaves from here", default="")
    mail_from: str = setting(
        "the address that mails come from; it should say nothing of this work", _ADDRESS_OR_NONE, default=""
    )
    smtp_port: int = setting("the port of the mail server", between(1, 65535), default=587)
    smtp_security: str = setting(
        "how the mail server is spoken to: starttls, tls, or none on this machine's loopback",
        one_of("starttls", "tls", "none"),
        default="starttls",
    )
    smtp_ca_file: str = setting(
        "the file of the authority of the mail server's certificate, where it is not one that everybody knows",
        default="",
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
    notice_daily_cap: int = setting(
        "the most mails to one organisation in a day (UTC); beyond it an emergency waits for the seconds above, and "
        "all else for the daily mail",
        between(1, 1_000_000),
        default=500,
    )
    notice_daily_hour: int = setting("the hour at which daily mails go out, UTC", between(0, 23), default=5)

    def __post_init__(self) -> None:
        """Mail goes in plain text no further than this machine, and comes from somebody; raises SettingsWrong."""
        if not self.smtp_host:
            return
        host = variable("smtp_host")
        if self.smtp_security == "none" and self.smtp_host not in LOOPBACK:
            name = variable("smtp_security")
            raise SettingsWrong([f"{name} must be starttls or tls: {host} is another machine"])
        if not self.mail_from:
            name = variable("mail_from")
            raise SettingsWrong([f"{name} is missing: set it to the address that mails come from"])

    @property
    def rules(self) -> Rules:
        """When and how often somebody is told."""
        brake = timedelta(seconds=self.notice_brake_seconds)
        return Rules(brake, self.notice_daily_cap, self.notice_daily_hour)
