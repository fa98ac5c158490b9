"""The two commands a newcomer needs are named where they look, and CI runs what everybody runs."""

import re
import subprocess

import pytest

from shared.testing.tree import ROOT


def test_the_readme_names_both_commands() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "make demo" in readme
    assert "make test" in readme


def test_ci_runs_the_same_command() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_make_alone_lists_every_target() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607
    assert set(re.findall(r"^make (\w+)", listed, re.MULTILINE)) == TARGETS


TARGETS = {
    *("help", "demo", "test", "check", "format", "lint", "types", "imports", "unit", "integration"),
    *(
        "architecture",
        "faults",
        "chaos",
        "mutants",
        "soak",
        "e2e",
        "bench",
        "keep",
        "images",
        "lock",
        "audit",
        "sbom",
        "docs",
        "release",
        "screenshots",
        "clean",
    ),
}


@pytest.mark.parametrize("target", sorted(TARGETS - {"help"}))
def test_a_target_is_one_that_make_knows(target: str) -> None:
    subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, check=True)  # noqa: S607
