"""Bad files: broken, too large, hostile or absent, each is one plain problem and never an exception."""

import os
import stat
import zipfile
from pathlib import Path

import pytest

from services.referral.hsds import read
from services.referral.hsds.tests.invented import (
    SERVICE_TYPES,
    fatal,
    organization,
    read_bytes,
    read_json,
    table,
)

MEGABYTE = 1024**2

BAD_JSON: list[tuple[str, bytes, str]] = [
    ("no byte", b"", "This is not valid JSON (line 1, column 1)."),
    ("cut off", b'{"id": "sec', "This is not valid JSON (line 1, column 8)."),
    ("text after the end", b"[] secret", "This is not valid JSON"),
    ("a comment", b"// secret\n[]", "This is not valid JSON"),
    ("not UTF-8", b'{"name": "\xff secret"}', "This is not valid UTF-8 (byte 10)"),
    ("UTF-16", '{"name": "secret"}'.encode("utf-16"), "This is not valid UTF-8 (byte 0)"),
    ("Windows-1251", '{"name": "Минск"}'.encode("cp1251"), "This is not valid UTF-8"),
    ("a bare NUL", b'{"name": "\0secret"}', "The file holds a NUL character."),
    ("NaN", b'{"minimum_age": NaN}', "NaN and Infinity are not JSON."),
    ("Infinity", b'{"minimum_age": -Infinity}', "NaN and Infinity are not JSON."),
    ("a field twice", b'{"name": "secret", "id": 1, "name": ""}', "The field 'name' is given twice"),
    ("endless digits", b"[" + b"1" * 5_000 + b"]", "A number has too many digits."),
    ("deep lists", b"[" * 100_000, "Records are nested too deeply."),
    ("deep records", b'{"services":[' * 40 + b"]}" * 40, "Records are nested too deeply."),
    ("deeper than the stack", b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "Records are nested too deeply."),
    ("half a million values", b"[" + b"1," * 500_000 + b"1]", "The file holds over 400000 values."),
    ("over 10 MB", b" " * (10 * MEGABYTE) + b"[]", "The file is over 10 MB."),
    ("no record", b"[]", "There is no organization in this import."),
]


@pytest.mark.parametrize(("content", "reason"), [case[1:] for case in BAD_JSON], ids=[c[0] for c in BAD_JSON])
def test_bad_json_is_refused_in_plain_words(tmp_path: Path, content: bytes, reason: str) -> None:
    result = read_bytes(tmp_path, "directory.json", content)
    (problem,) = result.problems
    assert problem.fatal
    assert problem.file == "directory.json"
    assert problem.reason.startswith(reason)
    assert "sec" not in str(problem)


BAD_CSV: list[tuple[str, bytes, str]] = [
    ("no byte", b"", "The file has no header line."),
    ("an open quote", b'id,name\n1,"secret\n', "This is not valid CSV (line 2)."),
    ("a column twice", b"id,name,name\n", "The header names a column twice."),
    ("semicolons", b"id;name;description\n", "The columns must be separated by commas."),
    ("tabs", b"id\tname\tdescription\n", "The columns must be separated by commas."),
    ("a cell too few", b"id,name,description\n1,secret\n", "The row has 2 cells, the header 3."),
    ("a cell too many", b"id,name,description\n1,2,3,secret\n", "The row has 4 cells, the header 3."),
    ("not UTF-8", "id,name\n1,Минск\n".encode("cp1251"), "This is not valid UTF-8"),
    ("NUL", b"id,name\n1,\0secret\n", "The file holds a NUL character."),
    ("an endless cell", b"id,name\n1," + b"a" * 200_000, "This is not valid CSV"),
]


@pytest.mark.parametrize(("content", "reason"), [case[1:] for case in BAD_CSV], ids=[c[0] for c in BAD_CSV])
def test_bad_csv_is_refused_in_plain_words(tmp_path: Path, content: bytes, reason: str) -> None:
    (problem,) = fatal(read_bytes(tmp_path, "organizations.csv", content))
    assert problem.file == "organizations.csv"
    assert problem.reason.startswith(reason)
    assert "secret" not in str(problem)


def test_a_table_of_too_many_rows_is_refused(tmp_path: Path) -> None:
    (problem,) = fatal(read_bytes(tmp_path, "languages.csv", b"id,code\n" + b"1,\n" * 100_000 + b"\n2,\n"))
    assert problem.reason == "The file has over 100000 rows."


