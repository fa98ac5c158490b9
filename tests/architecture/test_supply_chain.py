"""What we are made of is listed whole, an audit does not take silence for good, and no security rule is off unseen."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from shared.testing.tree import ROOT, files, short
from tests.supply_chain.audit import CLEAN, FOUND, Said, verdict

LOCK = "requirements.lock"
GOOD: dict[str, Any] = {"name": "flask", "version": "3.1", "vulns": []}
BROKEN: dict[str, Any] = {"name": "amqp", "version": "5.3", "vulns": [{"id": "PYSEC-1"}]}
SKIPPED: dict[str, Any] = {"name": "vine", "skip_reason": "not found"}


def said(*dependencies: dict[str, Any], code: int = 0) -> Said:
    return Said(json.dumps({"dependencies": dependencies, "fixes": []}), "", code)


def test_nothing_known_is_good() -> None:
    assert verdict(LOCK, said(GOOD)) == (CLEAN, [f"{LOCK}: 1 packages audited, 0 advisories."])


def test_an_advisory_is_told() -> None:
    code, lines = verdict(LOCK, said(GOOD, BROKEN, code=1))
    assert (code, lines[0]) == (FOUND, f"{LOCK}: amqp 5.3: PYSEC-1")


def test_a_source_that_cannot_be_reached_is_told_and_no_failure() -> None:
    code, [line] = verdict(LOCK, Said("", "requests.exceptions.ConnectionError: …", 1))
    assert (code, "NOT AUDITED" in line) == (CLEAN, True)


def test_a_source_that_knows_nothing_is_told() -> None:
    """pip-audit itself says that no vulnerability is known, and ends well."""
    code, [line] = verdict(LOCK, said(SKIPPED))
    assert (code, "NOT AUDITED" in line) == (CLEAN, True)


def test_a_package_that_was_passed_over_is_a_finding() -> None:
    code, lines = verdict(LOCK, said(GOOD, SKIPPED))
    assert (code, "vine" in lines[0]) == (FOUND, True)


def test_an_audit_that_fails_otherwise_fails() -> None:
    assert verdict(LOCK, Said("", "ValueError: a lock without hashes", 1))[0] == FOUND


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    file = tmp_path_factory.mktemp("sbom") / "sbom.json"
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", LOCK, "--pyproject", "pyproject.toml"]
    subprocess.run([*command, "--output-file", str(file)], cwd=ROOT, check=True, capture_output=True)
    made: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return made


def test_the_bill_of_materials_lists_every_package_of_the_lock_with_its_version(bill: dict[str, Any]) -> None:
    locked = set(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / LOCK).read_text("utf-8"), re.MULTILINE))
    listed = {
        (part["name"].lower().replace("_", "-").replace(".", "-"), part["version"])
        for part in bill["components"]
    }
    assert listed == locked


def test_the_bill_of_materials_is_ours_in_the_format_of_cyclonedx(bill: dict[str, Any]) -> None:
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "throughline")


LINT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]["lint"]
LET_PASS = re.compile(r"# noqa: ([A-Z0-9, ]*)(.*)")


def is_of_security(rule: str) -> bool:
    return re.fullmatch(r"S\d*", rule) is not None


def test_all_security_rules_are_on_but_for_one() -> None:
    """Programs are started from lists of arguments, and never by a shell."""
    assert LINT["select"] == ["ALL"]
    assert [rule for rule in LINT["ignore"] if is_of_security(rule)] == ["S603"]


def test_only_tests_have_security_rules_of_their_own() -> None:
    off = {place: sorted(filter(is_of_security, rules)) for place, rules in LINT["per-file-ignores"].items()}
    assert {place: rules for place, rules in off.items() if rules} == {
        "**/tests/**": ["S101", "S105", "S106"]
    }


def _let_pass(path: Path) -> list[tuple[str, str]]:
    """The rules that lines of the file are let off from, and what is said of it there."""
    found = LET_PASS.findall(path.read_text("utf-8"))
    return [(rules, why) for rules, why in found if any(map(is_of_security, re.split(r"[, ]+", rules)))]


def test_a_line_that_is_let_off_a_security_rule_says_why() -> None:
    silent = {
        short(path): rules
        for path in files("*.py")
        if "tests" not in path.parts
        for rules, why in _let_pass(path)
        if not why.strip(" -")
    }
    assert not silent
