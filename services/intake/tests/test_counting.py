"""Counts that leave the node: of those who agreed, and never a case."""

from typing import Any

from services.intake.tests.node import HERE, WORKER, Node
from services.intake.usecases.cases import add_need, open_case
from services.intake.usecases.consent import withdraw_consent
from services.intake.usecases.counting import contribute_all_counts, contribute_counts, count
from shared.schemas.intake import CountsContributed
from shared.schemas.workbook import VERSION, tables_of

PERIOD = "2026-Q1"
COUNTED = {"purposes": ["statistics"], "organisations": [], "fields": []}
CANARY = {"given_name": "canary-name", "phone": "canary-phone", "address": "canary-address"}


def cells(node: Node, period: str = PERIOD, workbook: int = VERSION) -> dict[str, dict[tuple[str, ...], int]]:
    with node.database.reading() as tx:
        found = count(tx, period, workbook)
    tables: dict[str, dict[tuple[str, ...], int]] = {}
    for cell in found:
        tables.setdefault(cell.table, {})[tuple(cell.codes)] = cell.count
    return tables


def somebody(node: Node, *, consent: dict[str, Any] = COUNTED, case: Any = None, **fields: Any) -> Any:
    person = node.registers(**CANARY | fields)
    node.has_consent(person, **consent)
    return person, open_case(node.database, person.id, WORKER, **case or {})


def test_people_are_counted_by_the_declared_tables(node: Node) -> None:
    victim = {
        "conclusion": "identified_victim",
        "exploitation": ["isForcedLabour", "isSexualExploit"],
    }
    _, case = somebody(node, case=victim, gender="Woman", age_band="12--14", citizenship="UKR")
    somebody(node, case=victim, gender="Woman", age_band="15--17")
    somebody(node)
    add_need(node.database, case.id, "education", "high", WORKER)
    add_need(node.database, case.id, "education", "low", WORKER)

    assert cells(node, workbook=1) == {
        "persons_identified": {
            ("identified_victim", "Woman", "9--17"): 2,
            ("unknown", "unknown", "unknown"): 1,
        },
        "persons_by_citizenship": {
            ("identified_victim", "UKR"): 1,
            ("identified_victim", "unknown"): 1,
            ("unknown", "unknown"): 1,
        },
        "persons_by_exploitation": {
            ("identified_victim", "isForcedLabour"): 2,
            ("identified_victim", "isSexualExploit"): 2,
            ("unknown", "unknown"): 1,
        },
        "needs": {("education", "open"): 2},
    }


def test_every_cell_has_the_dimensions_of_its_table(node: Node) -> None:
    _, case = somebody(node)
    add_need(node.database, case.id, "food", "low", WORKER)

    declared = {table.name: len(table.dimensions) for table in tables_of(VERSION) if table.about_people}
    assert {name: {len(codes) for codes in found} for name, found in cells(node).items()} == {
        name: {dimensions} for name, dimensions in declared.items()
    }


def test_without_consent_to_statistics_nobody_is_counted(node: Node) -> None:
    somebody(node, consent={"purposes": ["referral"]})
    somebody(node, consent=COUNTED | {"expires_on": "2026-03-02"})
    person, case = somebody(node)
    add_need(node.database, case.id, "food", "low", WORKER)
    open_case(node.database, node.registers().id, WORKER)
    withdraw_consent(node.database, person.id, WORKER)
    node.pass_time(days=1)

    assert cells(node) == {}


def test_somebody_is_counted_once_in_the_quarter_of_the_first_case(node: Node) -> None:
    person, _ = somebody(node, case={"conclusion": "presumed_victim"})
    node.pass_time(days=100)
    open_case(node.database, person.id, WORKER, conclusion="not_vulnerable")

    assert list(cells(node)["persons_identified"]) == [("presumed_victim", "unknown", "unknown")]
    assert cells(node, "2026-Q2") == {}


def test_counts_are_told_when_they_have_changed_and_carry_nothing_else(node: Node) -> None:
    person, _ = somebody(node)
    told = [contribute_counts(node.database, PERIOD), contribute_counts(node.database, PERIOD)]
    somebody(node)
    told.append(contribute_counts(node.database, PERIOD))

    said = node.said(CountsContributed)
    assert told == [True, False, True]
    assert [one.event.revision for one in said] == [1, 2]
    assert said[0].to == f"from.{HERE}.intake.counts_contributed"
    body = str([one.event.dump() for one in said])
    assert "canary" not in body
    assert str(person.id) not in body


def test_a_withdrawal_changes_the_counts_of_an_earlier_quarter(node: Node) -> None:
    person, _ = somebody(node)
    assert contribute_all_counts(node.database) == 1
    node.pass_time(days=50)
    somebody(node)
    assert contribute_all_counts(node.database) == 1
    withdraw_consent(node.database, person.id, WORKER)

    assert contribute_all_counts(node.database) == 1

    said = [one.event for one in node.said(CountsContributed)]
    assert [(event.period, event.revision) for event in said] == [(PERIOD, 1), ("2026-Q2", 1), (PERIOD, 2)]
    assert said[-1].cells == []


def test_nothing_more_is_said_of_a_quarter_that_is_closed(node: Node) -> None:
    person, _ = somebody(node)
    contribute_all_counts(node.database)
    node.pass_time(days=120)
    withdraw_consent(node.database, person.id, WORKER)

    assert contribute_all_counts(node.database) == 0


def test_a_node_without_cases_contributes_nothing(node: Node) -> None:
    assert contribute_all_counts(node.database) == 0
    assert node.said() == []
