"""What the tests of the post share."""

import pytest

from shared.database import Database, new_metadata
from shared.messaging.message import HUB
from shared.messaging.outbox import Outbox
from shared.messaging.registers import keep_register
from shared.messaging.tables import add_message_tables
from shared.messaging.tests.office import NETWORK


@pytest.fixture
def database() -> Database:
    metadata = new_metadata()
    add_message_tables(metadata)
    made = Database("sqlite://", outbox=Outbox(metadata.tables["outbox"], sender=HUB))
    metadata.create_all(made.engine)
    with made.transaction() as tx:
        keep_register(tx, metadata, NETWORK.roots, NETWORK.register)
    return made
