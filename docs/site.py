"""The site that ``make docs`` builds: the README first, then the pages in four kinds, and what they lead to outside."""

import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
KINDS = {"Tutorials": "tutorial", "How-to": "how-to", "Reference": "reference", "Explanation": "explanation"}
OUTSIDE = re.compile(r"(\]\((?:\.\./)*)\.\./((?:deploy|shared|services|bench|tests|CHANGELOG)[^)#\s]*)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Give each kind of page its place; decisions follow explanations."""
    nav: list[Any] = [{"Throughline": "index.md"}]
    nav += [{title: _pages(folder, "*.md")} for title, folder in KINDS.items()]
    config.nav = [*nav, {"Decisions": _pages("explanation/decisions", "*.md")}, {"Changes": "CHANGELOG.md"}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the README, and each file of the project that a page leads to."""
    linked = {
        found
        for page in (ROOT / "docs").rglob("*.md")
        for _, found in OUTSIDE.findall(page.read_text("utf-8"))
    }
    for path in sorted(linked | {"CHANGELOG.md"}):
        files.append(File.generated(config, path, content=(ROOT / path).read_text("utf-8")))
    readme = (ROOT / "README.md").read_text("utf-8").replace("](docs/", "](")
    files.append(File.generated(config, "index.md", content=readme))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Links out of the folder of the documentation lead to what was added; the site has no folder above it."""
    return OUTSIDE.sub(r"\1\2", markdown).replace("](docs/", "](")


def _pages(folder: str, pattern: str) -> list[str]:
    found = sorted(
        (ROOT / "docs" / folder).glob(pattern), key=lambda page: (page.name != "README.md", page.name)
    )
    return [page.relative_to(ROOT / "docs").as_posix() for page in found]
