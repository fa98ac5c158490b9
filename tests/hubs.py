"""A hub's operator at a real broker: what one types, and what the broker then lets in."""

import json
from contextlib import closing
from typing import Any

from amqp.exceptions import AccessRefused
from click.testing import Result
from kombu import Connection
from typer.testing import CliRunner

from deploy.commands.network import app
from deploy.composition import open_database
from services.referral.usecases.directory import publish_register
from shared.clock import now
from shared.messaging.management import Management
from shared.messaging.message import HUB
from shared.messaging.topology import node_queue
from shared.sealing import OwnKeys, SigningKey
from shared.sealing.founding import found
from shared.sealing.register import SignedRegister
from shared.testing.broker import as_user, vhost_of

ORG, JOINING = "quiet-harbour", "open-hands"
QUEUE = node_queue(ORG)
ROOT = SigningKey.generate()
PARTIES = {HUB: ("Hub", OwnKeys.generate().public), ORG: ("Quiet Harbour", OwnKeys.generate().public)}
NETWORK = found("tests", [ROOT], 1, PARTIES, now())


class Hub:
    """A hub's operator at a broker that has nothing yet, and a directory with one organisation."""

    def __init__(self, url: str, management: Management, directory: str) -> None:
        self.url, self.management, self.vhost = url, management, vhost_of(url)
        self.directory = directory

    def says(self, *words: str, typed: str = "") -> Result:
        return CliRunner().invoke(app, words, input=typed)

    def admits(self, org: str) -> None:
        """What people signed is published."""
        register = NETWORK.register.next().admitting(org, "Open Hands", OwnKeys.generate().public, now())
        with closing(open_database("referral", self.directory, sender=HUB)) as database:
            publish_register(database, NETWORK.roots, SignedRegister(register.write()).signed(ROOT))

    def provisions(self, *words: str) -> dict[str, Any]:
        said = self.says("provision", "--yes", "--json", *words)
        told: dict[str, Any] = json.loads(said.stdout)
        return told | {"exit": said.exit_code}

    def differs(self) -> str:
        """What ``--check`` says, or nothing if it finds all well."""
        said = self.says("provision", "--check")
        return said.stdout if said.exit_code == 1 else ""

    def lets_in(self, user: str, password: str) -> bool:
        with Connection(as_user(self.url, user, password)) as connection:
            try:
                connection.connect()
            except AccessRefused:
                return False
        return True
