"""What the referral service needs from its environment."""

from dataclasses import dataclass
from pathlib import Path

from services.referral.domain import Standards
from shared.messaging.tls import ca_file_setting
from shared.settings import BROKER_URL, DATABASE_URL, between, setting

_POSITIVE = between(0.0001, 100_000)


@dataclass(frozen=True)
class ReferralSettings:
    """Settings of ``throughline run referral``."""

    amqp_url: str = setting(
        "the broker's address, amqps://user:password@host/vhost; several with ; between them", *BROKER_URL
    )
    referral_database_url: str = setting(
        "the service's own database, postgresql://… or sqlite:///…", DATABASE_URL
    )
    key_file: Path = setting("the file of the hub's keys, made with: throughline network create")  # noqa: RUF009 - a field specifier
    network_file: Path = setting("the network's file, made with: throughline network create")  # noqa: RUF009 - a field specifier
    acknowledge_hours_emergency: float = setting("hours to an acknowledgement", _POSITIVE, default=1)
    acknowledge_hours_urgent: float = setting("hours to an acknowledgement", _POSITIVE, default=8)
    acknowledge_hours_normal: float = setting(
        "hours to an acknowledgement; those of Saturdays and Sundays (in UTC) do not count",
        _POSITIVE,
        default=48,
    )
    reply_hours_emergency: float = setting("hours to a decision", _POSITIVE, default=24)
    reply_hours_urgent: float = setting("hours to a decision", _POSITIVE, default=72)
    reply_hours_normal: float = setting("hours to a decision", _POSITIVE, default=336)
    escalate_hours_emergency: float = setting(
        "hours on each rung of the ladder, once an answer is overdue", _POSITIVE, default=0.25
    )
    escalate_hours_urgent: float = setting("hours on each rung of the ladder", _POSITIVE, default=2)
    escalate_hours_normal: float = setting("hours on each rung of the ladder", _POSITIVE, default=24)
    broker_ca_file: str = ca_file_setting()
    resend_seconds: float = setting(
        "seconds until an unreceipted referral is sent again the first time", between(0.5, 3600), default=60
    )
    date_directory_seconds: int = setting(
        "seconds after which all nodes are told again which directory is the newest; they warn after a day without",
        between(1, 43_200),
        default=3600,
    )

    @property
    def standards(self) -> Standards:
        """The network's deadlines."""
        urgencies = ("emergency", "urgent", "normal")
        return Standards(
            acknowledge={u: getattr(self, f"acknowledge_hours_{u}") for u in urgencies},
            reply={u: getattr(self, f"reply_hours_{u}") for u in urgencies},
            escalate={u: getattr(self, f"escalate_hours_{u}") for u in urgencies},
        )
