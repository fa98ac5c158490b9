"""The page about interchange says what the code does, state by state and code by code."""

from services.intake.interchange import systems
from services.intake.interchange.sending import PAUSES
from services.intake.interchange.states import STATES
from services.intake.usecases.webhooks import Kind
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


def test_all_that_a_webhook_tells_is_there() -> None:
    assert [kind for kind in Kind if f"| `{kind}` |" not in PAGE] == []


def test_its_pauses_are_those_of_the_code() -> None:
    short = [
        f"{pause.seconds} seconds" if pause.seconds < 60 else f"{pause.seconds // 60} minutes"
        for pause in PAUSES[:3]
    ]
    hours = [str(int(pause.total_seconds()) // 3600) for pause in PAUSES[3:]]
    said = f"after {', '.join(short)}, {', '.join(hours[:-1])} and {hours[-1]} hours, and then given up"
    assert said in " ".join(PAGE.split())
