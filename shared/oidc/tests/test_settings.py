"""Half a sign-in elsewhere is a wrong setting, and so is one without TLS."""

import pytest

from shared.oidc.settings import OidcSettings
from shared.settings import SettingsWrong, read

PREFIX = "THROUGHLINE_OIDC_"
WHOLE = {"ISSUER": "https://login.example/realm", "CLIENT_ID": "pages", "CLIENT_SECRET": "canary"}


def told(**given: str) -> OidcSettings:
    return read(OidcSettings, {PREFIX + name: value for name, value in given.items()})


def test_it_is_off_by_default_and_on_when_it_is_whole() -> None:
    assert told().oidc is None
    assert told(ISSUER="").oidc is None
    whole = told(**WHOLE)
    assert whole.oidc is whole
    assert "canary" not in repr(whole)


@pytest.mark.parametrize("missing", WHOLE)
def test_half_of_it_is_refused_by_name(missing: str) -> None:
    with pytest.raises(SettingsWrong) as wrong:
        told(**{name: value for name, value in WHOLE.items() if name != missing})

    [problem] = wrong.value.problems
    assert problem.startswith(f"{PREFIX}{missing} is missing")
    assert "canary" not in problem


@pytest.mark.parametrize("alone", ["AMR", "ACR", "CA_FILE"])
def test_what_goes_with_it_means_nothing_alone(alone: str) -> None:
    with pytest.raises(SettingsWrong) as wrong:
        told(**{alone: "canary"})

    assert len(wrong.value.problems) == len(WHOLE)


@pytest.mark.parametrize(
    "issuer",
    [
        "http://login.example/realm",
        "ftp://login.example",
        "login.example",
        "https://login.example/?canary",
        "https://login.example/#canary",
        "https://canary:canary@login.example",
        "https://[canary",
    ],
)
def test_an_issuer_that_cannot_be_is_refused_and_not_quoted(issuer: str) -> None:
    with pytest.raises(SettingsWrong, match=f"{PREFIX}ISSUER") as wrong:
        told(**WHOLE | {"ISSUER": issuer})

    assert "canary" not in str(wrong.value)


def test_on_this_machine_it_needs_no_tls() -> None:
    assert told(**WHOLE | {"ISSUER": "http://127.0.0.1:8080/realm"}).oidc
