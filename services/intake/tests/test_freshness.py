"""How fresh the directory is: what the hub's word makes of it, and what a node no longer does without."""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson
import pytest

from services.intake.domain.freshness import Staleness
from services.intake.storage.tables import referrals
from services.intake.tests.node import HERE, NETWORK, START, THERE, WORKER, Node, directory
from services.intake.usecases.freshness import freshness, version_of_hub, watch_freshness
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.refusals import Invalid
from shared.messaging.errors import Refused
from shared.schemas.intake import DirectoryAsked
from shared.schemas.life import Move
from shared.schemas.referral import DirectoryDated

LIMITS = [
    (Staleness.OLD, timedelta(hours=24)),
    (Staleness.NOBODY_NEW, timedelta(hours=72)),
    (Staleness.NOTHING_NEW, timedelta(days=14)),
]
MOMENT = timedelta(seconds=1)
DIRECTORY = directory()


def digest(published: Any) -> str:
    return sha256(orjson.dumps(published.dump())).hexdigest()


def word(at: datetime, **said: Any) -> DirectoryDated:
    """The hub's word on the directory and the register that the node has."""
    known = DirectoryDated(
        directory_version=1,
        hash=digest(DIRECTORY),
        said_at=at,
        register_version=1,
        register_hash=NETWORK.register.hash,
    )
    return replace(known, **said)


@pytest.fixture
def counting(node: Node) -> Node:
    """A node that heard the hub's word just now."""
    node.hears(word(node.at))
    return node


