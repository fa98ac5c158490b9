"""Screening, assessment, plan, services and follow-ups: each is dated, sealed and kept, and only in an open case."""

from datetime import date
from typing import Any

import pytest

from services.intake.domain import Kind, compared
from services.intake.storage import sheets as rows
from services.intake.storage.sheet_tables import sheets
from services.intake.storage.tables import cases
from services.intake.tests.node import ADMIN, COLLEAGUE, START, STRANGER, WORKER, Node
from services.intake.usecases import sheets as use
from services.intake.usecases.cases import add_need, case_page, plan_need, settle_need
from services.intake.usecases.closing import close_case
from services.intake.usecases.refusals import Conflict, Invalid, NotFound
from shared.clock import new_id

TODAY = START.date()
SCREENED = {"answers": {"debt": "yes"}, "conclusion": "presumed_victim", "identified_by": "police"}
ASSESSED: dict[str, Any] = {"levels": {"safety": 1, "income": 2}, "risk": "high", "immediate_risk": True}
FACTORS = {"risk": {"household": "Debts of the family."}, "protective": {"individual": "Speaks up."}}
GIVEN = {"service_type": "food", "how": "own_service", "given_by": "Olena", "given_on": TODAY}
PLANNED = {"due_on": date(2026, 3, 9), "type": "phone", "note": "About the hearing."}
WRITING: list[tuple[Any, dict[str, Any]]] = [
    (use.screen, SCREENED),
    (use.assess, ASSESSED),
    (use.note_factors, FACTORS),
    (use.note_service, GIVEN),
    (use.plan_follow_up, PLANNED),
]


def test_what_is_written_is_kept_sealed_and_read_again(node: Node) -> None:
    _, case = node.has_case()
    for write, given in WRITING:
        write(node.database, case.id, given, WORKER)

    file = case_page(node.database, case.id, WORKER)

    assert [sheet.kind for sheet in file.sheets] == [
        Kind.SCREENING,
        Kind.ASSESSMENT,
        Kind.FACTORS,
        Kind.SERVICE,
        Kind.FOLLOW_UP,
    ]
    assert [sheet.content for sheet in file.sheets[:3]] == [
        {"lists": 2, **given} for given in (SCREENED, ASSESSED, FACTORS)
    ]
    assert {(sheet.by, sheet.at) for sheet in file.sheets} == {("olena", node.at)}
    assert (file.case.conclusion, file.case.identified_by) == ("presumed_victim", "police")
    assert (file.case.risk, file.case.immediate_risk) == ("high", True)
    for row in node.rows(sheets):
        assert not [
            words
            for words in (b"police", b"Debts", b"Olena", b"hearing", b"safety")
            if words in row["sealed"]
        ]


def test_a_newer_assessment_does_not_write_over_an_older_one(node: Node) -> None:
    _, case = node.has_case()
    use.assess(node.database, case.id, ASSESSED, WORKER)
    node.pass_time(days=30)
    use.assess(node.database, case.id, {"levels": {"safety": "3"}, "risk": "low"}, WORKER)

    file = case_page(node.database, case.id, WORKER)
    found = compared(file.of_kind("assessment"), ("safety", "income"))
    assert [(one.first, one.last) for one in found] == [(1, 3), (2, 2)]
    assert (file.case.risk, file.case.immediate_risk) == ("low", False)


@pytest.mark.parametrize(
    ("write", "given", "errors"),
    [
        (use.screen, {"answers": {"hunch": "yes"}}, {"answers": "unknown_code", "conclusion": "needed"}),
        (use.screen, SCREENED | {"answers": {"debt": "perhaps"}}, {"answers": "unknown_code"}),
        (use.screen, SCREENED | {"identified_by": "a\0"}, {"identified_by": "unknown_code"}),
        (use.assess, {"levels": {}, "risk": "low"}, {"levels": "needed"}),
        (use.assess, ASSESSED | {"levels": {"safety": 5}}, {"levels": "unknown_code"}),
        (use.assess, ASSESSED | {"levels": {"safety": True}}, {"levels": "unknown_code"}),
        (use.assess, ASSESSED | {"immediate_risk": "no"}, {"immediate_risk": "unknown_code"}),
        (use.note_factors, {}, {"risk": "needed"}),
        (use.note_factors, {"risk": {"individual": "a" * 1001}}, {"risk": "too_long"}),
        (use.note_service, GIVEN | {"given_on": date(2026, 3, 3)}, {"given_on": "in_the_future"}),
        (use.note_service, GIVEN | {"given_by": " "}, {"given_by": "needed"}),
        (use.note_service, GIVEN | {"need_id": "1"}, {"need_id": "not_an_id"}),
        (use.plan_follow_up, PLANNED | {"due_on": date(2026, 3, 1)}, {"due_on": "in_the_past"}),
        (use.plan_follow_up, PLANNED | {"type": "letter"}, {"type": "unknown_code"}),
        (use.plan_follow_up, PLANNED | {"case_id": "1"}, {"case_id": "unknown_field"}),
    ],
)
def test_what_cannot_be_is_refused(
    node: Node, write: Any, given: dict[str, Any], errors: dict[str, str]
) -> None:
    _, case = node.has_case()

    with pytest.raises(Invalid) as refused:
        write(node.database, case.id, given, WORKER)

    assert refused.value.errors.items() >= errors.items()
    assert node.rows(sheets) == []
    assert node.rows(cases)[0]["risk"] is None


