"""A release is paid for before its noise is drawn, by two people, within the year's epsilon, and stays what it is."""

import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from services.reporting.storage import ledger
from services.reporting.tests.conftest import CHEAP, World, _new_world
from services.reporting.usecases.deciding import NotDecided, approve_rules, propose_rules, rules_in_force
from services.reporting.usecases.releasing import NotReleased, approve_release, propose_release, releases
from services.reporting.usecases.staff import add_coordinator
from shared.failpoints import FailpointSettings, arm
from shared.schemas.intake import Cell, CountsContributed

OPEN_FOR = timedelta(days=45)
ORGS = ("harbour", "lantern", "bridge", "oak", "river", "north")
TABLES = ["persons_by_recruiter", "needs_met_and_unmet"]
QUARTER = "2026-Q1"


def fixed(counts: Sequence[int], scale: float, most: int, epsilon: float) -> list[int]:
    """Noise that is the same at each run, for tests of what is made of it."""
    random = Random(5)  # noqa: S311 - the same at every run
    return [round(n + random.gauss(0, scale)) for n in counts]


CELLS = {
    "needs": {("food", "met"): 40, ("food", "open"): 30, ("cash", "planned"): 20},
    "persons_by_recruiter": {("presumed_victim", "Family"): 50, ("unknown", "unknown"): 9},
}


def filled(world: World) -> World:
    """Three coordinators, and six organisations that have contributed to a quarter that is closed."""
    for name in ("anna", "boris", "vera"):
        add_coordinator(world.database, name, f"seven quiet lanterns {name}", hasher=CHEAP)
    cells = [Cell(table=t, codes=[*codes], count=n) for t, of in CELLS.items() for codes, n in of.items()]
    for org in ORGS:
        world.hear(CountsContributed(workbook=2, period=QUARTER, revision=1, cells=cells), sender=org)
    world.at += timedelta(days=90)
    return world


@pytest.fixture
def hub(world: World) -> World:
    return filled(world)


def asked(
    hub: Any, epsilon: int = 400, period: str = QUARTER, tables: Sequence[str] = TABLES, by: str = "anna"
) -> int:
    return propose_release(hub.database, period, tables, epsilon, by, open_for=OPEN_FOR)


def approved(hub: Any, number: int, by: str = "boris", draw: Any = fixed) -> ledger.Release:
    return approve_release(hub.database, number, by, open_for=OPEN_FOR, draw=draw)


def charged(hub: Any) -> list[int]:
    with hub.database.reading() as tx:
        return [charge.epsilon for charge in ledger.charges(tx)]


def test_a_release_is_made_by_two_people_and_written_down(hub: Any) -> None:
    release = approved(hub, asked(hub))
    with hub.database.reading() as tx:
        [charge] = ledger.charges(tx)
        assert ledger.spent(tx) == {QUARTER: 400}
    assert (charge.asked_by, charge.approved_by, charge.period, charge.workbook) == (
        "anna",
        "boris",
        QUARTER,
        2,
    )
    assert (sorted(charge.tables), charge.organisations) == (sorted(TABLES), 6)
    assert charge.finished_at == hub.at
    assert release.tables["persons_by_recruiter"]["Family",].value > 200


def test_one_person_alone_releases_nothing(hub: Any) -> None:
    number = asked(hub)
    with pytest.raises(NotDecided, match="same_person"):
        approved(hub, number, by="anna")
    with pytest.raises(NotDecided, match="coordinator_unknown"):
        approved(hub, number, by="nobody")
    with pytest.raises(NotDecided, match="proposal_unknown"):
        approved(hub, number + 1)
    assert charged(hub) == []


def test_the_same_question_has_the_same_answer_for_ever_and_costs_once(hub: Any) -> None:
    first = approved(hub, asked(hub))
    again = approved(hub, asked(hub, epsilon=600, by="vera"), draw=_not_at_all)
    assert again == first
    assert approved(hub, 1, draw=_not_at_all) == first
    assert charged(hub) == [400]


def _fails(*_: Any) -> list[int]:
    raise ZeroDivisionError


def _not_at_all(*_: Any) -> list[int]:
    raise AssertionError("nothing is drawn again")


def test_what_a_year_may_spend_is_a_hard_stop(hub: Any) -> None:
    approved(hub, asked(hub, epsilon=700))
    with pytest.raises(NotReleased, match="budget_spent") as refused:
        asked(hub, epsilon=301, tables=TABLES[:1])
    assert refused.value.left == 300
    approved(hub, asked(hub, epsilon=300, tables=TABLES[:1]))
    with pytest.raises(NotReleased, match="budget_spent"):
        asked(hub, epsilon=1, tables=TABLES[1:])


def test_a_proposal_that_was_possible_when_made_is_stopped_when_it_is_not_any_more(hub: Any) -> None:
    both = asked(hub, epsilon=600, tables=TABLES[:1]), asked(hub, epsilon=600, tables=TABLES[1:])
    approved(hub, both[0])
    with pytest.raises(NotReleased, match="budget_spent"):
        approved(hub, both[1])
    assert charged(hub) == [600]


