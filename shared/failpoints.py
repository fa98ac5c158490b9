"""Named moments at which a test may end the process at once. They do nothing unless one is armed."""

import os
import signal
from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.settings import LOOPBACK, SettingsWrong, brokers_in, setting, variable

NAMES = {
    "transaction.before_commit": "all is written, nothing is committed",
    "transaction.committed": "committed, and nobody has been told",
    "relay.claimed": "rows are taken for sending, nothing is sent",
    "relay.published": "sent, and not answered",
    "relay.confirmed": "answered by the broker, which nobody has written down",
    "outbox.receipted": "the other end has it, which is not committed",
    "delivery.opened": "messages are opened, nothing is heard",
    "delivery.handled": "heard and handled, not committed",
    "pump.delivered": "committed, not acknowledged",
    "pump.acknowledged": "acknowledged",
}  #: and what is true at each

_armed: dict[str, int] = {}  #: which, and how many times it is still to be passed


@dataclass(frozen=True)
class FailpointSettings:
    """Read by every process."""

    failpoint: str = setting(
        "for tests: NAME:N ends the process when it comes to that moment the Nth time; refused beyond loopback",
        default="",
    )


def arm(settings: FailpointSettings, *, reaches: str) -> None:
    """Arm what the setting names; raises SettingsWrong for a process that ``reaches`` an address beyond loopback."""
    if not settings.failpoint:
        return
    name, _, times = settings.failpoint.partition(":")
    if not {urlsplit(url).hostname for url in brokers_in(reaches)} <= LOOPBACK:
        raise SettingsWrong([f"{variable('failpoint')} is for tests on this machine: remove it"])
    if name not in NAMES or not times.isdecimal():
        raise SettingsWrong([f"{variable('failpoint')} must be NAME:N, of: {', '.join(NAMES)}"])
    _armed[name] = int(times)


def reached(name: str) -> None:
    """The process is here now; this may be its end."""
    if _armed:
        _count(name)


def _count(name: str) -> None:
    left = _armed.get(name, 0)
    if left == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    if left:
        _armed[name] = left - 1
