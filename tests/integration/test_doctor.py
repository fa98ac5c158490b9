"""Each fault that is planted in a well node is found by exactly the check that is for it, which says what to do."""

import json
import os
import shutil
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update

from deploy.composition import open_database, scribe_of
from deploy.doctor import CHECKS, configuration
from deploy.doctor import database as of_database
from services.intake.storage.network_tables import round_trips, word_of_hub
from services.intake.storage.tables import link, outbox, parked, staff
from services.intake.usecases.at_rest import accept_key
from services.intake.usecases.freshness import watch_freshness
from services.intake.usecases.node import beat, claim_node, note_done
from services.intake.usecases.staff import NewStaff, add_staff
from shared.clock import new_id, now
from shared.database import Database
from shared.messaging.authority import keep, new_authority
from shared.sealing import OwnKeys, SigningKey, read_key_file, write_key_file
from shared.sealing.founding import found
from shared.sealing.key_file import replace_key_file
from shared.sealing.network_file import write_network_file
from shared.settings import SettingsWrong
from shared.testing.broker import Broker, fresh_vhost, furnish
from tests.in_process import throughline

ORG = "harbour-house"


class Pages(BaseHTTPRequestHandler):
    """Stands for the node's pages behind their proxy."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health" else 503)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@dataclass
class Site:
    """A node's folder and settings, and the test's hand on the code."""

    folder: Path
    settings: dict[str, str]
    patch: pytest.MonkeyPatch

    @property
    def key(self) -> Path:
        return Path(self.settings["key_file"])

    @property
    def data(self) -> Path:
        return self.folder / "data" / "node.db"

    def database(self) -> "closing[Database]":
        scribe = scribe_of("intake", ORG, read_key_file(self.key))
        return closing(
            open_database("intake", self.settings["intake_database_url"], sender=ORG, scribe=scribe)
        )

    def does(self, *statements: Any) -> None:
        with self.database() as database, database.transaction() as tx:
            for statement in statements:
                tx.execute(statement)

    def examined(self, *words: str) -> tuple[int, dict[str, dict[str, str]]]:
        said = throughline("doctor", "--json", *words, **self.settings)
        return said.returncode, {one["name"]: one for one in json.loads(said.stdout)}


@pytest.fixture(scope="module")
def pages() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node in which all is well, made once, and of which each test has a copy."""
    folder = tmp_path_factory.mktemp("made") / "node"
    for name in ("keys", "data", "backups"):
        (folder / name).mkdir(parents=True, mode=0o700)
    keys, hub = OwnKeys.generate(now()), OwnKeys.generate()
    write_key_file(folder / "keys" / "node.key", keys)
    parties = {"hub": ("Hub", hub.public), ORG: (ORG, keys.public)}
    write_network_file(
        folder / "keys" / "network.json", found("tests", [SigningKey.generate()], 1, parties, now())
    )
    for name in ("first", "second"):
        throughline("backup", "--new-identity", str(folder / name))
    told = throughline(
        "migrate", "intake", **settings_of(folder, "amqp://a:b@127.0.0.1:1/", "http://127.0.0.1")
    )
    assert told.returncode == 0, told.stderr
    site = Site(folder, settings_of(folder, "", ""), pytest.MonkeyPatch())
    with site.database() as database:
        claim_node(database, ORG)
        accept_key(database)
        add_staff(
            database, NewStaff("root", "several words of nonsense", "admin", "Root", None, "en"), org=ORG
        )
        watch_freshness(database)
        for what in ("backup", "restore_drill", "backup_of_keys"):
            note_done(database, what, outcome="well")
    site.data.chmod(0o600)
    return folder


def settings_of(folder: Path, broker: str, pages: str) -> dict[str, str]:
    return {
        "org": ORG,
        "org_name": "Harbour House",
        "amqp_url": broker,
        "intake_database_url": f"sqlite:///{folder / 'data' / 'node.db'}",
        "key_file": str(folder / "keys" / "node.key"),
        "network_file": str(folder / "keys" / "network.json"),
        "public_url": pages,
        "secret_key": "0" * 32,
        "backup_folder": str(folder / "backups"),
        "backup_recipients": ";".join(_recipient(folder / name) for name in ("first", "second")),
    }


def _recipient(identity: Path) -> str:
    from pyrage.x25519 import Identity

    return str(Identity.from_str(identity.read_text().strip()).to_public())


@pytest.fixture(scope="module")
def reached(broker: Broker) -> Iterator[str]:
    with fresh_vhost(broker) as url:
        furnish(broker, url, ORG)
        yield url


@pytest.fixture
def site(made: Path, tmp_path: Path, reached: str, pages: str, monkeypatch: pytest.MonkeyPatch) -> Site:
    shutil.copytree(made, tmp_path / "node")
    well = Site(tmp_path / "node", settings_of(tmp_path / "node", reached, pages), monkeypatch)
    for name in ("LITTLE", "TIGHT"):
        monkeypatch.setattr(of_database, name, 0)
    with well.database() as database:
        beat(database, "running")
    well.does(round_trips.insert().values(**trip()))
    return well