def test_a_year_spends_on_the_people_of_each_of_its_quarters(hub: Any) -> None:
    approved(hub, asked(hub, epsilon=400))
    hub.at += timedelta(days=300)
    with pytest.raises(NotReleased) as refused:
        asked(hub, epsilon=700, period="2026")
    assert refused.value.left == 600
    approved(hub, asked(hub, epsilon=600, period="2026"))
    with hub.database.reading() as tx:
        assert ledger.spent(tx) == {QUARTER: 1000} | {f"2026-Q{n}": 600 for n in (2, 3, 4)}


def test_fewer_than_five_organisations_release_nothing(world: Any, counts: Any) -> None:
    add_coordinator(world.database, "anna", "seven quiet lanterns", hasher=CHEAP)
    for org in ORGS[:4]:
        world.hear(counts({("food", "met"): 40}), sender=org)
    world.at += timedelta(days=90)
    with pytest.raises(NotReleased, match="too_few_organisations"):
        asked(world)


def test_counts_in_which_a_person_has_no_limit_are_in_no_release(hub: Any, counts: Any) -> None:
    """A node of version 0.1.0 counts all needs of somebody, which noise for four does not hide."""
    old = counts({("food", "met"): 1_000})
    hub.at -= timedelta(days=90)
    hub.hear(old.load({**old.dump(), "workbook": 1}), sender="island")
    hub.at += timedelta(days=90)
    release = approved(hub, asked(hub, tables=["needs_met_and_unmet"]), draw=lambda exact, *_: list(exact))
    assert release.tables["needs_met_and_unmet"]["food", "met"].value == 6 * 40
    assert release.charge.organisations == 6


def test_a_year_is_not_released_without_a_quarter_that_only_old_nodes_counted(hub: Any, counts: Any) -> None:
    old = counts({("food", "met"): 40}, period="2026-Q2")
    hub.hear(old.load({**old.dump(), "workbook": 1}), sender="island")
    hub.at += timedelta(days=300)
    with pytest.raises(NotReleased, match="too_few_organisations"):
        asked(hub, tables=["needs_met_and_unmet"], period="2026")


def test_a_period_that_still_takes_counts_is_not_released(hub: Any) -> None:
    hub.at -= timedelta(days=20)
    with pytest.raises(NotReleased, match="period_open"):
        asked(hub)


@pytest.mark.parametrize(
    ("changes", "code"), [({"tables": ["secrets"]}, "table_unknown"), ({"epsilon": 0}, "epsilon")]
)
def test_what_makes_no_sense_is_refused(hub: Any, changes: Any, code: str) -> None:
    with pytest.raises(NotReleased, match=code):
        asked(hub, **changes)


def test_noise_that_fails_has_been_paid_for_and_a_second_attempt_pays_again(hub: Any) -> None:
    number = asked(hub, epsilon=400)
    with pytest.raises(ZeroDivisionError):
        approved(hub, number, draw=_fails)
    assert charged(hub) == [400]
    assert releases(hub.database) == []
    approved(hub, number)
    assert charged(hub) == [400, 400]
    with pytest.raises(NotReleased, match="budget_spent"):
        asked(hub, epsilon=201, tables=TABLES[:1])


@pytest.mark.parametrize("at", ["transaction.committed:1", "transaction.before_commit:2"])
def test_whoever_is_killed_has_paid_and_has_released_nothing(tmp_path: Any, at: str) -> None:
    """A process of its own dies after the charge, or with the noise drawn and not stored."""
    hub = filled(_new_world(f"sqlite:///{tmp_path / 'hub.db'}"))
    number = asked(hub)
    hub.database.close()
    pid = os.fork()
    if pid == 0:
        arm(FailpointSettings(failpoint=at), reaches="amqp://127.0.0.1/")
        approved(hub, number)
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGKILL
    assert charged(hub) == [400]
    assert releases(hub.database) == []
    approved(hub, number)
    assert charged(hub) == [400, 400]
    hub.close()


wishes = some.lists(
    some.tuples(
        some.integers(1, 700), some.sampled_from(["2026-Q1", "2026"]), some.integers(1, 3), some.booleans()
    ),
    max_size=8,
)


@settings(max_examples=30, deadline=None)
@given(wishes)
def test_whatever_is_asked_nobody_is_spent_on_more_than_a_year_may(wanted: Any) -> None:
    hub = filled(_new_world())
    hub.at += timedelta(days=400)
    for epsilon, period, tables, fails in wanted:
        names = [TABLES[:1], TABLES[1:], TABLES][tables - 1]
        with suppress(NotReleased, ZeroDivisionError):
            approved(hub, asked(hub, epsilon, period, names), draw=_fails if fails else fixed)
    with hub.database.reading() as tx:
        spent, entries = ledger.spent(tx), ledger.charges(tx)
    assert all(n <= 1_000 for n in spent.values())
    assert spent.get("2026-Q1", 0) == sum(entry.epsilon for entry in entries)
    hub.close()


def test_rules_change_when_a_second_person_approves(hub: Any) -> None:
    number = propose_rules(hub.database, {"epsilon": 500, "organisations": 6}, "anna")
    assert rules_in_force(hub.database).epsilon == 1_000
    with pytest.raises(NotDecided, match="same_person"):
        approve_rules(hub.database, number, "anna")
    assert approve_rules(hub.database, number, "boris").epsilon == 500
    with pytest.raises(NotDecided, match="approved_already"):
        approve_rules(hub.database, number, "vera")
    with pytest.raises(NotReleased, match="budget_spent"):
        asked(hub, epsilon=501)
