"""What may be wrong with a node: each fault with the check that finds it, and what its remedy says."""

import os
import shutil
import socket
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table, text, update

from deploy.doctor import configuration
from deploy.doctor import database as of_database
from services.intake.storage.network_tables import round_trips, word_of_hub
from services.intake.storage.tables import api_tokens, link, outbox, parked, staff
from services.intake.usecases.freshness import hear_word
from services.intake.usecases.processes import PAGES, WORKER, show
from shared.clock import new_id, now
from shared.schemas.referral import DirectoryDated
from shared.sealing import OwnKeys, read_key_file
from shared.sealing.key_file import replace_key_file
from shared.settings import SettingsWrong
from tests.integration.doctor.site import Site, trip


def noted(what: str, **ago: float) -> Any:
    return update(link).where(link.c.name == what).values(seen_at=now() - timedelta(**ago))


def row_of_outbox(**ago: float) -> Any:
    id_ = new_id()
    shifted = id_.int - (int(timedelta(**ago).total_seconds() * 1000) << 80)
    facts = {"exchange": "x", "routing_key": "x", "body": b"{}", "attempts": 3, "due_at": now()}
    return outbox.insert().values(message_id=type(id_)(int=shifted), **facts)


def lose_clock() -> None:
    raise SettingsWrong(["this machine's clock says 1970"])


def put_key(site: Site, keys: OwnKeys) -> None:
    """As if it had been there when the keys were backed up."""
    before = site.key.stat()
    replace_key_file(site.key, keys)
    os.utime(site.key, ns=(before.st_atime_ns, before.st_mtime_ns))


def in_a_file(site: Site) -> None:
    """The secret of the pages, for all to read."""
    file = site.folder / "secret"
    file.write_text(site.settings.pop("secret_key"))
    file.chmod(0o644)
    site.settings["secret_key_file"] = str(file)


def other_key(site: Site) -> None:
    put_key(site, OwnKeys.generate(now()))


def old_key(site: Site) -> None:
    keys, old = read_key_file(site.key), OwnKeys.generate(now() - timedelta(days=200))
    put_key(site, OwnKeys(old.sealing, keys.signing, keys.storage))


def beside(site: Site) -> None:
    shutil.copy2(site.key, site.data.parent / "node.key")
    site.settings["key_file"] = str(site.data.parent / "node.key")


def closed_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def unset(name: str) -> Callable[[Site], None]:
    return lambda site: site.settings.pop(name) and None


def set_to(**changed: str) -> Callable[[Site], None]:
    return lambda site: site.settings.update(changed)


def doing(*statements: Callable[[], Any]) -> Callable[[Site], None]:
    return lambda site: site.does(*(statement() for statement in statements))


def token_of(table: Table, *, ends_in: int) -> Any:
    """Somebody's, with so many days to go."""
    ends_at = now() + timedelta(days=ends_in)
    facts = {
        "username": "vera",
        "purpose": "",
        "issued_at": ends_at - timedelta(days=365),
        "ends_at": ends_at,
    }
    return table.insert().values(sha256="0" * 64, **facts)


def parks() -> Any:
    return parked.insert().values(
        id=new_id(),
        message_id=None,
        queue="x",
        routing_key="x",
        body=b"x",
        reason="referral_not_here",
        parked_at=now(),
    )


def two_workers(site: Site) -> None:
    """Both began long ago, and live."""
    with site.database() as database:
        for milliseconds in (300_000, 360_000):
            process = new_id()
            began = type(process)(int=process.int - (milliseconds << 80))
            show(database, WORKER, me=began)


def other_pages(site: Site) -> None:
    with site.database() as database:
        show(database, PAGES, of="0.0.9")


def hub_of(said: str | None) -> Callable[[Site], None]:
    """The hub has said which directory is the newest, and of which version it is."""

    def plant(site: Site) -> None:
        with site.database() as database, database.transaction() as tx:
            kept = DirectoryDated(directory_version=1, hash="0" * 64, said_at=now(), hub_version=said)
            hear_word(tx, kept)

    return plant