def _zip(folder: Path, members: dict[str, bytes], *, packing: int = zipfile.ZIP_DEFLATED) -> Path:
    path = folder / "package.zip"
    with zipfile.ZipFile(path, "w", packing) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "name",
    [
        "../organizations.csv",
        "a/../../organizations.csv",
        "/organizations.csv",
        "..\\organizations.csv",
        "C:\\organizations.csv",
    ],
)
def test_a_zip_that_points_outside_itself_is_refused_whole(tmp_path: Path, name: str) -> None:
    good = table([organization()]).encode()
    result = read(_zip(tmp_path, {name: good, "organizations.csv": good}), service_types=SERVICE_TYPES)
    (problem,) = fatal(result)
    assert (problem.file, problem.reason) == (name, "The name leads out of the package.")
    assert result.organisations == ()
    assert sorted(child.name for child in tmp_path.iterdir()) == ["package.zip"]


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"organizations.csv": b" " * (11 * MEGABYTE)}, "The file is over 10 MB."),
        ({f"{count}.csv": b" " * (9 * MEGABYTE) for count in range(6)}, "The package is over 50 MB"),
        ({f"{count}.csv": b"" for count in range(201)}, "The package is over 50 MB or 200 files"),
        ({}, "There is no organization in this import."),
        ({"inner.zip": b"PK"}, "There is no organization in this import."),
    ],
    ids=["one large", "large together", "many", "empty", "zip in a zip"],
)
def test_a_zip_bomb_is_not_unpacked(tmp_path: Path, members: dict[str, bytes], reason: str) -> None:
    (problem,) = fatal(read(_zip(tmp_path, members), service_types=SERVICE_TYPES))
    assert problem.reason.startswith(reason)


def test_a_member_that_lies_about_its_size_is_damaged(tmp_path: Path) -> None:
    path = _zip(tmp_path, {"organizations.csv": b"a" * 5_000})
    content = path.read_bytes().replace((5_000).to_bytes(4, "little"), (50).to_bytes(4, "little"))
    (problem,) = fatal(read_bytes(tmp_path, "package.zip", content))
    assert (problem.file, problem.reason) == ("organizations.csv", "This file is damaged inside the zip.")


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = _zip(tmp_path, {"organizations.csv": b"id"}, packing=zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (problem,) = fatal(read_bytes(tmp_path, "package.zip", bytes(content)))
    assert problem.reason == "The file is encrypted inside the zip."


def test_an_uncommon_packing_is_refused(tmp_path: Path) -> None:
    path = _zip(tmp_path, {"organizations.csv": b"id"}, packing=zipfile.ZIP_LZMA)
    (problem,) = fatal(read(path, service_types=SERVICE_TYPES))
    assert problem.reason == "The file is packed in a way that is not read here."


@pytest.mark.parametrize("content", [b"", b"secret", b"PK\x05\x06" + b"\xff" * 18])
def test_what_only_calls_itself_a_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    (problem,) = fatal(read_bytes(tmp_path, "package.zip", content))
    assert problem.reason == "This is not a zip file, or it is damaged."


@pytest.mark.parametrize("name", ["absent.json", "absent.zip", "absent"])
def test_a_path_that_is_not_there_is_a_problem(tmp_path: Path, name: str) -> None:
    (problem,) = read(tmp_path / name, service_types=SERVICE_TYPES).problems
    assert (problem.file, problem.reason, problem.fatal) == (
        name,
        "There is no plain file of this name.",
        True,
    )


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "organizations.csv")
    assert stat.S_ISFIFO((tmp_path / "organizations.csv").stat().st_mode)
    (problem,) = fatal(read(tmp_path, service_types=SERVICE_TYPES))
    assert problem.reason == "There is no plain file of this name."


def test_an_empty_folder_is_no_import(tmp_path: Path) -> None:
    (problem,) = read(tmp_path, service_types=SERVICE_TYPES).problems
    assert problem.reason == "There is no organization in this import."


def test_one_broken_file_spoils_a_folder_of_good_ones(tmp_path: Path) -> None:
    read_json(tmp_path, organization())
    (tmp_path / "second.json").write_bytes(b"")
    result = read(tmp_path, service_types=SERVICE_TYPES)
    assert not result.ok
    assert [problem.file for problem in fatal(result)] == ["second.json"]


def test_names_from_files_are_shown_without_control_characters(tmp_path: Path) -> None:
    result = read_json(tmp_path, organization(**{"\x1b[31mred\n" + "a" * 500: 1}))
    (problem,) = result.problems
    assert problem.field is not None
    assert problem.field.startswith("?[31mred?aaa")
    assert len(problem.field) == 120
