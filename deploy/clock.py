"""What this machine's clock must not say: one that lost its time would date sessions and deadlines wrong."""

from datetime import UTC, datetime

from shared.clock import now
from shared.settings import SettingsWrong

EARLIEST = datetime(2024, 1, 1, tzinfo=UTC)  #: before it there was nothing of ours


def refuse_lost_time() -> None:
    """A machine without a battery wakes up in 1970; raises SettingsWrong."""
    at = now()
    if at < EARLIEST:
        raise SettingsWrong([f"this machine's clock says {at:%Y}: set it (timedatectl), then start again"])
