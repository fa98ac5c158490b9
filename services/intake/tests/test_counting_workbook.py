"""The second workbook: what somebody can have several of, how often a person counts, and what is answered."""

from typing import Any

import pytest

from services.intake.storage import counts_sent
from services.intake.tests.node import HERE, WORKER, Node
from services.intake.tests.test_counting import PERIOD, cells, somebody
from services.intake.usecases.cases import add_need
from services.intake.usecases.closing import close_case
from services.intake.usecases.counting import contribute_all_counts, contribute_counts, hear_answers_to_counts
from services.intake.usecases.erasing import erase_case
from services.intake.usecases.sheets import screen
from shared.schemas.intake import CountsContributed
from shared.schemas.reporting import CountsAnswered

SCREENED = {"conclusion": "presumed_victim", "identified_by": "own_organisation"}


def screened(node: Node, **known: Any) -> Any:
    _, case = somebody(node)
    screen(node.database, case.id, SCREENED | known, WORKER)
    return case


def answer(node: Node, revision: int, **known: Any) -> None:
    told: dict[str, Any] = {
        "period": PERIOD,
        "answer": "taken",
        "workbook_in_force": 2,
        "revision_held": revision,
    } | known
    with node.database.transaction() as tx:
        hear_answers_to_counts(tx, [CountsAnswered(revision=revision, **told)])


def sent(node: Node) -> list[counts_sent.Sent]:
    with node.database.reading() as tx:
        return counts_sent.newest_sent(tx, limit=10)


def test_a_person_with_several_is_in_each_and_once_among_those_who_have_any(node: Node) -> None:
    screened(node, means=["Threats", "DebtBondage", "TakesEarnings"], sectors=["Begging"], recruiter="Family")
    somebody(node)

    found = cells(node)
    assert found["persons_by_means"] == {
        ("presumed_victim", "meansThreats"): 1,
        ("presumed_victim", "meansDebtBondageEarnings"): 1,
        ("presumed_victim", "any"): 1,
        ("unknown", "unknown"): 1,
    }
    assert found["persons_by_sector"] == {("presumed_victim", "unknown"): 1, ("unknown", "unknown"): 1}
    assert found["persons_by_recruiter"] == {("presumed_victim", "Family"): 1, ("unknown", "unknown"): 1}


def test_nobody_is_in_more_cells_of_a_table_than_it_declares(node: Node) -> None:
    all_means = ["Threats", "DebtBondage", "PhysicalAbuse", "FalsePromises", "WithholdsDocuments"]
    all_means.append("RestrictsMovement")
    case = screened(node, means=all_means)
    for service in ("food", "cash", "shelter", "education", "legal_assistance", "interpretation"):
        add_need(node.database, case.id, service, "low", WORKER)

    found = cells(node)
    means = {codes[1]: n for codes, n in found["persons_by_means"].items()}
    assert means.pop("any") == 1
    assert sum(means.values()) == 4
    assert set(found["needs"]) == {(s, "open") for s in ("food", "cash", "shelter", "education")}
    assert cells(node) == found, "the same ones every time"


def test_which_means_are_left_out_differs_between_people(node: Node) -> None:
    all_means = ["Threats", "DebtBondage", "PhysicalAbuse", "FalsePromises", "WithholdsDocuments"]
    for _ in range(30):
        screened(node, means=all_means)

    means = {codes[1]: n for codes, n in cells(node)["persons_by_means"].items() if codes[1] != "any"}
    assert sum(means.values()) == 120
    assert all(10 < n < 30 for n in means.values()), means


def test_cases_are_counted_as_active_or_by_why_they_were_closed(node: Node) -> None:
    somebody(node)
    _, closed = somebody(node)
    close_case(node.database, closed.id, "reintegrated", WORKER)

    assert {codes[1]: n for codes, n in cells(node)["persons_by_case_state"].items()} == {
        "active": 1,
        "reintegrated": 1,
    }


def test_finer_codes_are_erased_with_the_sheet_and_what_is_counted_stays(node: Node) -> None:
    case = screened(node, means=["WithholdsDocuments"])
    close_case(node.database, case.id, "returned", WORKER)
    before = cells(node)
    erase_case(node.database, case.reference)

    assert cells(node)["persons_by_means"] == before["persons_by_means"]


def test_activities_are_told_for_their_quarter_also_without_any_case(node: Node) -> None:
    with node.database.transaction() as tx:
        counts_sent.put_activities(tx, PERIOD, {"prevention": 3, "awareness": 0}, WORKER.username)

    assert contribute_all_counts(node.database) == 1
    [said] = node.said(CountsContributed)
    assert [cell.dump() for cell in said.event.cells] == [
        {"table": "activities", "codes": ["prevention"], "count": 3}
    ]


def test_exactly_what_was_sent_is_kept_with_its_answer(node: Node) -> None:
    somebody(node)
    contribute_counts(node.database, PERIOD)
    [said] = node.said(CountsContributed)
    answer(node, 1, answer="period_closed")

    [kept] = sent(node)
    assert [dict(cell) for cell in kept.cells] == [cell.dump() for cell in said.event.cells]
    assert (kept.revision, kept.workbook, kept.answer) == (1, 2, "period_closed")
    assert kept.answered_at == node.database.clock()


def test_counts_are_sent_again_until_they_are_answered(node: Node) -> None:
    somebody(node)
    contribute_counts(node.database, PERIOD)
    assert node.said(CountsContributed)[0].to == f"from.{HERE}.intake.counts_contributed"
    assert node.awaited() == {f"counts:{PERIOD}:1"}
    answer(node, 1)
    assert node.awaited() == set()


@pytest.mark.parametrize(("first", "in_force", "tables"), [("newer_workbook", 1, "persons_by_exploitation")])
def test_a_node_counts_by_the_workbook_that_the_network_has_in_force(
    node: Node, first: str, in_force: int, tables: str
) -> None:
    somebody(node)
    contribute_counts(node.database, PERIOD)
    answer(node, 1, answer=first, workbook_in_force=in_force)

    assert contribute_counts(node.database, PERIOD)
    event: Any = node.said(CountsContributed)[-1].event
    assert (event.workbook, event.revision) == (1, 2)
    assert {cell.table for cell in event.cells} >= {tables}
    assert "persons_by_means" not in {cell.table for cell in event.cells}


def test_after_a_restore_the_next_counts_go_above_what_stands(node: Node) -> None:
    somebody(node)
    contribute_counts(node.database, PERIOD)
    answer(node, 1, answer="replaced", revision_held=7)

    assert contribute_counts(node.database, PERIOD)
    assert node.said(CountsContributed)[-1].event.revision == 8
