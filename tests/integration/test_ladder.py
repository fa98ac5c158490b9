"""An emergency that nobody answers climbs the whole ladder: all services' own code, one clock turned by hand."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.need_to_know import set_referral_team
from services.intake.usecases.referrals import referral_page
from services.intake.usecases.sending import send_referral
from services.reporting.usecases.overview import overview
from shared.schemas.life import Move, State
from tests.two_organisations import ASSIGNEE, FOCAL_POINT, SENDER, A, B, World, sends


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with closing(World(tmp_path)) as world:
        yield world


def test_the_whole_ladder(world: World) -> None:
    referral = send_referral(world.databases[A], sends(world), SENDER)
    world.network.settle()
    set_referral_team(world.databases[B], referral.id, [ASSIGNEE], FOCAL_POINT)
    world.mailed_after()

    assert world.mailed_after(minutes=59) == []
    assert world.mailed_after(minutes=1) == [
        ASSIGNEE
    ]  # an acknowledgement of an emergency is due after an hour
    assert world.mailed_after(minutes=14) == []
    assert world.mailed_after(minutes=1) == ["anna", "taras", "vera"]  # everyone on intake there
    assert world.mailed_after(minutes=15) == ["olena"]  # who sent it
    assert world.mailed_after(minutes=15) == ["ihar"]  # the sender's supervisor
    assert overview(world.databases["reporting"]).standing["escalated"] == 0
    assert world.mailed_after(minutes=15) == []  # coordinators see counts only
    counts = overview(world.databases["reporting"]).standing
    assert (counts["overdue"], counts["escalated"]) == (1, 1)
    assert world.mailed_after(hours=5) == []

    for org, actor in ((A, SENDER), (B, FOCAL_POINT)):
        page = referral_page(world.databases[org], referral.id, actor).referral
        assert (page.state, page.overdue, page.rung, page.next_rung) == (
            State.DELIVERED,
            True,
            "coordinator",
            None,
        )


def test_an_answer_ends_it(world: World) -> None:
    referral = send_referral(world.databases[A], sends(world), SENDER)
    world.network.settle()
    world.mailed_after(hours=1)

    make_move(world.databases[B], referral.id, MoveOrder(Move.ACCEPT), FOCAL_POINT)
    world.network.settle()
    world.mailed_after()

    assert world.mailed_after(hours=9) == []
    assert not referral_page(world.databases[A], referral.id, SENDER).referral.overdue
