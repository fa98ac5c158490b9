"""A migration from whose tables rows go says so; what earlier ones said counts no more."""

from pathlib import Path

import pytest

from shared.migrations import may_lose_rows

STEP = 'revision = "{number}"\ndown_revision = {before}\nFEWER_ROWS = ("{table}",)\n\n\ndef upgrade(): ...\n'


def test_only_what_is_said_after_that_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = tmp_path / "kept_steps" / "migrations" / "versions"
    versions.mkdir(parents=True)
    (tmp_path / "kept_steps" / "__init__.py").touch()
    for number, before, table in (
        ("0001", None, "first"),
        ("0002", "0001", "second"),
        ("0003", "0002", "third"),
    ):
        step = STEP.format(number=number, before=repr(before), table=table)
        (versions / f"{number}_step.py").write_text(step)
    monkeypatch.syspath_prepend(tmp_path)

    assert may_lose_rows("kept_steps", "0001") == {"second", "third"}
    assert may_lose_rows("kept_steps", "0003") == set()
