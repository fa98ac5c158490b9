"""A node's file: what is right in it is taken, what is wrong is refused by line and name, and no value is quoted."""

import os
from pathlib import Path

import pytest

from deploy.configured import CONFIG, NAME, settings_in, take_settings, written
from shared.settings import SettingsWrong

SECRET = "canary-of-a-secret"


def file(folder: Path, *lines: str) -> Path:
    path = folder / NAME
    path.write_text("\n".join(lines), "utf-8")
    path.chmod(0o600)
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        "# a comment, and an empty line",
        "",
        "THROUGHLINE_ORG=our-house",
        'THROUGHLINE_ORG_NAME="Our House"',
        "  THROUGHLINE_SECRET_KEY_FILE=/etc/secret#1  ",
        "#THROUGHLINE_WEB_PORT=1",
    )
    assert settings_in(path) == {
        "THROUGHLINE_ORG": "our-house",
        "THROUGHLINE_ORG_NAME": "Our House",
        "THROUGHLINE_SECRET_KEY_FILE": "/etc/secret#1",
    }


@pytest.mark.parametrize(
    "value", ["", "plain", "L'Abri", 'a "b" c', 'it\'s "x" \\ $y', "Дом — Dům", "#1", "a#b"]
)
def test_a_value_comes_back_as_it_was(tmp_path: Path, value: str) -> None:
    path = file(tmp_path, written("THROUGHLINE_ORG_NAME", value))
    assert settings_in(path) == {"THROUGHLINE_ORG_NAME": value}


WRONG = {
    "THROUGHLINE_INTAKE_DATABSE_URL=" + SECRET: "did you mean THROUGHLINE_INTAKE_DATABASE_URL",
    "SMTP_HOST=" + SECRET: "is not a setting",
    "THROUGHLINE_CONFIG=" + SECRET: "is not a setting",
    "THROUGHLINE_ORG = " + SECRET: "must be NAME=value",
    "THROUGHLINE_ORG=a " + SECRET: "with quotation marks",
    "THROUGHLINE_ORG='" + SECRET: "must be NAME=value",
    "export THROUGHLINE_ORG=" + SECRET: "must be NAME=value",
    SECRET: "must be NAME=value",
    "=" + SECRET: "must be NAME=value",
}


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_line_is_named(tmp_path: Path, line: str) -> None:
    path = file(tmp_path, "THROUGHLINE_WEB_PORT=1", line)
    with pytest.raises(SettingsWrong) as wrong:
        settings_in(path)
    [problem] = wrong.value.problems
    assert problem.startswith(f"{path}, line 2: ")
    assert WRONG[line] in problem
    assert SECRET not in problem


@pytest.mark.parametrize("again", ["THROUGHLINE_SECRET_KEY=b", "THROUGHLINE_SECRET_KEY_FILE=b"])
def test_a_setting_that_is_said_twice_is_refused(tmp_path: Path, again: str) -> None:
    path = file(tmp_path, "THROUGHLINE_SECRET_KEY=a", again)
    with pytest.raises(SettingsWrong, match=r"line 2: .* is said before"):
        settings_in(path)


def test_every_wrong_line_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsWrong) as wrong:
        settings_in(file(tmp_path, "one", "two"))
    assert len(wrong.value.problems) == 2


@pytest.mark.parametrize("content", [b"THROUGHLINE_ORG=\xff", b"THROUGHLINE_ORG=a\0b"])
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    (path := file(tmp_path)).write_bytes(content)
    with pytest.raises(SettingsWrong, match="is no text"):
        settings_in(path)


@pytest.mark.parametrize("rights", [0o620, 0o602])
def test_a_file_that_others_can_change_is_refused(tmp_path: Path, rights: int) -> None:
    (path := file(tmp_path, "THROUGHLINE_ORG=a")).chmod(rights)
    with pytest.raises(SettingsWrong, match="chmod 600"):
        settings_in(path)


def test_a_file_that_is_named_and_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsWrong, match="cannot be read"):
        take_settings({CONFIG: str(tmp_path / "none")})


def test_without_a_file_nothing_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    environ: dict[str, str] = {}
    take_settings(environ)
    assert not environ


def test_the_file_of_the_current_folder_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = file(tmp_path, "THROUGHLINE_ORG=a")
    monkeypatch.chdir(tmp_path)
    environ: dict[str, str] = {}
    take_settings(environ)
    assert environ == {"THROUGHLINE_ORG": "a", CONFIG: str(path)}


def test_an_empty_device_stands_for_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file(tmp_path, "THROUGHLINE_ORG=a")
    monkeypatch.chdir(tmp_path)
    environ = {CONFIG: os.devnull}
    take_settings(environ)
    assert environ == {CONFIG: os.devnull}


def test_the_environment_wins_in_either_spelling(tmp_path: Path) -> None:
    path = file(
        tmp_path, "THROUGHLINE_ORG=file", "THROUGHLINE_SECRET_KEY_FILE=file", "THROUGHLINE_SMTP_PASSWORD=file"
    )
    here = {
        "THROUGHLINE_ORG": "here",
        "THROUGHLINE_SECRET_KEY": "here",
        "THROUGHLINE_SMTP_PASSWORD_FILE": "here",
        CONFIG: str(path),
    }
    environ = dict(here)
    take_settings(environ)
    assert environ == here
