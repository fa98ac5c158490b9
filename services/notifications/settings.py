"""What the notifications service needs from its environment."""

from dataclasses import dataclass
from pathlib import Path

from shared.messaging.tls import ca_file_setting
from shared.notices.settings import MailSettings
from shared.settings import BROKER_URL, DATABASE_URL, SettingsWrong, setting, variable


@dataclass(frozen=True)
class NotificationsSettings(MailSettings):
    """Settings of ``throughline run notifications``."""

    amqp_url: str = setting(
        "the broker's address, amqps://user:password@host/vhost; several with ; between them", *BROKER_URL
    )
    notifications_database_url: str = setting(
        "the service's own database, postgresql://… or sqlite:///…", DATABASE_URL
    )
    key_file: Path = setting("the file of the hub's keys, made with: throughline network create")  # noqa: RUF009 - a field specifier
    network_file: Path = setting("the network's file, made with: throughline network create")  # noqa: RUF009 - a field specifier
    broker_ca_file: str = ca_file_setting()

    def __post_init__(self) -> None:
        """It is there to send mail; raises SettingsWrong."""
        if not self.smtp_host:
            raise SettingsWrong(
                [f"{variable('smtp_host')} is missing: set it to the name of the mail server"]
            )
        super().__post_init__()
