"""What somebody can set or call is documented, and the documentation is what the code says."""

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.cli import COMMANDS, GROUPS
from deploy.settings import all_settings, as_markdown
from services.referral.hsds.package import MAX_FILE, MAX_FILES, MAX_PACKAGE

DOCS = Path(__file__).parents[2] / "docs"


def test_every_setting_is_on_the_reference_page() -> None:
    assert (DOCS / "reference" / "settings.md").read_text() == as_markdown(), (
        "write it anew: throughline settings show > docs/reference/settings.md"
    )


def test_every_setting_says_what_it_is() -> None:
    for _, declared in all_settings():
        assert len(declared.metadata["about"]) > 8, declared.name


@pytest.mark.parametrize("noun", [*GROUPS, *COMMANDS])
def test_every_command_is_on_the_reference_page_and_has_help(noun: str) -> None:
    assert f"`{noun}" in (DOCS / "reference" / "commands.md").read_text().replace(", `", "`")
    said = subprocess.run(
        [sys.executable, "-m", "deploy.cli", noun, "--help"], capture_output=True, text=True, check=True
    )
    assert "Usage" in said.stdout


def test_the_limits_of_an_import_are_in_the_how_to() -> None:
    said = " ".join((DOCS / "how-to" / "deploy-the-hub.md").read_text().split())
    file, package = (f"{size // 1024**2} MB" for size in (MAX_FILE, MAX_PACKAGE))
    assert f"A file may have {file}, a folder or a zip {MAX_FILES} files and {package}" in said


def test_no_page_leads_nowhere() -> None:
    for page in (*DOCS.rglob("*.md"), DOCS.parent / "README.md"):
        for target in _links(page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} → {target}"


def _links(text: str) -> list[str]:
    found = [part.split(")")[0] for part in text.split("](")[1:]]
    return [link.split("#")[0] for link in found if "://" not in link and link.split("#")[0]]
