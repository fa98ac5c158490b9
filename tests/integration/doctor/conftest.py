"""A node in which all is well: its broker, its pages, its data, its backups."""

import shutil
import threading
from collections.abc import Iterator
from http.server import HTTPServer
from pathlib import Path

import pytest

from deploy.doctor import database as of_database
from services.intake.storage.network_tables import round_trips
from services.intake.usecases.at_rest import accept_key
from services.intake.usecases.freshness import watch_freshness
from services.intake.usecases.node import beat, claim_node, note_done
from services.intake.usecases.staff import NewStaff, add_staff
from shared.clock import now
from shared.sealing import OwnKeys, SigningKey, write_key_file
from shared.sealing.founding import found
from shared.sealing.network_file import write_network_file
from shared.testing.broker import Broker, fresh_vhost, furnish
from tests.in_process import throughline
from tests.integration.doctor.site import ORG, Pages, Site, settings_of, trip


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
    return folder


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