def errors(node: Node, **order: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        node.sends(**order)
    return refused.value.errors


@pytest.mark.parametrize(("staleness", "after"), LIMITS)
def test_each_limit_is_reached_at_its_moment_and_not_before(
    counting: Node, staleness: Staleness, after: timedelta
) -> None:
    counting.at = START + after - MOMENT
    assert freshness(counting.database).staleness == staleness - 1

    counting.at = START + after
    assert freshness(counting.database).staleness == staleness


def test_after_a_day_everything_can_still_be_sent(counting: Node) -> None:
    counting.pass_time(hours=72, seconds=-1)

    assert counting.sends().other_org == THERE


def test_after_three_days_nothing_goes_to_whom_nothing_was_sent_before(counting: Node) -> None:
    counting.pass_time(hours=72)

    assert errors(counting) == {"to_org": "directory_old"}
    assert counting.rows(referrals) == []


def test_after_three_days_those_who_were_sent_something_are_sent_more(counting: Node) -> None:
    counting.sends()
    counting.pass_time(days=14, seconds=-1)

    counting.sends()

    assert len(counting.rows(referrals)) == 2


def test_what_was_refused_was_not_sent(counting: Node) -> None:
    counting.sends()
    with counting.database.transaction() as tx:
        tx.execute(referrals.update().values(refused=True))
    counting.pass_time(hours=72)

    assert errors(counting) == {"to_org": "directory_old"}


def test_after_two_weeks_no_new_referral_is_sent_to_anybody(counting: Node) -> None:
    counting.sends()
    counting.pass_time(days=14)

    assert errors(counting) == {"to_org": "directory_too_old"}
    assert len(counting.rows(referrals)) == 1


def test_receiving_and_moves_on_what_was_sent_go_on(counting: Node) -> None:
    counting.pass_time(days=400)

    referral_id = counting.received()
    make_move(counting.database, referral_id, MoveOrder(Move.ACKNOWLEDGE), WORKER)

    assert counting.page(referral_id).referral.shown_state == "acknowledged"


def test_a_word_makes_it_fresh_again(counting: Node) -> None:
    counting.pass_time(days=20)
    counting.hears(word(counting.at))

    assert freshness(counting.database).staleness == Staleness.FRESH
    assert counting.sends()


def test_a_word_is_as_old_as_the_hub_says_and_not_as_its_arrival(counting: Node) -> None:
    counting.pass_time(days=20)
    counting.hears(word(START + timedelta(days=1)))

    assert freshness(counting.database).staleness == Staleness.NOTHING_NEW


def test_an_older_word_that_comes_late_takes_nothing_away(counting: Node) -> None:
    counting.pass_time(hours=10)
    counting.hears(word(counting.at))
    counting.hears(word(START))

    assert freshness(counting.database).fresh_at == counting.at


def test_a_date_in_the_future_is_no_fresher_than_now(counting: Node) -> None:
    counting.hears(word(START + timedelta(days=300)))
    counting.pass_time(days=14)

    assert freshness(counting.database).staleness == Staleness.NOTHING_NEW


def test_a_clock_of_ours_that_was_ahead_does_not_keep_it_fresh(counting: Node) -> None:
    counting.pass_time(days=300)
    counting.hears(word(counting.at))
    counting.at = START
    watch_freshness(counting.database)
    counting.pass_time(days=14)

    assert freshness(counting.database).staleness == Staleness.NOTHING_NEW
    counting.hears(word(counting.at))
    assert freshness(counting.database).staleness == Staleness.FRESH


def test_counting_begins_when_the_worker_starts(node: Node) -> None:
    node.pass_time(days=100)
    assert freshness(node.database).fresh_at is None

    watch_freshness(node.database)
    node.pass_time(days=14)

    assert watch_freshness(node.database).staleness == Staleness.NOTHING_NEW


def test_each_look_at_a_stale_one_is_logged(counting: Node, logs: list[Any]) -> None:
    watch_freshness(counting.database)
    assert logs == []

    counting.pass_time(hours=73)
    watch_freshness(counting.database)

    [said] = logs
    assert (said["event"], said["state"], said["seconds"]) == ("directory.stale", "nobody_new", 73 * 3600)


def test_which_version_the_hub_runs_is_what_it_said_last(node: Node) -> None:
    def told() -> str | None:
        with node.database.reading() as tx:
            return version_of_hub(tx)

    assert told() is None
    for said in ("0.3.0", "0.2.0", None):
        node.hears(word(node.at, hub_version=said))
        assert told() == (said or "")


ALARMS = {
    "another hash of our directory": ({"hash": "0" * 64}, "directory_split"),
    "another hash of our register": ({"register_hash": "0" * 64}, "register_split"),
}


@pytest.mark.parametrize("what", ALARMS)
def test_another_view_of_what_we_have_is_refused(counting: Node, what: str) -> None:
    said, code = ALARMS[what]
    counting.pass_time(hours=25)

    with pytest.raises(Refused, match=code):
        counting.hears(word(counting.at, **said))

    assert freshness(counting.database).staleness == Staleness.OLD


def test_another_view_of_what_we_had_is_refused_too(counting: Node) -> None:
    second = directory(2, digest(DIRECTORY), name="Legal Aid Centre")
    counting.hears(second)

    with pytest.raises(Refused, match="directory_split"):
        counting.hears(word(counting.at, hash="0" * 64))


def test_an_older_one_that_is_to_be_the_newest_is_refused_and_a_late_word_is_not(counting: Node) -> None:
    counting.hears(directory(2, digest(DIRECTORY), name="Legal Aid Centre"))
    counting.hears(word(counting.at + timedelta(minutes=59)))
    counting.pass_time(hours=2)

    with pytest.raises(Refused, match="directory_rolled_back"):
        counting.hears(word(counting.at))


def test_a_newer_one_that_never_came_is_asked_for_and_our_own_is_no_fresher(
    counting: Node, logs: list[Any]
) -> None:
    counting.pass_time(hours=24)
    counting.hears(word(counting.at, directory_version=2, hash="1" * 64))

    [asked] = counting.said(DirectoryAsked)
    assert (asked.to, asked.event) == (f"from.{HERE}.intake.directory_asked", DirectoryAsked(held=1))
    assert [said["event"] for said in logs] == ["directory.behind"]
    assert freshness(counting.database).staleness == Staleness.OLD


def test_a_newer_register_that_never_came_is_asked_for(counting: Node) -> None:
    counting.hears(word(counting.at, register_version=2, register_hash="1" * 64))

    assert len(counting.said(DirectoryAsked)) == 1


def test_it_is_asked_for_again_after_a_while_only(counting: Node) -> None:
    newer = word(counting.at, directory_version=2, hash="1" * 64)
    counting.hears(newer, newer)
    assert len(counting.said(DirectoryAsked)) == 1

    counting.pass_time(minutes=10)
    counting.hears(newer)

    assert len(counting.said(DirectoryAsked)) == 2


def test_a_newer_one_that_comes_with_its_word_is_not_asked_for(counting: Node) -> None:
    second = directory(2, digest(DIRECTORY), name="Legal Aid Centre")
    counting.pass_time(days=2)

    counting.hears(word(counting.at, directory_version=2, hash=digest(second)), second)

    assert counting.said(DirectoryAsked) == []
    assert freshness(counting.database).staleness == Staleness.FRESH
