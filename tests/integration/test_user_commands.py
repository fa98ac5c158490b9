"""The administrator's commands about people: added, listed, let in no longer, let in again, and helped back in."""

import json
import re
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from shared.migrations import upgrade
from shared.sealing import OwnKeys, write_key_file
from tests.in_process import throughline

PASSWORD = "harbour lamp seven rivers"
LINK = re.compile(r"https://node\.example/recover/[A-Za-z0-9_-]{43}\n")
SETTINGS = {"public_url": "https://node.example", "secret_key": "0" * 32}


@pytest.fixture(params=["intake", "reporting"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> "Place":
    """A node's people, or the hub's coordinators."""
    return Place(request.param, tmp_path)


class Place:
    """Where people sign in, with one of them."""

    def __init__(self, service: str, folder: Path) -> None:
        self.flag = ("--coordinator",) if service == "reporting" else ()
        self.role = "coordinator" if self.flag else "auditor"
        self.database = folder / "db"
        self.settings = SETTINGS | {f"{service}_database_url": f"sqlite:///{self.database}"}
        if not self.flag:
            write_key_file(folder / "node.key", OwnKeys.generate())
            self.settings |= {"org": "harbour-house", "org_name": "Harbour House"}
            self.settings |= {"key_file": str(folder / "node.key")}
        upgrade(f"services.{service}", self.settings[f"{service}_database_url"])

    def says(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        flag = self.flag if words[0] != "add" else ()
        return throughline("user", *words, *flag, typed=typed, **self.settings)

    def adds(self, *more: str, typed: str = f"{PASSWORD}\n{PASSWORD}\n") -> subprocess.CompletedProcess[str]:
        said = self.says("add", "vera", "--role", self.role, *more, typed=typed)
        assert said.returncode == 0, said.stderr
        assert PASSWORD not in said.stdout + said.stderr
        return said

    def keeps_second_factor(self) -> bool:
        """Whether the one link that there is does."""
        with closing(sqlite3.connect(self.database)) as database:
            [(keeps,)] = database.execute("SELECT keeps_second_factor FROM recovery_links")
        return bool(keeps)

    def listed(self) -> list[Any]:
        found: list[Any] = json.loads(self.says("list", "--json").stdout)
        return found


def test_somebody_is_added_listed_and_let_in_no_longer_and_again(place: Place) -> None:
    place.adds("--name", "Vera")
    expected = {"username": "vera", "role": place.role, "name": "Vera", "active": True}

    assert place.listed() == [expected]
    assert place.says("disable", "vera").returncode == 0
    assert place.listed() == [expected | {"active": False}]
    assert place.says("token", "vera").returncode == place.says("recovery-link", "vera").returncode == 1
    assert place.says("enable", "vera").returncode == 0
    assert place.listed() == [expected]


def test_a_recovery_link_is_printed_for_the_administrator_alone(place: Place) -> None:
    place.adds()

    said = place.says("recovery-link", "vera")

    assert LINK.fullmatch(said.stdout)
    assert place.says("reset-totp", "vera").returncode == 0


def test_a_link_leads_past_the_second_step_for_whoever_has_lost_it_alone(place: Place) -> None:
    place.adds()

    place.says("recovery-link", "vera")
    assert place.keeps_second_factor()
    place.says("recovery-link", "vera", "--lost-second-step")
    assert not place.keeps_second_factor()


def test_whoever_is_added_with_a_link_chooses_their_own_password(place: Place) -> None:
    assert LINK.fullmatch(place.adds("--link", typed="").stdout)


@pytest.mark.parametrize("service", ["intake", "reporting"])
def test_a_new_database_is_to_be_migrated_first(tmp_path: Path, service: str) -> None:
    place = Place(service, tmp_path)
    place.settings |= {f"{service}_database_url": f"sqlite:///{tmp_path / 'empty'}"}

    said = place.says("add", "vera", "--role", place.role, typed=f"{PASSWORD}\n{PASSWORD}\n")

    assert said.returncode == 1
    assert f"run throughline migrate {service} first" in " ".join(said.stderr.split())


def test_another_key_than_the_database_was_sealed_with_changes_nothing(tmp_path: Path) -> None:
    place = Place("intake", tmp_path)
    place.adds()
    write_key_file(tmp_path / "another.key", OwnKeys.generate())
    another = place.settings | {"key_file": str(tmp_path / "another.key")}

    said = throughline("user", "list", **another)

    assert said.returncode == 78
    assert "does not hold the key with which this database was sealed" in " ".join(said.stderr.split())
    assert len(place.listed()) == 1


@pytest.mark.parametrize("command", ["disable", "enable", "reset-totp", "recovery-link", "token"])
def test_somebody_who_is_not_there_is_named_with_the_remedy(place: Place, command: str) -> None:
    said = place.says(command, "nobody")

    assert said.returncode == 1
    assert "there is no nobody: see throughline user list" in said.stderr


def test_a_password_is_read_from_a_file_or_from_standard_input(tmp_path: Path) -> None:
    place, file = Place("intake", tmp_path), tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")

    place.adds("--password-file", str(file), typed="")
    said = place.says("add", "ivan", "--role", "admin", "--password-file", "-", typed=f"{PASSWORD}\n")
    missing = place.says("add", "olga", "--role", "admin", "--password-file", str(tmp_path / "none"))

    assert said.returncode == 0
    assert missing.returncode == 1
    assert "cannot be read" in missing.stderr
    assert [one["username"] for one in place.listed()] == ["ivan", "vera"]


ELSEWHERE = {"issuer": "https://login.example", "client_id": "pages", "client_secret": "canary"}


def test_an_account_of_the_organisation_opens_somebodys_until_it_is_unbound(place: Place) -> None:
    place.adds()
    assert "set THROUGHLINE_OIDC_ISSUER" in place.says("bind", "vera", "--subject", "s-1").stderr
    place.settings |= {f"oidc_{name}": value for name, value in ELSEWHERE.items()}

    assert place.says("bind", "nobody", "--subject", "s-1").returncode == 1
    assert place.says("unbind", "vera").returncode == 1
    said = place.says("bind", "vera", "--subject", "s-1")
    assert (said.returncode, "s-1" in said.stdout + said.stderr) == (0, False)
    place.says("add", "ivan", "--role", place.role, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert "somebody else" in place.says("bind", "ivan", "--subject", "s-1").stderr
    assert place.says("unbind", "vera").returncode == 0
    assert place.says("bind", "ivan", "--subject", "s-1").returncode == 0


def test_half_of_a_sign_in_elsewhere_ends_the_process(place: Place) -> None:
    place.settings |= {"oidc_issuer": ELSEWHERE["issuer"]}

    said = place.says("list")

    assert said.returncode == 78
    assert "THROUGHLINE_OIDC_CLIENT_SECRET is missing" in said.stderr


def test_tokens_are_listed_with_what_they_are_for_and_one_is_ended(place: Place) -> None:
    place.adds()
    made = [json.loads(place.says("token", "vera", "--for", what).stdout) for what in ("old", "new")]
    short = json.loads(place.says("token", "vera", "--days", "1", "--read-only").stdout)

    listed = json.loads(place.says("tokens", "--json").stdout)

    assert [one["id"] for one in listed] == [short["id"], made[0]["id"], made[1]["id"]]
    assert [one["for"] for one in listed] == ["", "old", "new"]
    assert [one["read_only"] for one in listed] == [True, False, False]
    assert all(one["token"] not in str(listed) for one in (*made, short))
    said = place.says("revoke-token", made[0]["id"])
    assert (said.returncode, made[0]["id"] in said.stderr) == (0, False)
    assert made[0]["id"] not in place.says("tokens").stdout
    assert len(json.loads(place.says("tokens", "--json").stdout)) == 2


def test_a_token_that_is_not_there_or_would_last_too_long(place: Place) -> None:
    place.adds()

    unknown, long = place.says("revoke-token", "0" * 12), place.says("token", "vera", "--days", "401")
    wordy = [place.says("token", "vera", "--for", what) for what in ("x" * 61, "\udcff")]

    assert (unknown.returncode, "see throughline user tokens" in unknown.stderr) == (1, True)
    assert (long.returncode, "400" in long.stderr) == (2, True)
    assert [(one.returncode, "text of at most 60 characters" in one.stderr) for one in wordy] == [
        (1, True)
    ] * 2
    assert json.loads(place.says("tokens", "--json").stdout) == []
