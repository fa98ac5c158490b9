"""``throughline backup|restore``: copies that only those open whom the node names, and the way back."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from deploy.backup import age
from deploy.backup.archive import pack, scratch, unpack
from deploy.backup.copies import copy_out, path_of
from deploy.backup.errors import BackupUnusable
from deploy.backup.manifest import DATA, KEYS, Manifest, hash_of
from deploy.backup.names import BACKUP, DRILL, KEYS_KEPT
from deploy.backup.restore import Restored, drill
from deploy.backup.restore import restore as restore_data
from deploy.backup.settings import BackupSettings, RestoreSettings, recipients_in
from deploy.composition import refuse_misspelt
from deploy.console import fail, out
from services.intake.usecases.node import AnothersDatabase, note_done
from shared import files
from shared.clock import now
from shared.database import Database
from shared.settings import read, variable

WELL = "well"
SECRET = f"{variable('secret_key')}_FILE"
PARTS = {
    "node.key": "key_file",
    "network.json": "network_file",
}  #: of a backup of keys, and the settings that name them
RIGHTS = {"network.json": files.PUBLIC}  #: no secret; services that read it run as somebody else


def backup(
    folder: Annotated[
        Path | None, typer.Argument(help="Where to keep it; else where THROUGHLINE_BACKUP_FOLDER says.")
    ] = None,
    *,
    keys: Annotated[
        bool, typer.Option("--keys", help="Of the node's keys instead: keep it apart from the data.")
    ] = False,
    new_identity: Annotated[
        Path | None,
        typer.Option(help="Make a key that opens backups, print its recipient, and do nothing else."),
    ] = None,
) -> None:
    """Copy the node's database, sealed for the recipients of the settings; the node may work meanwhile."""
    with explained():
        if new_identity is not None:
            out.print(_made_identity(new_identity))
            return
        refuse_misspelt()
        settings = read(BackupSettings)
        made = make_backup(settings, folder or settings.backup_folder, KEYS if keys else DATA)
    out.print(f"{made} was written, opened again, and is well.", markup=False)


def _made_identity(path: Path) -> str:
    try:
        return age.new_identity(path)
    except FileExistsError:
        fail(f"{path} is there already: name another file")


def make_backup(settings: BackupSettings, folder: Path, kind: str) -> Path:
    """Write it, note it, and remove old ones; returns its file. Raises BackupUnusable."""
    at = now()
    target = folder / f"{settings.org}-{kind}-{at:%Y%m%dT%H%M%SZ}.age"
    with scratch(folder) as place:
        manifest = _copied(settings, place, kind, at.isoformat())
        pack(place, manifest, target, recipients_in(settings.backup_recipients))
    _remove_old(settings, folder, kind, besides=target)
    with closing(Database(settings.intake_database_url)) as database:
        note_done(database, BACKUP if kind == DATA else KEYS_KEPT, outcome=WELL)
    return target


def _copied(settings: BackupSettings, place: Path, kind: str, made_at: str) -> Manifest:
    if kind == DATA:
        revision, tables = copy_out(settings.intake_database_url, place)
    else:
        _copy_keys(settings, place)
        revision, tables = "", {}
    return Manifest(
        kind=kind,
        org=settings.org,
        version=version("throughline"),
        made_at=made_at,
        files={path.name: hash_of(path) for path in sorted(place.iterdir())},
        engine="sqlite" if path_of(settings.intake_database_url) else "postgresql",
        revision=revision,
        tables=tables,
    )


def _key_parts(settings: RestoreSettings) -> dict[str, Path]:
    """Where each part of a backup of keys lies on this machine."""
    parts: dict[str, Path] = {part: getattr(settings, name) for part, name in PARTS.items()}
    return parts | ({"secret": Path(os.environ[SECRET])} if SECRET in os.environ else {})


def _copy_keys(settings: BackupSettings, place: Path) -> None:
    for part, path in _key_parts(settings).items():
        try:
            (place / part).write_bytes(path.read_bytes())
        except OSError as error:
            raise BackupUnusable(f"{path}: {error.strerror}; check the path and its rights") from None


