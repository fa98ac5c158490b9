"""What a backup is made of and for whom; read by ``throughline backup`` and ``throughline restore``."""

from dataclasses import dataclass
from pathlib import Path

from deploy.backup.age import is_recipient
from services.intake.settings import ORG
from shared.settings import DATABASE_URL, Check, between, setting


def recipients_in(value: str) -> list[str]:
    """The recipients of the setting, each once."""
    return list(dict.fromkeys(one.strip() for one in value.split(";")))


_TWO = Check(
    lambda value: len(recipients_in(value)) > 1 and all(map(is_recipient, recipients_in(value))),
    "must be two recipients or more, age1…, with ; between them: throughline backup --new-identity FILE makes one",
)


@dataclass(frozen=True)
class RestoreSettings:
    """Settings of ``throughline restore``."""

    org: str = setting("the organisation's id in the network", ORG)
    intake_database_url: str = setting("the node's own database, sqlite:///… or postgresql://…", DATABASE_URL)
    key_file: Path = setting("the file of the node's private keys")
    network_file: Path = setting("the network's file")


@dataclass(frozen=True)
class BackupSettings(RestoreSettings):
    """Settings of ``throughline backup``."""

    backup_recipients: str = setting(
        "who can open backups: recipients of age, age1…, at least two with ; between them", _TWO
    )
    backup_folder: Path = setting("where backups are kept; it should be carried to another house")
    backup_keep_days: int = setting(
        "days after which a backup is removed, once there is a newer one: it holds what was erased since",
        between(1, 3_650),
        default=30,
    )