def trip(**apart: float) -> dict[str, Any]:
    at = now()
    seen = at + timedelta(**apart)
    return {"id": new_id(), "to_org": "hub", "started_at": at, "seen_by_hub_at": seen, "heard_of_hub_at": at}


def wrong(examined: dict[str, dict[str, str]]) -> set[str]:
    return {name for name, one in examined.items() if one["verdict"] in ("warning", "failed")}


def test_nothing_is_found_on_a_well_node(site: Site) -> None:
    code, examined = site.examined()

    assert (code, wrong(examined)) == (0, set()), examined
    unseen = {name for name, one in examined.items() if one["verdict"] == "not applicable"}
    assert unseen == {"durability", "certificate"}


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


FAULTS: dict[str, tuple[str, Callable[[Site], Any], str]] = {
    "a setting is missing": ("settings", unset("org_name"), "settings.md"),
    "a setting is misspelt": ("settings", set_to(intake_databse_url="x"), "settings.md"),
    "a setting is wrong": ("settings", set_to(web_port="0"), "settings.md"),
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
}  #: what is wrong: the check that finds it, how it is planted, and what its remedy says


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_what_to_do(site: Site, fault: str) -> None:
    check, plant, remedy = FAULTS[fault]
    plant(site)

    code, examined = site.examined()

    assert wrong(examined) == {check}, examined
    assert remedy in examined[check]["remedy"]
    assert code == (2 if examined[check]["verdict"] == "failed" else 0)


def test_a_certificate_that_expires_soon(site: Site, tmp_path: Path) -> None:
    authority = new_authority(at=now())
    keep(authority, tmp_path / "ca.pem", tmp_path / "ca.key")
    certificate, key = authority.sign("localhost", at=now())
    (tmp_path / "host.pem").write_bytes(certificate)
    (tmp_path / "host.key").write_bytes(key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "host.pem", tmp_path / "host.key")
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        threading.Thread(target=serve, args=(server, context), daemon=True).start()
        site.settings |= {
            "amqp_url": f"amqps://a:b@localhost:{server.getsockname()[1]}/",
            "broker_ca_file": str(tmp_path / "ca.pem"),
        }
        well = site.examined("--only", "certificate")[1]["certificate"]
        from deploy.doctor import network

        site.patch.setattr(network, "SOON", timedelta(days=36_500))
        soon = site.examined("--only", "certificate")[1]["certificate"]

    assert (well["verdict"], soon["verdict"]) == ("well", "warning")
    assert "renew" in soon["remedy"]


def serve(server: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            context.wrap_socket(server.accept()[0], server_side=True).close()
        except OSError:
            return


def test_a_server_that_does_not_wait_for_its_disk(site: Site, postgres_url: str) -> None:
    site.settings["intake_database_url"] = postgres_url
    assert throughline("migrate", "intake", **site.settings).returncode == 0
    assert site.examined("--only", "durability")[1]["durability"]["verdict"] == "well"
    name = postgres_url.rpartition("/")[2]
    with closing(Database(postgres_url)) as database, database.transaction() as tx:
        tx.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))

    code, examined = site.examined("--only", "durability")

    assert (code, "on" in examined["durability"]["remedy"]) == (2, True)


MENDED = (
    "others can read the key file",
    "others can write to its folder",
    "others can read the database",
    "the folder of backups is gone",
)


@pytest.mark.parametrize("fault", MENDED)
def test_what_is_safe_is_mended(site: Site, fault: str) -> None:
    FAULTS[fault][1](site)

    code, examined = site.examined("--fix")

    assert (code, wrong(examined)) == (0, set()), examined


def test_what_is_not_safe_is_left_alone(site: Site) -> None:
    FAULTS["the database is of a newer version"][1](site)

    code, examined = site.examined("--fix")

    assert (code, wrong(examined)) == (2, {"migrations"})


def test_an_empty_database_is_migrated(site: Site) -> None:
    site.data.unlink()
    site.data.touch(mode=0o600)

    _, examined = site.examined("--fix", "--only", "migrations")

    assert examined["migrations"]["verdict"] == "well"


def test_it_is_said_for_people_too_and_says_no_secret(site: Site) -> None:
    site.key.chmod(0o644)

    said = throughline("doctor", **site.settings)

    assert said.returncode == 2
    assert "key_file" in said.stdout
    assert "→" in said.stdout
    assert site.settings["secret_key"] not in said.stdout + said.stderr


def test_a_check_that_there_is_not(site: Site) -> None:
    said = throughline("doctor", "--only", "everything", **site.settings)

    assert said.returncode == 1
    assert CHECKS[0].name in said.stderr
