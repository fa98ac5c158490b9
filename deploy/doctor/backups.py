"""How old the backups are, and when one was tried."""

from datetime import UTC, datetime, timedelta

from deploy.backup.names import BACKUP, DRILL, KEYS_KEPT
from deploy.backup.settings import BackupSettings
from deploy.doctor.check import WELL, Check, Finding, Node, NotApplicable, failed, warning
from services.intake.storage import bookkeeping
from shared.settings import SettingsWrong, read

DAILY, WEEKLY = timedelta(hours=26), timedelta(days=8)


def backup_settings(node: Node) -> Finding:
    """For whom, and a folder that is there."""
    _ = node.settings
    try:
        settings = read(BackupSettings)
    except SettingsWrong as wrong:
        return failed("; ".join(wrong.problems), "docs/how-to/back-up-and-restore.md")
    if not settings.backup_folder.is_dir():
        return failed(f"{settings.backup_folder} is not there", f"mkdir -p {settings.backup_folder}")
    return WELL


def _make_folder(_node: Node) -> None:
    read(BackupSettings).backup_folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def backup(node: Node) -> Finding:
    """Not older than a day, and a little."""
    at = _last(node, BACKUP)
    if at is None:
        return warning("there is no backup yet", "throughline backup, every day by a timer")
    if node.at - at > WEEKLY:
        return failed(f"the last backup is of {at:%Y-%m-%d}", "throughline backup, every day by a timer")
    if node.at - at > DAILY:
        return warning(f"the last backup is of {at:%Y-%m-%d}", "throughline backup, every day by a timer")
    return WELL


def restore_drill(node: Node) -> Finding:
    """One was tried within a week."""
    at = _last(node, DRILL)
    if at is None or node.at - at > WEEKLY:
        says = "no backup was ever tried" if at is None else f"the last that was tried was on {at:%Y-%m-%d}"
        return warning(says, "throughline restore BACKUP --identity FILE --verify-only")
    return WELL


def backup_of_keys(node: Node) -> Finding:
    """One of the keys as they are now."""
    at, path = _last(node, KEYS_KEPT), node.settings.key_file
    if not path.is_file():
        raise NotApplicable("key_file comes first")
    if at is None or at < datetime.fromtimestamp(path.stat().st_mtime, UTC):
        return warning(
            "there is no backup of the keys as they are now", "throughline backup --keys, kept apart"
        )
    return WELL


def _last(node: Node, what: str) -> datetime | None:
    found = node.asked(lambda tx: bookkeeping.find_link(tx, what))
    return found[0] if found else None


CHECKS = (
    Check("backup_settings", backup_settings, _make_folder),
    Check("backup", backup),
    Check("restore_drill", restore_drill),
    Check("backup_of_keys", backup_of_keys),
)
