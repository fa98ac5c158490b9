"""Every contribution is answered, the same whenever it comes again, and none is counted twice."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from sqlalchemy import select

from services.reporting.domain.periods import parse_period
from services.reporting.storage.contributed import (
    Contribution,
    contributed,
    keep_contributions,
    standing_contributions,
)
from services.reporting.storage.decisions import RULES, add_proposal, set_approved
from services.reporting.storage.release_tables import cube
from services.reporting.tests.conftest import _new_world
from services.reporting.usecases.hear import hear
from shared.clock import new_id
from shared.messaging.delivery import Batch
from shared.messaging.message import Message
from shared.schemas.intake import CountsContributed

FOOD, CASH = ("food", "met"), ("cash", "open")
QUARTER = "2026-Q1"


@pytest.fixture
def answers(world: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, int, str, int]]:
    """What is answered to whom: address, period, revision, answer, and the revision that stands."""
    told: list[tuple[str, str, int, str, int]] = []
    outbox = world.database.outbox

    def publish(_tx: Any, event: Any, *, to: Any, subject: object, **_: Any) -> UUID:
        told.append((to.key(event), event.period, event.revision, event.answer, event.revision_held))
        return new_id()

    monkeypatch.setattr(outbox, "publish", publish)
    return told


def said(world: Any, *events: CountsContributed, sender: str = "harbour", again: bool = False) -> Batch:
    messages = [Message(new_id(), sender, event) for event in events]
    batch = Batch([], messages) if again else Batch(messages)
    with world.database.transaction() as tx:
        hear(tx, batch, open_for=timedelta(days=45))
    return batch


def sums(world: Any) -> dict[tuple[str, ...], int]:
    with world.database.reading() as tx:
        return {
            codes: n for _, codes, n in contributed(tx, parse_period(QUARTER), "needs")[parse_period(QUARTER)]
        }


def to(org: str, revision: int, answer: str, held: int) -> tuple[str, str, int, str, int]:
    return (f"to.{org}.reporting.counts_answered", QUARTER, revision, answer, held)


def test_what_is_taken_is_answered_and_so_is_its_repeat(world: Any, counts: Any, answers: Any) -> None:
    said(world, counts({FOOD: 9}))
    said(world, counts({FOOD: 9}), again=True)
    assert answers == [to("harbour", 1, "taken", 1)] * 2
    assert sums(world) == {FOOD: 9}


def test_a_lower_revision_is_told_what_stands(world: Any, counts: Any, answers: Any) -> None:
    said(world, counts({FOOD: 9}, revision=3))
    said(world, counts({FOOD: 5}, revision=2))
    assert answers[-1] == to("harbour", 2, "replaced", 3)
    assert sums(world) == {FOOD: 9}


def test_the_same_revision_with_other_counts_is_not_taken_for_the_first(
    world: Any, counts: Any, answers: Any
) -> None:
    said(world, counts({FOOD: 9}, revision=2))
    said(world, counts({FOOD: 5}, revision=2))
    said(world, counts({FOOD: 9}, revision=2))
    assert [answer[3] for answer in answers] == ["taken", "replaced", "taken"]
    assert sums(world) == {FOOD: 9}


def test_counts_by_a_newer_workbook_are_refused(world: Any, counts: Any, answers: Any) -> None:
    one = counts({FOOD: 9})
    batch = said(world, one.load({**one.dump(), "workbook": 3}))
    assert answers == [to("harbour", 1, "newer_workbook", 0)]
    assert len(batch.left_out) == 1
    assert sums(world) == {}


def test_late_counts_are_refused_and_what_stands_stays(world: Any, counts: Any, answers: Any) -> None:
    said(world, counts({FOOD: 9}))
    world.at += timedelta(days=90)
    said(world, counts({FOOD: 5}, revision=2))
    assert answers[-1] == to("harbour", 2, "period_closed", 1)
    assert sums(world) == {FOOD: 9}


@pytest.mark.parametrize(
    ("tables", "answer"),
    [
        ({"needs": {("food", "met"): 1_000_001}}, "count_too_large"),
        ({"needs": {("food", "solved"): 5}}, "unknown_code"),
        ({"needs": {("food",): 5}}, "unknown_table"),
        (
            {
                "persons_by_citizenship": {("identified_victim", "UKR"): 5},
                "persons_by_recruiter": {("identified_victim", "Family"): 4},
            },
            "tables_disagree",
        ),
        (
            {
                "persons_by_means": {
                    ("identified_victim", "meansThreats"): 6,
                    ("identified_victim", "any"): 5,
                }
            },
            "more_than_any",
        ),
    ],
)
def test_what_cannot_be_right_is_answered_by_its_code(
    world: Any, counts: Any, answers: Any, tables: Any, answer: str
) -> None:
    cells = [cell for name, found in tables.items() for cell in counts(found, name).cells]
    said(world, CountsContributed(workbook=2, period=QUARTER, revision=1, cells=cells))
    assert answers == [to("harbour", 1, answer, 0)]


def test_a_refused_one_can_be_taken_once_the_cause_is_gone(world: Any, counts: Any, answers: Any) -> None:
    world.at -= timedelta(days=80)
    early = counts({FOOD: 9})
    said(world, early)
    world.at += timedelta(days=80)
    said(world, early)
    assert [answer[3] for answer in answers] == ["period_not_begun", "taken"]
    said(world, early, again=True)
    assert answers[-1][3] == "taken"


def test_who_has_sent_what_is_known_and_who_sent_nothing_is_not_there(
    world: Any, counts: Any, answers: Any
) -> None:
    said(world, counts({FOOD: 9}), sender="harbour")
    one = counts({FOOD: 9})
    said(world, one.load({**one.dump(), "workbook": 3}), sender="lantern")
    with world.database.reading() as tx:
        standing = standing_contributions(tx, parse_period("2026"))
    assert [(one.org, one.revision, one.answer) for one in standing] == [
        ("harbour", 1, "taken"),
        ("lantern", 0, "newer_workbook"),
    ]


steps = some.lists(
    some.tuples(
        some.sampled_from(("harbour", "lantern")),
        some.integers(1, 4),
        some.dictionaries(some.sampled_from([FOOD, CASH]), some.integers(1, 9)),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(steps)
def test_the_sums_are_those_of_the_highest_revisions_in_whatever_order_they_come(made: Any) -> None:
    world = _new_world()
    standing: dict[str, tuple[int, Any]] = {}
    period = parse_period(QUARTER)
    for org, revision, cells in made:
        with world.database.transaction() as tx:
            kept = [("needs", codes, n) for codes, n in cells.items()]
            keep_contributions(tx, [Contribution(org, period, 2, revision, kept)])
        if revision > standing.get(org, (0, {}))[0]:
            standing[org] = revision, cells
    expected: dict[Any, int] = {}
    for _, cells in standing.values():
        for codes, n in cells.items():
            expected[codes] = expected.get(codes, 0) + n
    assert sums(world) == expected
    with world.database.reading() as tx:
        assert all(n >= 0 for n in tx.execute(select(cube.c["count"])).scalars())
    world.close()


def test_an_answer_holds_no_figure(world: Any, counts: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(world.database.outbox, "publish", lambda _tx, event, **_: told.append(event))
    said(world, counts({FOOD: 314}))
    assert set(told[0].dump()) == {"period", "revision", "answer", "workbook_in_force", "revision_held"}


def test_what_was_taken_before_counts_left_masked_is_answered_as_before(
    world: Any, counts: Any, answers: Any
) -> None:
    said(world, counts({FOOD: 9}))
    with world.database.transaction() as tx:
        number = add_proposal(tx, RULES, {"masked_from": QUARTER}, "anna")
        set_approved(tx, number, "boris")
    said(world, counts({FOOD: 9}), again=True)
    said(world, counts({FOOD: 5}, revision=2))
    assert [answer for *_, answer, _ in answers] == ["taken", "taken", "masked_only"]
    assert sums(world) == {FOOD: 9}
