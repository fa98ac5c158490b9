"""The fixtures of every test, and the figures that some of them found."""

from pathlib import Path

import pytest

pytest_plugins = ["shared.testing.fixtures", "shared.testing.browser", "shared.testing.identity"]

FIGURE = "figure"  #: the property in which a test says what it counted
FIGURES = Path(__file__).parent / "build" / "figures.txt"  #: of all runs since it was removed


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say the figures last, where they are read, and keep them for the end of ``make test``."""
    passed = terminalreporter.getreports("passed")
    figures = [str(said) for report in passed for name, said in report.user_properties if name == FIGURE]
    if figures:
        terminalreporter.section("figures")
        FIGURES.parent.mkdir(exist_ok=True)
        with FIGURES.open("a", encoding="utf-8") as file:
            for said in figures:
                terminalreporter.write_line(said)
                file.write(f"{said}\n")
