"""What the reporting service and its web process need from their environment."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from shared.messaging.tls import ca_file_setting
from shared.oidc.settings import OidcSettings
from shared.settings import (
    BROKER_URL,
    DATABASE_URL,
    LOOPBACK,
    SECOND_FACTOR,
    Check,
    Secret,
    between,
    refuse_optional_beyond_loopback,
    requests_setting,
    setting,
)

_LONG = Check(lambda value: len(value) >= 32, "must be at least 32 random characters")  # noqa: PLR2004


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or parts.hostname in LOOPBACK)


_WEB = Check(_is_safe, "must begin with https:// (http:// is for this machine's own loopback only)")


@dataclass(frozen=True, kw_only=True)
class PeriodSettings:
    """When a quarter's counts are complete."""

    period_open_days: float = setting(
        "days after a quarter's end for which organisations can still send its counts",
        between(0, 3660),
        default=45,
    )

    @property
    def open_for(self) -> timedelta:
        """How long after its end a quarter takes counts."""
        return timedelta(days=self.period_open_days)


@dataclass(frozen=True)
class ReportingSettings(PeriodSettings):
    """Settings of ``throughline run reporting``."""

    amqp_url: str = setting(
        "the broker's address, amqps://user:password@host/vhost; several with ; between them", *BROKER_URL
    )
    reporting_database_url: str = setting(
        "the service's own database, postgresql://… or sqlite:///…", DATABASE_URL
    )
    key_file: Path = setting("the file of the hub's keys, made with: throughline network create")  # noqa: RUF009 - a field specifier
    network_file: Path = setting("the network's file, made with: throughline network create")  # noqa: RUF009 - a field specifier
    broker_ca_file: str = ca_file_setting()


@dataclass(frozen=True)
class ReportingWebSettings(OidcSettings, PeriodSettings):
    """Settings of ``throughline web reporting``."""

    reporting_database_url: str = setting(
        "the service's own database, postgresql://… or sqlite:///…", DATABASE_URL
    )
    secret_key: Secret = setting(  # noqa: RUF009 - a Secret is a str
        "random characters that sign cookies; best in a file, as THROUGHLINE_SECRET_KEY_FILE", _LONG
    )
    public_url: str = setting("where coordinators reach the pages, https://…", _WEB)
    web_address: str = setting("the address that the web process listens on", default="127.0.0.1")
    web_port: int = setting("the port that the web process listens on", between(1, 65535), default=8000)
    requests_a_minute: int = requests_setting()
    second_factor: str = setting(
        "required, or optional: a password alone lets in whoever has set none up (on this machine's loopback only)",
        *SECOND_FACTOR,
        default="required",
    )

    def __post_init__(self) -> None:
        """A password alone is for trying out, and half a sign-in elsewhere is none; raises SettingsWrong."""
        super().__post_init__()
        refuse_optional_beyond_loopback(self.second_factor, self.public_url)