@pytest.mark.parametrize("who", [STRANGER, ADMIN, COLLEAGUE])
def test_anothers_case_is_as_one_that_is_not_there(node: Node, who: Any) -> None:
    _, case = node.has_case()
    need = add_need(node.database, case.id, "food", "low", WORKER)
    follow_up = use.plan_follow_up(node.database, case.id, PLANNED, WORKER)
    before = len(node.rows(sheets))

    for write, given in WRITING:
        with pytest.raises(NotFound):
            write(node.database, case.id, given, who)
    with pytest.raises(NotFound):
        plan_need(node.database, need.id, {"priority": "high"}, who)
    with pytest.raises(NotFound):
        use.finish_follow_up(node.database, follow_up.id, {"done_on": TODAY, "finding": "Well."}, who)
    assert len(node.rows(sheets)) == before


def test_nothing_is_written_in_a_closed_case(node: Node) -> None:
    _, case = node.has_case()
    need = add_need(node.database, case.id, "food", "low", WORKER)
    follow_up = use.plan_follow_up(node.database, case.id, PLANNED, WORKER)
    close_case(node.database, case.id, "returned", WORKER)

    for write, given in WRITING:
        with pytest.raises(Conflict, match="closed"):
            write(node.database, case.id, given, WORKER)
    with pytest.raises(Conflict, match="closed"):
        plan_need(node.database, need.id, {"priority": "high"}, WORKER)
    with pytest.raises(Conflict, match="closed"):
        use.finish_follow_up(node.database, follow_up.id, {"done_on": TODAY, "finding": "Well."}, WORKER)


def test_a_need_is_planned_and_served(node: Node) -> None:
    _, case = node.has_case()
    need = add_need(node.database, case.id, "food", "low", WORKER, "referral")
    plan = {"priority": "high", "how": "own_service", "planned_on": date(2026, 3, 5)}

    planned = plan_need(node.database, need.id, plan, WORKER)
    use.note_service(node.database, case.id, GIVEN | {"need_id": need.id, "meets": True}, WORKER)

    file = case_page(node.database, case.id, WORKER)
    assert (planned.priority, planned.how, planned.planned_on) == ("high", "own_service", date(2026, 3, 5))
    assert (file.needs[0].state, file.needs[0].outcome) == ("met", "provided_by_own_agency")
    assert file.of_kind("service")[0].content["need_id"] == str(need.id)
    with pytest.raises(Conflict, match="met"):
        plan_need(node.database, need.id, plan, WORKER)


def test_what_was_given_meets_no_need_of_another_case(node: Node) -> None:
    _, case = node.has_case()
    _, other = node.has_case()
    need = add_need(node.database, other.id, "food", "low", WORKER)

    with pytest.raises(NotFound):
        use.note_service(node.database, case.id, GIVEN | {"need_id": need.id, "meets": True}, WORKER)
    with pytest.raises(NotFound):
        use.note_service(node.database, case.id, GIVEN | {"need_id": new_id()}, WORKER)


def test_what_became_of_a_need_without_a_referral_is_kept(node: Node) -> None:
    _, case = node.has_case()
    need = add_need(node.database, case.id, "food", "low", WORKER)

    settled = settle_need(node.database, need.id, "not_met", WORKER, "service_unavailable")

    assert case_page(node.database, case.id, WORKER).needs == (settled,)
    other = add_need(node.database, case.id, "cash", "low", WORKER)
    with pytest.raises(Invalid):
        settle_need(node.database, other.id, "met", WORKER, "magic")


def test_a_follow_up_is_done_once(node: Node) -> None:
    _, case = node.has_case()
    planned = use.plan_follow_up(node.database, case.id, PLANNED, WORKER)
    found = {"done_on": TODAY, "finding": "She has found work."}

    done = use.finish_follow_up(node.database, planned.id, found, WORKER)

    assert case_page(node.database, case.id, WORKER).newest("follow_up") == done
    assert (done.done_on, done.content["finding"], done.content["note"]) == (
        TODAY,
        "She has found work.",
        "About the hearing.",
    )
    with pytest.raises(Conflict, match="done"):
        use.finish_follow_up(node.database, planned.id, found, WORKER)
    screening = use.screen(node.database, case.id, SCREENED, WORKER)
    with pytest.raises(NotFound):
        use.finish_follow_up(node.database, screening.id, found, WORKER)


def test_at_night_it_is_tomorrow_already_where_the_organisation_is(node: Node) -> None:
    _, case = node.has_case()
    node.pass_time(hours=13)  # 22:00 in UTC, an hour past midnight in Minsk

    assert use.note_service(node.database, case.id, GIVEN | {"given_on": date(2026, 3, 3)}, WORKER)


@pytest.mark.parametrize("who", [COLLEAGUE, STRANGER, ADMIN])
def test_every_query_on_sheets_asks_for_whom(node: Node, who: Any) -> None:
    person, case = node.has_case()
    sheet = use.plan_follow_up(node.database, case.id, PLANNED, WORKER)
    close_case(node.database, case.id, "returned", WORKER, needs_approval=True)

    def found(by: Any) -> list[Any]:
        with node.database.reading() as tx:
            return [
                *rows.sheets_of(tx, person.id, seen_by=by),
                *filter(None, [rows.find_sheet(tx, sheet.id, seen_by=by)]),
                *rows.due_sheets(tx, date(2026, 4, 1), seen_by=by, limit=9),
                *rows.waiting_closures(tx, seen_by=by, limit=9),
            ]

    assert len(found(WORKER)) == 5
    assert found(who) == []
