"""How old the copies of the hub's databases are: files that its operator makes, and what PostgreSQL knows itself."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from deploy.backup.copies import path_of
from deploy.doctor.backups import DAILY, WEEKLY
from deploy.doctor.check import Finding, Verdict, failed, warning
from deploy.doctor.hub import SERVICES, Hub
from shared.database import Transaction

FOLLOWERS = text("SELECT count(*) FROM pg_stat_replication WHERE state IS DISTINCT FROM 'backup'")
ARCHIVED = text(
    "SELECT last_archived_time FROM pg_stat_archiver "
    "WHERE last_failed_time IS NULL OR last_failed_time < last_archived_time"
)
REMEDY = "docs/how-to/deploy-the-hub.md, Keep the hub's databases; THROUGHLINE_HUB_COPIES_FOLDER names where copies lie"


@dataclass(frozen=True)
class Copy:
    """Of one database: of which moment the newest is, and what it is."""

    at: datetime
    how: str


def copies(hub: Hub) -> Finding:
    """Of each database there is one that is a day old at the most."""
    newest = {service: _newest(hub, service) for service in SERVICES}
    says = "; ".join(
        f"{service}: {copy.how if copy else 'no copy is known'}" for service, copy in newest.items()
    )
    ages = [hub.at - copy.at for copy in newest.values() if copy]
    if any(age > WEEKLY for age in ages):
        return failed(says, REMEDY)
    if len(ages) < len(newest) or any(age > DAILY for age in ages):
        return warning(says, REMEDY)
    return Finding(Verdict.WELL, says)


def _newest(hub: Hub, service: str) -> Copy | None:
    found = [*_files(hub.settings.hub_copies_folder, service)]
    if path_of(hub.databases[service]) is None:
        found += hub.asked(service, _told_by_server)
    return max(found, key=lambda copy: copy.at, default=None)


def _files(folder: str, service: str) -> list[Copy]:
    """What was copied to the folder, sealed or not; an empty file is none."""
    if not folder:
        return []
    files = [path.stat() for path in Path(folder).glob(f"{service}*")]
    at = [datetime.fromtimestamp(file.st_mtime, UTC) for file in files if file.st_size]
    return [Copy(max(at), f"copied {max(at):%Y-%m-%d %H:%M} UTC")] if at else []


def _told_by_server(tx: Transaction) -> list[Copy]:
    """Another server that has all of it now, and the log that is kept elsewhere, unless that fails."""
    found = [Copy(tx.at, "another server follows")] if tx.execute(FOLLOWERS).scalar() else []
    if at := tx.execute(ARCHIVED).scalar():
        found.append(Copy(at, f"its log archived {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"))
    return found
