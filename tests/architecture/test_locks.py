"""What gets installed is fixed by version and hash, holds what is declared, and names no address."""

import re
import tomllib
from functools import cache

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from shared.testing.tree import ROOT

RUN, DEVELOP = "requirements.lock", "requirements-dev.lock"
ENTRY = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?P<rest>(?:.*\\\n)*.*)$", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")

each_lock = pytest.mark.parametrize("lock", [RUN, DEVELOP])


@cache
def _text(lock: str) -> str:
    return (ROOT / lock).read_text("utf-8")


@cache
def _versions(lock: str) -> dict[str, str]:
    return {found["name"]: found["version"] for found in ENTRY.finditer(_text(lock))}


def _declared(lock: str) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    more = groups["build"] if lock == RUN else groups["build"] + groups["dev"]
    return [Requirement(line) for line in project["project"]["dependencies"] + more]


@each_lock
def test_every_version_has_its_hashes(lock: str) -> None:
    entries = list(ENTRY.finditer(_text(lock)))
    assert entries
    assert not [found["name"] for found in entries if not HASH.search(found["rest"])]


@each_lock
def test_nothing_but_versions_and_hashes_is_there(lock: str) -> None:
    assert not ENTRY.sub("", _text(lock)).strip()
    assert "://" not in _text(lock)


@each_lock
def test_the_lock_holds_what_is_declared(lock: str) -> None:
    locked = _versions(lock)
    wrong = [
        str(wanted)
        for wanted in _declared(lock)
        if not wanted.specifier.contains(locked.get(canonicalize_name(wanted.name), "0"))
    ]
    assert not wrong, "make lock"


def test_tests_run_on_the_versions_that_are_shipped() -> None:
    assert _versions(RUN).items() <= _versions(DEVELOP).items()
