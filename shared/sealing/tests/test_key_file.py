"""A key file is complete, private, and says what to do when it is not."""

import base64
import json
from pathlib import Path

import pytest

from shared.sealing.key_file import (
    KeyFileUnusable,
    OwnKeys,
    PublicKeys,
    complete_key_file,
    is_protected,
    read_key_file,
    replace_key_file,
    write_key_file,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "node.key"


def test_what_was_written_is_read(path: Path) -> None:
    keys = OwnKeys.generate()
    write_key_file(path, keys)

    assert read_key_file(path) == keys
    assert path.stat().st_mode & 0o077 == 0


def test_a_file_is_not_replaced(path: Path) -> None:
    write_key_file(path, OwnKeys.generate())

    with pytest.raises(FileExistsError):
        write_key_file(path, OwnKeys.generate())


def test_one_of_the_first_version_keeps_its_key_and_gets_the_others(path: Path) -> None:
    keys = OwnKeys.generate()
    write_key_file(path, OwnKeys(keys.sealing))

    complete = complete_key_file(path)

    assert complete.is_complete
    assert complete.sealing == keys.sealing
    assert read_key_file(path) == complete_key_file(path) == complete
    assert path.stat().st_mode & 0o077 == 0


def test_one_that_others_can_read_is_refused(path: Path) -> None:
    write_key_file(path, OwnKeys.generate())
    path.chmod(0o640)

    with pytest.raises(KeyFileUnusable, match="chmod 600"):
        read_key_file(path)


def test_one_that_is_not_there_is_asked_for(path: Path) -> None:
    with pytest.raises(KeyFileUnusable, match="throughline network key"):
        read_key_file(path)


def wrong(**changed: object) -> str:
    return json.dumps({"keys": [], "signing": [], "storage": [], **changed})


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        wrong(keys=[{"suite": 9, "key": "AAAA"}]),
        wrong(keys=[{"suite": 2, "key": "AAAA"}]),
        wrong(keys=[{"suite": 2, "key": "?"}]),
        wrong(signing=[{"key": "AAAA"}]),
        wrong(storage=[{"key": "AAAA"}]),
    ],
)
def test_a_damaged_one_is_refused_with_the_remedy(path: Path, content: str) -> None:
    path.parent.mkdir()
    path.touch(0o600)
    path.write_text(content)

    with pytest.raises(KeyFileUnusable, match="backup"):
        read_key_file(path)


def test_an_empty_one_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.touch(0o600)
    path.write_text(wrong())

    with pytest.raises(KeyFileUnusable, match="holds no key"):
        read_key_file(path)


def test_public_keys_travel_in_one_line() -> None:
    public = OwnKeys.generate().public

    assert PublicKeys.parse(f" {public}\n") == public


@pytest.mark.parametrize("line", ["", "2:AAAA", "2:AAAA+ed25519:AAAA", "+ed25519:", "ed25519:AAAA+2:AAAA"])
def test_what_is_no_line_of_public_keys_is_refused(line: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, nothing is taken
        PublicKeys.parse(line)


def test_secrets_are_not_shown() -> None:
    keys = OwnKeys.generate()

    said = repr((keys, *keys.sealing, *keys.signing))

    assert repr(keys.sealing[0].raw) not in said
    assert repr(keys.signing[0].raw) not in said
    assert repr(keys.storage[0]) not in said


def test_a_credential_of_systemd_is_read_although_its_group_seems_to_have_a_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its access list for the service's user shows as a right of the group."""
    path, keys = tmp_path / "node.key", OwnKeys.generate()
    write_key_file(path, keys)
    path.chmod(0o440)
    with pytest.raises(KeyFileUnusable, match="chmod 600"):
        read_key_file(path)

    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))

    assert read_key_file(path) == keys
    path.chmod(0o444)
    with pytest.raises(KeyFileUnusable, match="chmod 600"):
        read_key_file(path)


WORDS = "harbour lamp seven rivers"


def test_a_file_under_a_passphrase_opens_with_it_alone(tmp_path: Path) -> None:
    path, keys = tmp_path / "node.key", OwnKeys.generate()
    write_key_file(path, keys, WORDS)

    assert read_key_file(path, WORDS) == keys
    assert is_protected(path)
    for wrong in ("harbour lamp seven river", ""):
        with pytest.raises(KeyFileUnusable, match="does not open with this passphrase"):
            read_key_file(path, wrong)
    with pytest.raises(KeyFileUnusable, match="protected by a passphrase"):
        read_key_file(path)


def test_nothing_of_the_keys_stands_in_a_protected_file(tmp_path: Path) -> None:
    path, keys = tmp_path / "node.key", OwnKeys.generate()
    write_key_file(path, keys, WORDS)
    raw = [keys.sealing[0].raw, keys.signing[0].raw, keys.storage[0]]

    content = path.read_bytes()

    assert not any(part in content or base64.b64encode(part)[:20] in content for part in raw)


def test_a_file_is_put_under_a_passphrase_and_keeps_its_keys(tmp_path: Path) -> None:
    path, keys = tmp_path / "node.key", OwnKeys.generate()
    write_key_file(path, keys)
    assert not is_protected(path)

    assert complete_key_file(path, WORDS) == keys

    assert is_protected(path)
    assert read_key_file(path, WORDS) == complete_key_file(path, WORDS) == keys
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["argon2id", "salt", "sealed"])
def test_a_protected_file_that_was_changed_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "node.key"
    write_key_file(path, OwnKeys.generate(), WORDS)
    stored = json.loads(path.read_text())
    changed = {"time_cost": 1, "memory_cost": 8, "parallelism": 1} if name == "argon2id" else "AAAA" * 10
    path.write_text(json.dumps(stored | {name: changed}))

    with pytest.raises(KeyFileUnusable, match="does not open"):
        read_key_file(path, WORDS)


def test_a_folder_that_is_gone_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(KeyFileUnusable, match=r"gone.*writable for you"):
        replace_key_file(tmp_path / "gone" / "node.key", OwnKeys.generate())
