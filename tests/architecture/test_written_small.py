"""Files and functions are small, and every module begins by saying what room it is."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from shared.testing.tree import files, short

FILE_LINES = 300
FUNCTION_LINES = 40

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _functions() -> Iterator[tuple[Path, Function]]:
    for path in files("*.py"):
        yield from ((path, node) for node in ast.walk(_parsed(path)) if isinstance(node, Function))


def _lines(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_no_file_is_longer_than_300_lines() -> None:
    length = {short(path): path.read_text("utf-8").count("\n") for path in files("*.py")}
    assert not {name: lines for name, lines in length.items() if lines > FILE_LINES}


def test_no_function_is_longer_than_40_lines() -> None:
    length = {f"{short(path)}:{node.lineno} {node.name}": _lines(node) for path, node in _functions()}
    assert not {name: lines for name, lines in length.items() if lines > FUNCTION_LINES}


def test_every_module_says_first_what_room_it_is() -> None:
    assert not [short(path) for path in files("*.py") if not ast.get_docstring(_parsed(path))]


def test_no_function_made_on_the_spot_says_what_a_row_becomes() -> None:
    """Each would be another one, and its statement would be kept as long as the process lives (``shared/rows.py``)."""
    calls = (
        (path, node)
        for path in files("*.py")
        for node in ast.walk(_parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "put"
    )
    told = [f"{short(path)}:{node.lineno}" for path, node in calls if isinstance(node.args[-1], ast.Lambda)]
    assert not told