FAULTS: dict[str, tuple[str, Callable[[Site], Any], str]] = {
    "a setting is missing": ("settings", unset("org_name"), "settings.md"),
    "a setting is misspelt": ("settings", set_to(intake_databse_url="x"), "settings.md"),
    "a setting is wrong": ("settings", set_to(web_port="0"), "settings.md"),
    "everybody can read a file of a secret": ("secret_files", in_a_file, "chmod o-rwx"),
    "this machine lost its time": (
        "clock",
        lambda site: site.patch.setattr(configuration, "refuse_lost_time", lose_clock),
        "timedatectl",
    ),
    "clocks differ a little": (
        "clock_of_hub",
        doing(lambda: round_trips.insert().values(**trip(minutes=5))),
        "clock",
    ),
    "clocks differ much": (
        "clock_of_hub",
        doing(lambda: round_trips.insert().values(**trip(hours=-3))),
        "clock",
    ),
    "the key file is gone": ("key_file", lambda site: site.key.unlink(), "restore"),
    "others can read the key file": ("key_file", lambda site: site.key.chmod(0o644), "restore"),
    "the key file is damaged": ("key_file", lambda site: site.key.write_text("{"), "restore"),
    "others can write to its folder": ("key_folder", lambda site: site.key.parent.chmod(0o777), "chmod"),
    "the key file lies beside the data": ("key_apart", beside, "move it"),
    "the key is old": ("key_age", old_key, "rotate-keys"),
    "the key is another": ("key_fits", other_key, "restore the backup of the keys"),
    "the network's file is gone": (
        "network_file",
        lambda s: Path(s.settings["network_file"]).unlink(),
        "join",
    ),
    "the network's file was changed": (
        "network_file",
        lambda s: Path(s.settings["network_file"]).write_text("{}"),
        "join",
    ),
    "the database is gone": ("database", lambda site: site.data.unlink(), "throughline restore"),
    "the database is damaged": ("database", lambda site: site.data.write_bytes(b"x" * 9_000), "disk"),
    "the database is another's": (
        "database",
        doing(lambda: text("UPDATE node SET org = 'other'")),
        "THROUGHLINE_ORG",
    ),
    "the database is of an older version": (
        "migrations",
        doing(lambda: text("UPDATE alembic_version SET version_num = '0001'")),
        "migrate",
    ),
    "the database is of a newer version": (
        "migrations",
        doing(lambda: text("UPDATE alembic_version SET version_num = '9999'")),
        "start that version",
    ),
    "others can read the database": ("data_rights", lambda site: site.data.chmod(0o644), "chmod 600"),
    "the disk gets full": (
        "disk",
        lambda site: site.patch.setattr(of_database, "LITTLE", 1 << 60),
        "make room",
    ),
    "the disk is full": ("disk", lambda site: site.patch.setattr(of_database, "TIGHT", 1 << 60), "make room"),
    "nobody can sign in": ("staff", doing(lambda: update(staff).values(active=False)), "user add"),
    "the broker does not listen": (
        "broker",
        lambda site: site.settings.update(amqp_url=f"amqp://a:b@127.0.0.1:{closed_port()}/"),
        "address",
    ),
    "the broker refuses the password": (
        "broker",
        lambda site: site.settings.update(amqp_url=site.settings["amqp_url"].replace("://", "://x", 1)),
        "THROUGHLINE_AMQP_URL",
    ),
    "the node has no queue": (
        "broker",
        lambda site: site.settings.update(amqp_url=site.settings["amqp_url"].rpartition("/")[0] + "/%2F"),
        "network provision",
    ),
    "nobody answers at the public address": (
        "public_address",
        lambda site: site.settings.update(public_url=f"http://127.0.0.1:{closed_port()}"),
        "THROUGHLINE_PUBLIC_URL",
    ),
    "something else answers there": (
        "public_address",
        lambda site: site.settings.update(public_url=site.settings["public_url"] + "/else"),
        "proxy",
    ),
    "a token of the API ends soon": ("tokens", doing(lambda: token_of(api_tokens, ends_in=29)), "user token"),
    "a token of the API has ended": (
        "tokens",
        doing(lambda: token_of(api_tokens, ends_in=-29)),
        "user token",
    ),
    "the directory is old": (
        "directory",
        doing(lambda: update(word_of_hub).values(fresh_at=now() - timedelta(days=2))),
        "network test hub",
    ),
    "the directory is too old": (
        "directory",
        doing(lambda: update(word_of_hub).values(fresh_at=now() - timedelta(days=20))),
        "network test hub",
    ),
    "the worker never ran": (
        "worker",
        doing(lambda: link.delete().where(link.c.name == "worker")),
        "run intake",
    ),
    "the worker is silent": ("worker", doing(lambda: noted("worker", minutes=5)), "run intake"),
    "two workers have the same file": ("processes", two_workers, "end one"),
    "pages of another version run": ("versions", other_pages, "anew"),
    "the hub is of a newer version": ("versions", hub_of("99.0.0"), "upgrade-a-node"),
    "the hub is of an older version": ("versions", hub_of("0.0.9"), "ask the hub"),
    "something waits long to be sent": ("outbox", doing(lambda: row_of_outbox(hours=3)), "mend-what-waits"),
    "something waits too long": ("outbox", doing(lambda: row_of_outbox(days=3)), "mend-what-waits"),
    "something is parked": ("parked", doing(parks), "parked list"),
    "backups have one recipient": (
        "backup_settings",
        set_to(backup_recipients="age1"),
        "back-up-and-restore",
    ),
    "the folder of backups is gone": (
        "backup_settings",
        lambda site: Path(site.settings["backup_folder"]).rmdir(),
        "mkdir",
    ),
    "there was never a backup": (
        "backup",
        doing(lambda: link.delete().where(link.c.name == "backup")),
        "every day",
    ),
    "the backup is old": ("backup", doing(lambda: noted("backup", days=20)), "every day"),
    "no drill for long": ("restore_drill", doing(lambda: noted("restore_drill", days=20)), "--verify-only"),
    "keys changed since their backup": ("backup_of_keys", lambda site: site.key.touch(), "--keys"),
    "the mail server is not there": (
        "mail",
        lambda site: site.settings.update(
            smtp_host="127.0.0.1",
            smtp_port=str(closed_port()),
            smtp_security="none",
            mail_from="post@harbour.example",
        ),
        "THROUGHLINE_SMTP_PORT",
    ),
}  #: what is wrong: the check that finds it, how it is planted, and what its remedy says
