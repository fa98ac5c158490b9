"""What an old directory looks like in a browser, at each limit and in each language, and with a narrow window."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from deploy.composition import open_database
from services.intake.domain.freshness import NOBODY_NEW_AFTER, NOTHING_NEW_AFTER, WARN_AFTER
from services.intake.storage.network_tables import word_of_hub
from shared.database import Database
from shared.polling import poll_until
from tests.e2e.conftest import Visit
from tests.e2e.test_pages import LANGUAGES, look
from tests.network import SOON, Network

C, CASE_WORKER = "open-door-clinic", "miriam"
SAYS = {
    "en": "directory at:",
    "ru": "каталог этого узла",
    "be": "каталог гэтага вузла",
    "uk": "каталог цього вузла",
}


@pytest.fixture
def node(network: Network) -> Iterator[Database]:
    """The node's database; what the hub said last is there again afterwards."""
    url = next(node.database_url for node in network.plan.nodes if node.org == C)
    with closing(open_database("intake", url, sender=C)) as database:
        poll_until(lambda: ages(database, timedelta(0)), seconds=SOON, what="a first word")
        yield database
        ages(database, timedelta(0))


def ages(database: Database, age: timedelta) -> bool:
    """As if the hub's newest word were so old."""
    with database.transaction() as tx:
        return bool(tx.execute(word_of_hub.update().values(fresh_at=tx.at - age)).rowcount)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_warning_is_readable(visit: Visit, node: Database, language: str) -> None:
    wide = visit(C, language=language).signs_in(CASE_WORKER).speaks(language)
    narrow = visit(C, language=language, width=390).signs_in(CASE_WORKER).speaks(language)
    assert not wide.goes_to("/inbox").sees(SAYS[language])

    for age in (WARN_AFTER, NOBODY_NEW_AFTER, NOTHING_NEW_AFTER):
        ages(node, age)
        for visitor in (wide, narrow):
            look(visitor.goes_to("/inbox"))
            assert visitor.sees(SAYS[language])
