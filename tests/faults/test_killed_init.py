"""``throughline init`` may die between any two lines of what writes: run again it completes, and nothing is doubled."""

from pathlib import Path

import pytest

from deploy import beginning
from deploy.commands import init, services, staff
from deploy.configured import NAME
from services.intake.storage import bookkeeping
from services.intake.usecases import at_rest, node
from shared import accounts, files, migrations
from shared.sealing import OwnKeys, key_file, read_key_file
from tests.faults.deaths import deaths_of
from tests.integration.test_init import ANSWERS, people, words

WRITING = (
    *(files, key_file, beginning, init, services, staff, accounts, migrations),
    *(bookkeeping, at_rest, node),
)
APART = 7  #: lines between two deaths, as each begins with a migration


@pytest.mark.timeout(900)
def test_a_node_is_there_when_it_is_whole(tmp_path: Path) -> None:
    folder, keys = tmp_path / "node", set[OwnKeys]()
    secret = set[bytes]()

    for _ in deaths_of(*words(folder, **ANSWERS), writing=WRITING, every=APART):
        keys |= {read_key_file(path) for path in folder.glob("keys/node.key")}
        secret |= {path.read_bytes() for path in folder.glob("secrets/secret-key")}
        assert max(len(keys), len(secret)) <= 1, "what was made is kept"
        if (folder / NAME).exists():
            assert people(folder) == ["vera: admin"]
            (folder / NAME).unlink()

    assert people(folder) == ["vera: admin"]
    assert not list(folder.rglob("*.new"))
