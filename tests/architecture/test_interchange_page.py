"""The page about interchange says what the code does, state by state and code by code."""

from services.intake.interchange import systems
from services.intake.interchange.states import STATES
from services.intake.web.import_labels import NOT_TAKEN, OUTCOMES
from shared.testing.tree import ROOT

PAGE = (ROOT / "docs" / "reference" / "interchange.md").read_text("utf-8")


def test_every_state_has_its_line() -> None:
    for state, known in STATES.items():
        bser = f" {known.bser}" if known.bser else ""
        assert f"| `{state}` | `{known.task}` |{bser} | `{known.request}` |" in PAGE


def test_every_code_of_a_problem_and_every_outcome_is_there() -> None:
    of_people = {"name_needed", "in_the_future", "too_long_ago"}  #: a person's fields have these everywhere
    assert [
        code for code in (*NOT_TAKEN, *OUTCOMES) if f"`{code}`" not in PAGE and code not in of_people
    ] == []


def test_every_system_of_ours_is_there() -> None:
    ours = [
        name for name in vars(systems).values() if str(name).startswith(systems.OWN) and name != systems.OWN
    ]
    assert [name for name in ours if f"`{name}`" not in PAGE] == []