def _remove_old(settings: BackupSettings, folder: Path, kind: str, *, besides: Path) -> None:
    oldest = f"{settings.org}-{kind}-{now() - timedelta(days=settings.backup_keep_days):%Y%m%dT%H%M%SZ}.age"
    for path in folder.glob(f"{settings.org}-{kind}-*.age"):
        if path.name < oldest and path != besides:
            path.unlink()


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.")],
    *,
    identity: Annotated[Path, typer.Option(help="The file of the key that opens it, of age.")],
    verify_only: Annotated[
        bool, typer.Option("--verify-only", help="Restore to a place of its own, check it, and remove it.")
    ] = False,
) -> None:
    """Bring back a node's keys or its database, where there are none; says what to look at then."""
    with explained():
        refuse_misspelt()
        settings = read(RestoreSettings)
        identities = age.read_identities(identity)
        beside = path_of(settings.intake_database_url)
        with scratch(file.parent if verify_only or beside is None else beside.parent) as place:
            found = Restored(place, unpack(file, place, identities, org=settings.org))
            if verify_only:
                _try_out(settings, found)
            elif found.manifest.kind == KEYS:
                _restore_keys(settings, place)
            else:
                _restore_data(settings, found)


def _try_out(settings: RestoreSettings, found: Restored) -> None:
    if found.manifest.kind == DATA:
        _of_this_engine(settings, found)
        drill(settings, found)
        with closing(Database(settings.intake_database_url)) as database:
            note_done(database, DRILL, outcome=WELL)
    out.print(
        f"The backup of {found.manifest.made_at} can be restored; it is whole, and nothing of it was kept."
    )


def _of_this_engine(settings: RestoreSettings, found: Restored) -> None:
    engine = "sqlite" if path_of(settings.intake_database_url) else "postgresql"
    if found.manifest.engine != engine:
        raise BackupUnusable(
            f"it was made of {found.manifest.engine}: THROUGHLINE_INTAKE_DATABASE_URL must name a database of that kind"
        )


def _restore_keys(settings: RestoreSettings, place: Path) -> None:
    parts = {part: path for part, path in _key_parts(settings).items() if (place / part).exists()}
    there = [str(path) for part, path in parts.items() if _differs(path, (place / part).read_bytes())]
    if there:
        raise BackupUnusable(
            f"{', '.join(there)} is there already, and nothing is written over it: move it away"
        )
    for part, path in parts.items():
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            files.write_new(path, (place / part).read_bytes(), rights=RIGHTS.get(part, files.PRIVATE))
    out.print(f"The keys are where they belong: {', '.join(map(str, parts.values()))}.", markup=False)
    if (place / "secret").exists() and "secret" not in parts:
        out.print(
            f"The key of the pages was not written: name its file in {SECRET}, and restore the keys again."
        )


def _differs(path: Path, content: bytes) -> bool:
    """What an earlier restore wrote before it was killed may stay."""
    return path.exists() and path.read_bytes() != content


def _restore_data(settings: RestoreSettings, found: Restored) -> None:
    _of_this_engine(settings, found)
    resumed = restore_data(settings, found)
    out.print(f"The node is as it was at {found.manifest.made_at}.")
    out.print(
        "When its worker runs, it asks the hub what became of each referral since. What came to the node and was"
    )
    out.print(
        "confirmed after that moment is at its senders only: throughline parked list names what is asked about."
    )
    if resumed.held:
        out.print(
            f"{resumed.held} messages wait until {resumed.held_until:%H:%M} UTC: who had undone them must do so anew."
        )
    out.print(
        "Look at throughline user list: who was disabled since, and tokens that were revoked since, are as they were."
    )


@contextmanager
def explained() -> Iterator[None]:
    """End, saying why, where something cannot be backed up, or not be brought back."""
    try:
        yield
    except BackupUnusable as unusable:
        fail(str(unusable))
    except AnothersDatabase as anothers:
        fail(str(anothers))
