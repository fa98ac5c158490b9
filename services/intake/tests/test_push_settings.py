"""Push is off until somebody says whom push services may write to, and leads to no host that the setting has not."""

import pytest

from services.intake.push_settings import PushSettings
from shared.settings import SettingsWrong, read

CONTACT = "THROUGHLINE_PUSH_CONTACT"
HOSTS = "THROUGHLINE_PUSH_HOSTS"


def test_it_is_off_and_knows_the_usual_push_services() -> None:
    usual = read(PushSettings, {})
    assert usual.push_contact == ""
    assert "updates.push.services.mozilla.com".endswith(usual.hosts_of_push[1].removeprefix("*"))
    assert len(usual.hosts_of_push) == 4
    assert not {"127.0.0.1", "localhost", "::1"} & set(usual.hosts_of_push)


def test_hosts_are_names_with_spaces_between_them() -> None:
    told = read(
        PushSettings, {CONTACT: "mailto:push@mail.invalid", HOSTS: " Push.Example  *.services.example "}
    )
    assert told.hosts_of_push == ("push.example", "*.services.example")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (CONTACT, "canary@mail.invalid"),
        (CONTACT, "mailto:canary"),
        (CONTACT, "mailto:canary@mail.invalid\n"),
        (CONTACT, "https://canary.example"),
        (HOSTS, "*"),
        (HOSTS, "*."),
        (HOSTS, "canary*.example"),
        (HOSTS, "*.*"),
        (HOSTS, "https://canary.example"),
        (HOSTS, "canary.example:443"),
        (HOSTS, "canary.example,push.example"),
    ],
)
def test_what_is_none_is_refused_and_not_quoted(name: str, value: str) -> None:
    with pytest.raises(SettingsWrong) as refused:
        read(PushSettings, {name: value})
    [problem] = refused.value.problems
    assert problem.startswith(f"{name} must be")
    assert "canary" not in problem
