"""A node's folder and settings, to plant faults in."""

import json
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from deploy.composition import open_database, scribe_of
from shared.clock import new_id, now
from shared.sealing import read_key_file
from tests.in_process import throughline

ORG = "harbour-house"
OF_PROXY = {
    "pages_certificate",
    "pages_tls",
    "pages_in_the_clear",
    "pages_room",
}  #: not before pages on loopback


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

    def database(self) -> closing[Any]:
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


def trip(**apart: float) -> dict[str, Any]:
    at = now()
    seen = at + timedelta(**apart)
    return {"id": new_id(), "to_org": "hub", "started_at": at, "seen_by_hub_at": seen, "heard_of_hub_at": at}
