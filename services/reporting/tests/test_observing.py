"""What the referral service's events add up to, in whatever order they come."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from services.reporting.domain.protection import TOTAL
from services.reporting.usecases.overview import overview
from shared.messaging.errors import Refused
from shared.schemas.life import Move

SENT, DELIVERED = Move.SEND, Move.DELIVER
ANSWERED = (Move.SEND, Move.DELIVER, Move.ACKNOWLEDGE, Move.ACCEPT)


def shown(report: Any) -> dict[tuple[str, ...], float | None]:
    return {codes: value.shown for codes, value in report.cells.items()}


def test_a_referral_is_counted_where_it_stands(world: Any, moves: Any) -> None:
    world.hear(*moves(SENT, DELIVERED), *moves(*ANSWERED), *moves(*ANSWERED, service_type="food"))
    assert shown(world.report("referrals")) == {
        ("legal_assistance", "delivered"): 1,
        ("legal_assistance", "accepted"): 1,
        ("food", "delivered"): 0,
        ("food", "accepted"): 1,
    }
    assert world.report("referrals").total.shown == 3


@pytest.mark.parametrize("order", list(permutations(range(4)))[::5])
def test_the_order_of_arrival_changes_nothing(world: Any, moves: Any, order: tuple[int, ...]) -> None:
    made = moves(*ANSWERED, urgency="urgent")
    for place in order:
        world.hear(made[place])
    assert shown(world.report("referrals_by_urgency")) == {("urgent", "accepted"): 1}
    times = world.report("response_times").cells
    assert times["urgent", "median_hours_to_acknowledgement"].shown == 2
    assert times["urgent", "median_hours_to_decision"].shown == 3


def test_one_batch_gives_what_many_give(world: Any, moves: Any) -> None:
    world.hear(*reversed(moves(*ANSWERED)))
    assert shown(world.report("referrals")) == {("legal_assistance", "accepted"): 1}


def test_the_same_move_again_changes_nothing(world: Any, moves: Any) -> None:
    made = moves(*ANSWERED)
    world.hear(*made)
    world.hear(*made[:2])
    assert shown(world.report("referrals")) == {("legal_assistance", "accepted"): 1}


def test_a_referral_belongs_to_the_quarter_it_was_sent_in(world: Any, moves: Any) -> None:
    world.hear(*moves(*ANSWERED, start=world.at + timedelta(days=29, hours=14)))
    assert world.report("referrals", "2026-Q1").total.shown == 1
    assert shown(world.report("referrals", "2026-Q2")) == {}
    assert world.report("referrals", "2026").total.shown == 1


def test_until_its_sending_is_known_a_referral_is_in_no_quarter(world: Any, moves: Any) -> None:
    sent, delivered = moves(SENT, DELIVERED)
    world.hear(delivered)
    assert shown(world.report("referrals")) == {}
    world.hear(sent)
    assert shown(world.report("referrals")) == {("legal_assistance", "delivered"): 1}


def test_an_answer_of_any_kind_is_an_acknowledgement(world: Any, moves: Any) -> None:
    world.hear(*moves(SENT, DELIVERED, Move.REJECT), *moves(SENT, DELIVERED, Move.ASK_FOR_INFORMATION))
    times = world.report("response_times").cells
    assert times["normal", "median_hours_to_acknowledgement"].shown == 2
    assert times["normal", "median_hours_to_decision"].shown == 2


def test_the_no_answer_rate_is_of_those_that_were_due(world: Any, moves: Any) -> None:
    late = world.at + timedelta(days=2)
    world.hear(
        *moves(SENT, DELIVERED),
        *moves(*ANSWERED),
        *moves(SENT, DELIVERED, Move.CANCEL),
        *moves(SENT, DELIVERED, start=late),
    )
    world.at = late
    assert world.report("response_times").totals[TOTAL, "no_answer_percent"].shown == 50.0


def test_without_referrals_there_is_nothing_to_measure(world: Any) -> None:
    times = world.report("response_times").cells
    assert times["urgent", "referrals"].shown == 0
    assert times["urgent", "median_hours_to_decision"].shown is None
    assert not times["urgent", "median_hours_to_decision"].protected


def test_the_slowest_tenth_shows_in_the_ninetieth_percentile(world: Any, moves: Any) -> None:
    for hours in range(11):
        sent, _, answer = moves(SENT, DELIVERED, Move.ACCEPT)
        world.hear(sent, answer.load({**answer.dump(), "recorded_at": _later(sent, hours)}))
    times = world.report("response_times").cells
    assert times["normal", "median_hours_to_decision"].shown == 5
    assert times["normal", "p90_hours_to_decision"].shown == 9


def _later(sent: Any, hours: int) -> str:
    moment: str = (sent.recorded_at + timedelta(hours=hours)).isoformat()
    return moment


def test_the_overview_says_where_referrals_stand(world: Any, moves: Any, overdue: Any) -> None:
    late, later, done = moves(SENT, DELIVERED), moves(*ANSWERED[:3]), moves(*ANSWERED, Move.COMPLETE)
    world.hear(*moves(SENT), *late, *later, *done, *moves(*ANSWERED))
    world.hear(overdue(late[0], "acknowledgement"), overdue(later[0], "reply"), overdue(done[0], "reply"))
    assert overview(world.database).standing == {
        "new": 2,
        "waiting": 1,
        "overdue": 2,
        "escalated": 0,
        "unresolved": 4,
    }


def test_a_late_acknowledgement_is_not_overdue_once_it_came(world: Any, moves: Any, overdue: Any) -> None:
    made = moves(*ANSWERED[:3])
    world.hear(*made, overdue(made[0], "acknowledgement"))
    assert overview(world.database).standing["overdue"] == 0


def test_an_overdue_flag_may_come_before_the_referral(world: Any, moves: Any, overdue: Any) -> None:
    made = moves(SENT, DELIVERED)
    world.hear(overdue(made[0], "reply"))
    world.hear(*made)
    assert overview(world.database).standing["overdue"] == 1
    assert shown(world.report("referrals")) == {("legal_assistance", "delivered"): 1}


def test_a_node_cannot_say_what_moved(world: Any, moves: Any) -> None:
    with pytest.raises(Refused, match="not_from_hub"):
        world.hear(*moves(SENT), sender="harbour")


def test_nothing_is_kept_of_who_refers_to_whom(world: Any, moves: Any) -> None:
    from sqlalchemy import select

    from services.reporting.storage.tables import referrals

    world.hear(*moves(*ANSWERED))
    with world.database.reading() as tx:
        kept = str(tx.execute(select(referrals)).mappings().all())
    assert "harbour" not in kept
    assert "lantern" not in kept
