"""What a configuration asks for, and logs that do not grow for ever."""

from pathlib import Path

import pytest

from deploy import keeping
from deploy.keeping import pages, workers
from shared.settings import SettingsWrong

INTAKE, REFERRAL, REPORTING = (
    f"THROUGHLINE_{service}_DATABASE_URL" for service in ("INTAKE", "REFERRAL", "REPORTING")
)


@pytest.mark.parametrize(
    ("told", "run", "served"),
    [
        ({INTAKE, "THROUGHLINE_SECRET_KEY_FILE"}, ["intake"], ["intake"]),
        ({f"{INTAKE}_FILE", "THROUGHLINE_SECRET_KEY"}, ["intake"], ["intake"]),
        ({REFERRAL}, ["referral"], []),
        ({REFERRAL, REPORTING, "THROUGHLINE_SECRET_KEY"}, ["referral", "reporting"], ["reporting"]),
    ],
)
def test_what_runs_is_what_has_a_database(
    monkeypatch: pytest.MonkeyPatch, told: set[str], run: list[str], served: list[str]
) -> None:
    for name in told:
        monkeypatch.setenv(name, "something")
    assert (workers(), pages()) == (run, served)


def test_without_a_database_there_is_nothing_to_run() -> None:
    with pytest.raises(SettingsWrong, match="THROUGHLINE_INTAKE_DATABASE_URL"):
        workers()


def test_a_log_that_is_too_large_is_put_aside_and_written_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "LARGEST_LOG", 10)
    with (log := tmp_path / "intake.log").open("a") as writing:
        for said in ("short", "and too long", "short"):
            writing.write(f"{said}\n")
            writing.flush()
            keeping._turn_over(log)
    assert log.read_text() == "short\n"
    assert (tmp_path / "intake.log.1").read_text() == "short\nand too long\n"
