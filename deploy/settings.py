"""Every setting there is, in one place: to refuse misspelt ones, and to document them."""

from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from typing import Any

from deploy.backup.settings import BackupSettings, RestoreSettings
from deploy.commands.admission import RegisterSettings
from deploy.commands.own_keys import WordsSettings
from deploy.commands.provision import NetworkSettings
from deploy.doctor.hub import HubSettings
from deploy.health import HealthSettings
from deploy.key_files import KeySettings
from deploy.watching.settings import WatchSettings
from services.intake.settings import IntakeSettings, IntakeWebSettings
from services.notifications.settings import NotificationsSettings
from services.referral.settings import ReferralSettings
from services.reporting.settings import ReportingSettings, ReportingWebSettings
from shared.failpoints import FailpointSettings
from shared.notices.settings import MailSettings
from shared.settings import variable

CLASSES: dict[str, type] = {
    "throughline run intake": IntakeSettings,
    "throughline web intake": IntakeWebSettings,
    "throughline run referral": ReferralSettings,
    "throughline run notifications": NotificationsSettings,
    "throughline run reporting": ReportingSettings,
    "throughline web reporting": ReportingWebSettings,
    "throughline mail test": MailSettings,
    "throughline network": NetworkSettings,
    "throughline network invite|admit|revoke|publish": RegisterSettings,
    "throughline network words": WordsSettings,
    "throughline backup": BackupSettings,
    "throughline restore": RestoreSettings,
    "throughline doctor --hub": HubSettings,
    "every command with a key file": KeySettings,
    "every worker, and python -m deploy.health": HealthSettings,
    "every worker, and pages": WatchSettings,
    "every process, in tests": FailpointSettings,
}


def all_settings() -> Iterator[tuple[str, Field[Any]]]:
    """Each command with each of its settings."""
    for command, settings in CLASSES.items():
        for declared in sorted(
            fields(settings), key=lambda field: bool(field.kw_only)
        ):  # those of a mixin last
            yield command, declared


ALL = frozenset(declared.name for _, declared in all_settings()) | {
    "config",
    "log_level",
    "test_broker_folder",
}


def as_markdown() -> str:
    """The reference page of all settings."""
    lines = ["# Settings", "", INTRODUCTION]
    for command in CLASSES:
        lines += ["", f"## `{command}`", "", "| variable | what it is | default |", "|---|---|---|"]
        lines += [_row(declared) for of, declared in all_settings() if of == command]
    return "\n".join(lines) + "\n"


INTRODUCTION = """Settings are read once from the environment when a process starts. A missing, misspelt or wrong one
ends the process with exit code 78 and a line that names it and says what to do; its value is never shown.
`<VARIABLE>_FILE` names a file that holds the value, for secrets. `THROUGHLINE_LOG_LEVEL` (DEBUG, INFO, WARNING; default
INFO) is read by every process.

Commands and processes also read a file: the one that `THROUGHLINE_CONFIG` names, else `throughline.conf` in the folder
where they are started. `throughline init` and `init-hub` write it. A line is empty, begins with `#`, or is
`NAME=value`, with quotation marks around a value that has blanks. What the environment says wins over the file. A name
that is no setting, one that is said twice, and a file that others can change end the command in the same way."""


def _row(declared: Field[Any]) -> str:
    default = (
        "" if declared.default is MISSING else f"`{declared.default!s}`" if str(declared.default) else "none"
    )
    return f"| `{variable(declared.name)}` | {declared.metadata['about']} | {default or 'must be set'} |"
