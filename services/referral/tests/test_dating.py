"""The hub says again and again which directory is the newest, and sends it to whoever lacks it."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from importlib.metadata import version as version_of
from pathlib import Path

import pytest

from services.referral import storage
from services.referral.tests.hub import KEYS, NETWORK, ROOT, START, Hub, Said
from services.referral.usecases.dating import date_directory
from services.referral.usecases.directory import publish_register
from shared.clock import new_id
from shared.database import Database
from shared.messaging.message import HUB, Message
from shared.messaging.outbox import Outbox
from shared.schemas.intake import DirectoryAsked
from shared.schemas.referral import DirectoryDated, DirectoryPublished
from shared.sealing.founding import found
from shared.sealing.register import SignedRegister

HOURLY = timedelta(hours=1)
NO_NODES = found("tests", [ROOT], 1, {HUB: (HUB, KEYS[HUB].public)}, START)
OURS, A_STRANGER = "harbour-house", "nobody"


def asks(held: int, by: str = OURS) -> Message:
    return Message(new_id(), by, DirectoryAsked(held=held))


def published(hub: Hub) -> DirectoryPublished:
    """A second version of the directory, which the clinic is no longer in."""
    register = SignedRegister(NETWORK.register.next().revoking("clinic").write()).signed(ROOT)
    publish_register(hub.database, NETWORK.roots, register)
    [first, *_] = [said.event for said in hub.said() if said.to == "to.all"]
    event: DirectoryPublished = first
    return event


def words(hub: Hub) -> list[Said]:
    date_directory(hub.database, HOURLY)
    return hub.said()


def test_it_says_to_all_which_versions_are_the_newest_and_when_and_its_own(hub: Hub) -> None:
    [said] = words(hub)

    with hub.database.reading() as tx:
        [version] = tx.execute(storage.directory_versions.select()).all()
    assert (said.to, said.awaits) == ("to.all", None)
    assert said.event == DirectoryDated(
        directory_version=1,
        hash=version.hash,
        said_at=START,
        register_version=1,
        register_hash=NETWORK.register.hash,
        hub_version=version_of("throughline"),
    )


def test_while_nobody_was_admitted_nothing_is_said_to_nodes_that_are_not_there(
    tmp_path: Path,
) -> None:
    empty = Hub(f"sqlite:///{tmp_path / 'empty.db'}", NO_NODES)

    assert date_directory(empty.database, HOURLY)
    assert {said.to for said in empty.said_first} == {"notifications", "reporting"}
    assert empty.said() == []


def test_it_says_so_again_after_the_interval_and_not_before(hub: Hub) -> None:
    words(hub)
    hub.pass_time(minutes=59)
    assert words(hub) == []

    hub.pass_time(minutes=1)

    assert [said.event.said_at for said in words(hub)] == [START + HOURLY]


def test_new_versions_do_not_put_it_off(hub: Hub) -> None:
    words(hub)
    hub.pass_time(minutes=59)
    second = published(hub)
    hub.pass_time(minutes=1)

    [said] = words(hub)

    assert said.event.directory_version == second.directory_version == 2
    assert said.event.register_version == 2


def test_a_clock_that_was_ahead_does_not_silence_it(hub: Hub) -> None:
    hub.pass_time(days=300)
    words(hub)
    hub.at = START

    assert len(words(hub)) == 1


@pytest.fixture
def empty() -> Iterator[Database]:
    """A hub that has published nothing."""
    outbox = Outbox(storage.metadata.tables["outbox"], sender="hub")
    with closing(Database("sqlite://", outbox=outbox)) as database:
        storage.metadata.create_all(database.engine)
        yield database


def test_before_the_first_directory_it_says_nothing(empty: Database) -> None:
    assert date_directory(empty, HOURLY) is False


def test_who_lacks_the_newest_is_sent_it_as_it_was_published(hub: Hub) -> None:
    second = published(hub)

    [answer] = hub.hears(asks(held=1))

    assert (answer.to, answer.event) == (f"to.{OURS}", second)


def test_who_has_the_newest_or_is_no_longer_in_it_is_sent_nothing(hub: Hub) -> None:
    published(hub)

    assert hub.hears(asks(held=2)) == []
    assert hub.hears(asks(held=1, by="clinic")) == []
    assert hub.hears(asks(held=0, by=A_STRANGER)) == []


def test_a_repeated_question_is_not_answered_again(hub: Hub) -> None:
    published(hub)

    assert hub.hears(repeated=[asks(held=1)]) == []


def test_what_cannot_be_written_as_it_was_is_published_anew(hub: Hub) -> None:
    with hub.database.transaction() as tx:
        tx.execute(storage.organisations.update().values(name="Another name"))

    said = hub.hears(asks(held=0))

    assert {one.event.directory_version for one in said} == {2}
    assert "to.all" in {one.to for one in said}
