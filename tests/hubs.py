"""A hub's operator at a real broker: what one types, and what the broker then lets in."""

import json
from typing import Any

from amqp.exceptions import AccessRefused
from click.testing import Result
from kombu import Connection
from typer.testing import CliRunner

from deploy.commands.network import app
from shared.messaging.management import Management
from shared.messaging.topology import node_queue
from shared.sealing import OwnKeys
from shared.testing.broker import as_user, vhost_of

ORG, JOINING = "quiet-harbour", "open-hands"
QUEUE = node_queue(ORG)
PUBLIC_KEY = str(OwnKeys.generate().public)


class Hub:
    """A hub's operator at a broker that has nothing yet, and a directory with one organisation."""

    def __init__(self, url: str, management: Management) -> None:
        self.url, self.management, self.vhost = url, management, vhost_of(url)

    def says(self, *words: str, typed: str = "") -> Result:
        return CliRunner().invoke(app, words, input=typed)

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
