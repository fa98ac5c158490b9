"""What is due today: those at immediate risk first, then what is overdue, then today's; of one's own cases only."""

from datetime import date, timedelta

from services.intake.tests.node import AUDITOR, COLLEAGUE, FOCAL_POINT, START, WORKER, Node
from services.intake.usecases.cases import add_need, settle_need
from services.intake.usecases.closing import close_case
from services.intake.usecases.due import due_today
from services.intake.usecases.sheets import assess, finish_follow_up, plan_follow_up

TODAY = START.date()
TOMORROW = TODAY + timedelta(days=1)


def test_nothing_is_due_where_nothing_is_planned(node: Node) -> None:
    node.has_case()

    found = due_today(node.database, WORKER, TODAY)

    assert (found.at_risk, found.overdue, found.due, found.closures) == ((), (), (), ())


def test_follow_ups_and_plans_come_in_the_order_of_their_days(node: Node) -> None:
    _, case = node.has_case()
    _, other = node.has_case()
    add_need(node.database, other.id, "cash", "low", WORKER, "own_service", TOMORROW)
    plan_follow_up(node.database, case.id, {"due_on": TODAY, "type": "visit"}, WORKER)
    plan_follow_up(node.database, case.id, {"due_on": date(2026, 4, 1), "type": "visit"}, WORKER)

    found = due_today(node.database, WORKER, TOMORROW)

    assert [(one.what, one.code, one.on, one.case.id) for one in found.overdue] == [
        ("follow_up", "visit", TODAY, case.id)
    ]
    assert [(one.what, one.code, one.on, one.case.id) for one in found.due] == [
        ("need", "cash", TOMORROW, other.id)
    ]


def test_a_case_at_immediate_risk_comes_first(node: Node) -> None:
    _, older = node.has_case()
    _, urgent = node.has_case()
    for day, case in ((TODAY, older), (TOMORROW, urgent)):
        plan_follow_up(node.database, case.id, {"due_on": day, "type": "phone"}, WORKER)
    danger = {"levels": {"safety": 1}, "risk": "high", "immediate_risk": True}
    assess(node.database, urgent.id, danger, WORKER)

    found = due_today(node.database, WORKER, date(2026, 3, 9))

    assert [case.id for case in found.at_risk] == [urgent.id]
    assert [one.case.id for one in found.overdue] == [urgent.id, older.id]


def test_what_is_done_settled_or_closed_is_not_due(node: Node) -> None:
    _, case = node.has_case()
    _, closed = node.has_case()
    planned = plan_follow_up(node.database, case.id, {"due_on": TODAY, "type": "visit"}, WORKER)
    need = add_need(node.database, case.id, "cash", "low", WORKER, planned_on=TODAY)
    plan_follow_up(node.database, closed.id, {"due_on": TODAY, "type": "visit"}, WORKER)
    add_need(node.database, closed.id, "cash", "low", WORKER, planned_on=TODAY)
    danger = {"levels": {"safety": 1}, "risk": "high", "immediate_risk": True}
    assess(node.database, closed.id, danger, WORKER)
    assert len(due_today(node.database, WORKER, TODAY).due) == 4

    finish_follow_up(node.database, planned.id, {"done_on": TODAY, "finding": "Well."}, WORKER)
    settle_need(node.database, need.id, "met", WORKER)
    close_case(node.database, closed.id, "returned", WORKER)

    found = due_today(node.database, WORKER, TODAY)
    assert (found.at_risk, found.overdue, found.due) == ((), (), ())


def test_a_colleague_s_cases_are_not_shown_and_a_focal_point_sees_all(node: Node) -> None:
    _, case = node.has_case()
    plan_follow_up(node.database, case.id, {"due_on": TODAY, "type": "visit"}, WORKER)
    close_case(node.database, case.id, "returned", WORKER, needs_approval=True)

    found = [due_today(node.database, who, TODAY) for who in (WORKER, COLLEAGUE, AUDITOR, FOCAL_POINT)]

    assert [len(one.due) for one in found] == [1, 0, 0, 1]
    assert [len(one.closures) for one in found] == [0, 0, 0, 1]
