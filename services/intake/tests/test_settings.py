"""The node does not start with settings that cannot be right, and says which."""

from pathlib import Path

import pytest

from services.intake.settings import IntakeSettings, IntakeWebSettings
from shared.settings import SettingsWrong, read

WORKER = {
    "THROUGHLINE_ORG": "harbour-house",
    "THROUGHLINE_AMQP_URL": "amqps://harbour-house:canary@hub.example/throughline",
    "THROUGHLINE_INTAKE_DATABASE_URL": "sqlite:///node.db",
    "THROUGHLINE_KEY_FILE": "node.key",
    "THROUGHLINE_PUBLIC_URL": "https://node.example",
}
WEB = {
    "THROUGHLINE_ORG": "harbour-house",
    "THROUGHLINE_ORG_NAME": "Harbour House",
    "THROUGHLINE_INTAKE_DATABASE_URL": "sqlite:///node.db",
    "THROUGHLINE_SECRET_KEY": "canary-canary-canary-canary-canary",
    "THROUGHLINE_PUBLIC_URL": "https://node.example",
}


def test_right_settings_are_read() -> None:
    assert read(IntakeSettings, WORKER).key_file == Path("node.key")
    assert read(IntakeWebSettings, WEB).web_port == 8000


@pytest.mark.parametrize(
    ("wrong", "value"),
    [
        ("THROUGHLINE_ORG", "Harbour House"),
        ("THROUGHLINE_ORG", "harbour-house\n"),
        ("THROUGHLINE_AMQP_URL", "amqp://harbour-house:canary@hub.example/throughline"),
        ("THROUGHLINE_INTAKE_DATABASE_URL", "mysql://canary@localhost"),
        ("THROUGHLINE_RESEND_SECONDS", "soon"),
    ],
)
def test_a_wrong_setting_of_the_worker_is_named_and_not_quoted(wrong: str, value: str) -> None:
    with pytest.raises(SettingsWrong) as refused:
        read(IntakeSettings, WORKER | {wrong: value})

    [problem] = refused.value.problems
    assert problem.startswith(wrong)
    assert "canary" not in problem


@pytest.mark.parametrize(
    ("wrong", "value"),
    [
        ("THROUGHLINE_SECRET_KEY", "canary"),
        ("THROUGHLINE_PUBLIC_URL", "http://node.example"),
        ("THROUGHLINE_PUBLIC_URL", "http://127.0.0.1.node.example"),
        ("THROUGHLINE_PUBLIC_URL", "node.example"),
        ("THROUGHLINE_WEB_PORT", "99999"),
    ],
)
def test_a_wrong_setting_of_the_web_process_is_named_and_not_quoted(wrong: str, value: str) -> None:
    with pytest.raises(SettingsWrong) as refused:
        read(IntakeWebSettings, WEB | {wrong: value})

    [problem] = refused.value.problems
    assert problem.startswith(wrong)
    assert "canary" not in problem


@pytest.mark.parametrize("missing", sorted(WORKER))
def test_what_is_missing_is_named_with_its_remedy(missing: str) -> None:
    with pytest.raises(SettingsWrong, match=f"{missing} is missing: set it to"):
        read(IntakeSettings, {name: value for name, value in WORKER.items() if name != missing})
