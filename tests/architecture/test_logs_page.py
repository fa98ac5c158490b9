"""The page about logs lists every event that the code can log, and no other."""

import ast
import re
from collections.abc import Iterator

from shared.testing.tree import ROOT, files, short

PAGE = (ROOT / "docs" / "reference" / "logs.md").read_text("utf-8")
SAY = {"debug", "info", "warning", "error", "critical", "exception", "log"}
EVENT = re.compile(r"[a-z_]+\.[a-z_]+")


def _events() -> Iterator[str]:
    """What stands as the event in a call to log."""
    for path in files("*.py"):
        if short(path).split("/")[0] in ("services", "shared", "deploy") and "tests" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and _is_logging(node.func):
                    yield from (text for text in map(_text, node.args) if EVENT.fullmatch(text))


def _is_logging(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in SAY


def _text(argument: ast.expr) -> str:
    return str(argument.value) if isinstance(argument, ast.Constant) else ""


def test_every_event_is_listed_and_no_other() -> None:
    listed = re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)
    assert sorted(listed) == sorted(set(_events()))
